package app.seventv.core.http;

import io.netty.handler.codec.quic.QuicheStreams;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/** Tells a socket by which connection ids (RFC 9000 §5.1) datagrams find a connection. */
final class Http3Ids {
  private final Http3Connection connection;
  private final QuicheStreams quic;
  private final QuicSteering.Entry socket;

  /** Keys of our ids that the socket knows. */
  private final Set<Long> registered = new HashSet<>();

  Http3Ids(Http3Connection connection, QuicheStreams quic, QuicSteering.Entry socket) {
    this.connection = connection;
    this.quic = quic;
    this.socket = socket;
  }

  /** Names those that are valid now, and no others. */
  void update() {
    Set<Long> now = new HashSet<>();
    for (ByteBuffer id : quic.sourceIds()) {
      if (id.remaining() == QuicConnectionIds.LENGTH_BYTES) {
        now.add(QuicConnectionIds.key(id));
      }
    }
    registered.removeIf(key -> {
      boolean stale = !now.contains(key);
      if (stale) {
        socket.forget(key);
      }
      return stale;
    });
    for (Long key : now) {
      if (registered.add(key)) {
        socket.register(key, connection);
      }
    }
  }

  /** The connection has ended. */
  void forget() {
    registered.forEach(socket::forget);
    registered.clear();
  }
}
