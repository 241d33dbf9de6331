package app.seventv.core.websocket;

import app.seventv.core.sockets.SocketTable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;

/** The sessions of one loop and endpoint whose sockets are in the loop's {@link SocketTable}. */
final class SocketTransport implements WebSocketTransport {
  private final SocketTable table;
  private final WebSocketOptions options;

  private SocketTransport(SocketTable table, WebSocketOptions options) {
    this.table = table;
    this.options = options;
  }

  /** The one that all sessions of the table with these options share. */
  static SocketTransport of(SocketTable table, WebSocketOptions options) {
    return table.attachment(options, () -> new SocketTransport(table, options));
  }

  SocketTable table() {
    return table;
  }

  /** A session that is over has no slot any more, and nothing has an effect. */
  private static int slot(WebSocketSession session) {
    return ((SocketSession) session).slot();
  }

  @Override
  public EventExecutor executor(WebSocketSession session) {
    return table.loop();
  }

  @Override
  public WebSocketOptions options(WebSocketSession session) {
    return options;
  }

  @Override
  public ByteBufAllocator alloc(WebSocketSession session) {
    return ByteBufAllocator.DEFAULT;
  }

  @Override
  public void write(WebSocketSession session, ByteBuf bytes) {
    table.write(slot(session), bytes);
  }

  @Override
  public void flush(WebSocketSession session) {
    table.flush(slot(session));
  }

  @Override
  public boolean isWritable(WebSocketSession session) {
    return table.isWritable(slot(session));
  }

  @Override
  public long pendingBytes(WebSocketSession session) {
    return table.pendingBytes(slot(session));
  }

  @Override
  public void reading(WebSocketSession session, boolean wanted) {
    table.reading(slot(session), wanted);
  }

  @Override
  public void close(WebSocketSession session) {
    table.endOutput(slot(session));
  }

  @Override
  public void abort(WebSocketSession session) {
    table.abort(slot(session));
  }
}
