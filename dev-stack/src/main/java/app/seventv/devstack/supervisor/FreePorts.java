package app.seventv.devstack.supervisor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Finds ports on 127.0.0.1 for programs that must be told their port beforehand. */
public final class FreePorts {
  /** Above what services usually listen on. */
  private static final int FIRST = 12_000;

  private static final int LAST = 65_535;

  /** Below this many ports that no connection gets, one is searched among all. */
  private static final int ENOUGH = 1_000;

  private static final int TRIES = 10_000;
  private static final Path EPHEMERAL_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePorts() {}

  /** Whether nobody listens on {@code port} of 127.0.0.1 now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether nobody uses UDP {@code port} of 127.0.0.1 now. */
  public static boolean isUdpFree(int port) {
    try (DatagramSocket socket = new DatagramSocket(port, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * A port that nobody uses now, for TCP or UDP, nor has been given by this method here. Until its
   * user listens another process may still take it, but no connection does: the kernel gives those
   * other ports ({@code ip_local_port_range}).
   *
   * @throws IllegalStateException if none was found
   */
  public static int find() {
    int ephemeral = firstEphemeral();
    int end = ephemeral - FIRST >= ENOUGH ? ephemeral : LAST + 1; // else of all
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, end);
      if (!GIVEN.contains(port) && isFree(port) && isUdpFree(port) && GIVEN.add(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port from " + FIRST + " to " + end);
  }

  private static int firstEphemeral() {
    // Not readString, which reads a byte first: such a file gives nothing more after that.
    try (BufferedReader range = Files.newBufferedReader(EPHEMERAL_RANGE)) {
      return Integer.parseInt(range.readLine().split("\t", -1)[0]);
    } catch (IOException e) {
      throw new UncheckedIOException("no range of ports to keep out of", e);
    }
  }
}
