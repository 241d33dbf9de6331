package app.seventv.core.transport;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;

/**
 * Keeps processes that know nothing of each other from sharing a port. With {@code SO_REUSEPORT}
 * (socket(7)) the kernel lets any process of the same user listen beside us and gives it a share of
 * our clients, without a word to either.
 */
final class SharedPorts {
  private SharedPorts() {}

  /**
   * Binds a socket that does not share, and closes it again. It never listens, so no client can
   * meet it; connections that have ended (TIME_WAIT) are in nobody's way.
   *
   * @param stream whether TCP is meant, else UDP
   * @throws IOException if somebody listens there, or the address is not ours
   */
  static void refuse(InetSocketAddress address, boolean stream) throws IOException {
    if (address.isUnresolved()) {
      return; // binding it says so
    }
    ProtocolFamily family =
        address.getAddress() instanceof Inet4Address
            ? StandardProtocolFamily.INET
            : StandardProtocolFamily.INET6;
    if (stream) {
      try (SocketChannel probe = SocketChannel.open(family)) {
        probe.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(address);
      }
    } else {
      try (DatagramChannel probe = DatagramChannel.open(family)) {
        probe.bind(address);
      }
    }
  }
}
