package app.seventv.core.transport;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sockets that were bound before this process started, by its predecessor or by systemd, until
 * {@link EventLoops} claims them by their address instead of binding new ones.
 */
public final class InheritedSockets implements AutoCloseable {
  /** First descriptor that systemd passes (sd_listen_fds(3)). */
  private static final int FIRST_DESCRIPTOR = 3;

  /** More than any service listens on; a larger number is a mistake. */
  private static final int MAX_SOCKETS = 4_096;

  // asm-generic/socket.h
  private static final int SOL_SOCKET = 1;
  private static final int SO_TYPE = 3;
  private static final int SOCK_STREAM = 1;

  private static final Logger LOG = LoggerFactory.getLogger(InheritedSockets.class);

  private final List<Inherited> sockets = new ArrayList<>();

  private InheritedSockets() {}

  private record Inherited(Socket socket, boolean stream, InetSocketAddress address) {}

  /** No socket. */
  public static InheritedSockets none() {
    return new InheritedSockets();
  }

  /**
   * Those of systemd's socket activation: {@code LISTEN_PID} and {@code LISTEN_FDS}. Names ({@code
   * LISTEN_FDNAMES}) are not needed, since sockets are told apart by kind and address.
   *
   * @param environment of the process
   * @param pid of this process; variables meant for another one are ignored
   * @throws IOException if a descriptor is no listening TCP or bound UDP socket
   */
  public static InheritedSockets fromSystemd(Map<String, String> environment, long pid)
      throws IOException {
    if (!String.valueOf(pid).equals(environment.get("LISTEN_PID"))) {
      return none();
    }
    int count;
    try {
      count = Integer.parseInt(environment.getOrDefault("LISTEN_FDS", "0"));
    } catch (NumberFormatException e) {
      throw new IOException("LISTEN_FDS is no number", e);
    }
    if (count < 0 || count > MAX_SOCKETS) {
      throw new IOException("LISTEN_FDS is out of range: " + count);
    }
    List<Integer> descriptors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      descriptors.add(FIRST_DESCRIPTOR + i);
    }
    return of(descriptors);
  }

  /** Looks at each descriptor and takes it. */
  static InheritedSockets of(List<Integer> descriptors) throws IOException {
    InheritedSockets inherited = new InheritedSockets();
    if (!descriptors.isEmpty()) {
      Epoll.ensureAvailability(); // loads what Socket calls
    }
    for (int descriptor : descriptors) {
      Socket socket = new Socket(descriptor);
      boolean stream = socket.getIntOpt(SOL_SOCKET, SO_TYPE) == SOCK_STREAM;
      InetSocketAddress address = socket.localAddress();
      if (address == null) {
        throw new IOException("inherited descriptor " + descriptor + " is no bound IP socket");
      }
      inherited.sockets.add(new Inherited(socket, stream, address));
    }
    return inherited;
  }

  /** Whether nothing is left to claim. */
  public synchronized boolean isEmpty() {
    return sockets.isEmpty();
  }

  /** Takes out the descriptors bound to an address; the caller owns them. */
  synchronized List<Integer> claim(boolean stream, InetSocketAddress wanted) {
    List<Integer> claimed = new ArrayList<>();
    for (Iterator<Inherited> i = sockets.iterator(); i.hasNext(); ) {
      Inherited next = i.next();
      if (next.stream == stream && isSame(next.address, wanted)) {
        claimed.add(next.socket.intValue());
        i.remove();
      }
    }
    return claimed;
  }

  /** "Any address" is written in two ways, and a socket for one of them serves both. */
  private static boolean isSame(InetSocketAddress bound, InetSocketAddress wanted) {
    return bound.getPort() == wanted.getPort()
        && (bound.getAddress().equals(wanted.getAddress())
            || (bound.getAddress().isAnyLocalAddress() && wanted.getAddress().isAnyLocalAddress()));
  }

  /** Closes what nobody claimed: an address that the new configuration no longer has. */
  @Override
  public synchronized void close() {
    for (Inherited left : sockets) {
      LOG.warn("inherited socket on port {} is not in use any more", left.address.getPort());
      try {
        left.socket.close();
      } catch (IOException e) {
        LOG.debug("closing an inherited socket failed", e);
      }
    }
    sockets.clear();
  }
}
