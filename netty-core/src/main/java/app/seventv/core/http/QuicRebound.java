package app.seventv.core.http;

import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Connections of a socket whose clients got another port from a NAT, by the address that Netty
 * knows. What Netty itself sends them (the close, what its own timer repeats) must be readdressed.
 */
final class QuicRebound {
  private final Map<InetSocketAddress, Http3Connection> connections = new HashMap<>();

  /** The connection has received something. */
  void update(Http3Connection connection) {
    InetSocketAddress left = connection.quic().leftAddress();
    if (left != null) {
      connections.put(left, connection);
    }
  }

  /**
   * A datagram has come. Whoever sends from an address that another client has left has it now.
   *
   * @param connection it belongs to, or null if it is a first one
   */
  void cameFrom(InetSocketAddress sender, @Nullable Http3Connection connection) {
    if (!connections.isEmpty() && connections.get(sender) != connection) {
      connections.remove(sender);
    }
  }

  /** The connection has ended. */
  void forget(Http3Connection connection) {
    if (!connections.isEmpty()) {
      connections.values().remove(connection);
    }
  }

  /** A packet of Netty's as it must leave. */
  Object readdressed(Object message) {
    if (connections.isEmpty() || !(message instanceof DatagramPacket packet)) {
      return message;
    }
    InetSocketAddress recipient = packet.recipient();
    Http3Connection connection = connections.get(recipient);
    return connection == null
        ? message
        : new DatagramPacket(packet.content(), connection.quic().actual(recipient));
  }
}
