package app.seventv.benchmarks;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the kernel holds of established connections over the loopback interface, both ends together:
 * bytes sent that the client has not read (proc_net_tcp(5)).
 */
final class KernelQueues {
  /** Sockets that could speak IPv6, too, are in a table of their own, whatever they speak. */
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  private static final String ESTABLISHED = "01";
  private static final int STATE = 3;
  private static final int QUEUES = 4;

  private KernelQueues() {}

  /**
   * Bytes on their way from a server to the clients of an address, by the client's port.
   *
   * @throws IOException if the kernel's table cannot be read
   */
  static Map<Integer, Long> toClients(int serverPort, InetAddress clients) throws IOException {
    String client = hex(clients) + ":";
    String server = ":" + "%04X".formatted(serverPort);
    Map<Integer, Long> bytes = new HashMap<>();
    for (Path table : TABLES) {
      if (!Files.exists(table)) {
        continue;
      }
      for (String line : Files.readAllLines(table)) {
        String[] row = line.strip().split("\\s+", -1);
        String[] sendAndReceive = row[QUEUES].split(":", -1);
        if (!row[STATE].equals(ESTABLISHED)) {
          continue;
        }
        if (row[1].endsWith(server) && row[2].contains(client)) {
          bytes.merge(port(row[2]), Long.parseLong(sendAndReceive[0], 16), Long::sum);
        } else if (row[1].contains(client) && row[2].endsWith(server)) {
          bytes.merge(port(row[1]), Long.parseLong(sendAndReceive[1], 16), Long::sum);
        }
      }
    }
    return bytes;
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
  }

  /** As the kernel prints it on this machine: its bytes as one native number. */
  private static String hex(InetAddress address) throws IOException {
    if (!(address instanceof Inet4Address)) {
      throw new IOException("the table is of IPv4 only");
    }
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress()).order(ByteOrder.nativeOrder());
    return "%08X".formatted(bytes.getInt());
  }
}
