package app.seventv.core.websocket;

import app.seventv.core.sockets.SocketMove;
import app.seventv.core.sockets.SocketTable;
import app.seventv.core.sockets.SocketUser;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A session whose socket has no channel. With its slot it fills the 32 bytes that it occupies; in
 * the table it costs 21 more (see {@link SocketTable}).
 */
final class SocketSession extends WebSocketSession implements SocketUser {
  private int slot = SocketTable.NONE;

  private SocketSession(SocketTransport transport, WebSocketListener listener) {
    super(transport, false, listener);
  }

  /** A session with a slot of its own, or null if the loop is ending. */
  static @Nullable SocketSession reserve(
      SocketTable table, WebSocketOptions options, WebSocketListener listener) {
    SocketSession session = new SocketSession(SocketTransport.of(table, options), listener);
    session.slot = table.reserve(session);
    return session.slot == SocketTable.NONE ? null : session;
  }

  int slot() {
    return slot;
  }

  private SocketTable table() {
    return ((SocketTransport) transport()).table();
  }

  /** What brings the socket. */
  SocketMove move() {
    return new SocketMove(table(), this, slot);
  }

  /** Sends the response of the handshake first of all. */
  void open(ByteBuf head, String subprotocol) {
    table().write(slot, head);
    open(subprotocol);
  }

  @Override
  public void received(ByteBuf bytes) {
    receive(bytes);
  }

  @Override
  public void closed() {
    slot = SocketTable.NONE;
    transportClosed();
  }

  @Override
  public int lowWatermarkBytes() {
    return options().writeLowWatermarkBytes();
  }

  @Override
  public int highWatermarkBytes() {
    return options().writeHighWatermarkBytes();
  }
}
