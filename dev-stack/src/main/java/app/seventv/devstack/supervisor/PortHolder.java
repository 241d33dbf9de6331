package app.seventv.devstack.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds out from /proc which process listens on a port (proc(5)). */
public final class PortHolder {
  private static final String LISTEN = "0A";
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  private PortHolder() {}

  /**
   * Who listens, as {@code pid 123 (java)}; empty when /proc does not tell, as for processes of
   * other users.
   *
   * @param udp whether a UDP port is meant
   */
  public static Optional<String> describe(int port, boolean udp) {
    List<Path> tables =
        udp
            ? List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6"))
            : List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    return tables.stream()
        .flatMap(table -> inodes(table, port, udp))
        .flatMap(inode -> ProcessHandle.allProcesses().filter(p -> holds(p.pid(), inode)))
        .findFirst()
        .map(process -> "pid " + process.pid() + " (" + name(process.pid()) + ")");
  }

  private static Stream<String> inodes(Path table, int port, boolean udp) {
    String suffix = String.format(Locale.ROOT, ":%04X", port);
    try {
      return Files.readAllLines(table).stream()
          .skip(1)
          .map(line -> line.strip().split("\\s+"))
          .filter(f -> f[LOCAL_ADDRESS].endsWith(suffix) && (udp || f[STATE].equals(LISTEN)))
          .map(f -> f[INODE]);
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  private static boolean holds(long pid, String inode) {
    String socket = "socket:[" + inode + "]";
    try (Stream<Path> descriptors = Files.list(Path.of("/proc", String.valueOf(pid), "fd"))) {
      return descriptors.anyMatch(descriptor -> target(descriptor).equals(socket));
    } catch (IOException e) {
      return false;
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static String name(long pid) {
    try {
      return Files.readString(Path.of("/proc", String.valueOf(pid), "comm")).strip();
    } catch (IOException e) {
      return "?";
    }
  }
}
