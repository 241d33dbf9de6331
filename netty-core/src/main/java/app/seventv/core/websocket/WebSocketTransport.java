package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;

/**
 * What carries the bytes of websocket sessions: a connection after the handshake of HTTP/1.1, a
 * stream of HTTP/2 or HTTP/3, or a table of sockets. This is all that a session knows of it.
 *
 * <p>Every method names the session, so that one transport can carry many. {@link #executor},
 * {@link #isWritable} and {@link #pendingBytes} may be called from any thread, the others on the
 * session's loop only. In the other direction the transport calls {@link WebSocketSession#open},
 * {@link WebSocketSession#receive}, {@link WebSocketSession#writabilityChanged} and, exactly once,
 * {@link WebSocketSession#transportClosed}.
 */
interface WebSocketTransport {
  /** Loop that owns the session. */
  EventExecutor executor(WebSocketSession session);

  /** Bounds of the session. */
  WebSocketOptions options(WebSocketSession session);

  /** Where buffers come from. */
  ByteBufAllocator alloc(WebSocketSession session);

  /** Queues bytes, whose reference it takes. */
  void write(WebSocketSession session, ByteBuf bytes);

  /** Pushes what is queued to the peer, at the latest when the current read is over. */
  void flush(WebSocketSession session);

  /** False while more than the high watermark waits for the peer. */
  boolean isWritable(WebSocketSession session);

  /** Bytes queued for the peer. */
  long pendingBytes(WebSocketSession session);

  /** Stops or resumes reading. */
  void reading(WebSocketSession session, boolean wanted);

  /**
   * Ends the own direction once everything queued has been written. What the peer sends until it
   * ends too is read and goes nowhere: unread bytes at a closed socket would make the kernel reset
   * the connection, and the peer lose the close frame (RFC 6455 §7.1.1).
   */
  void close(WebSocketSession session);

  /** Drops the connection or stream at once. */
  void abort(WebSocketSession session);
}
