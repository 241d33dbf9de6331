package io.netty.handler.codec.quic;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/** Connection ids to which the packets of a handshake are sent, which Netty keeps to itself. */
public final class QuicheHandshake {
  private QuicheHandshake() {}

  /** The id that we have chosen, known to those only who have received our packets. */
  public static ByteBuffer ownId(QuicChannel quic) {
    return Objects.requireNonNull(((QuicheQuicChannel) quic).localAddress()).id();
  }

  /** The same, and the one that the client has chosen for its first packets. */
  public static List<ByteBuffer> ids(QuicChannel quic) {
    return List.copyOf(((QuicheQuicChannel) quic).sourceConnectionIds());
  }
}
