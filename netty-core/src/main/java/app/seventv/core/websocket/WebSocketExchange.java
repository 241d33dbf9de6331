package app.seventv.core.websocket;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.ResponseStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.EventExecutor;

/**
 * A session over one exchange: the tunnel of an extended CONNECT, whose request body are the
 * client's frames and whose response body the server's (RFC 8441 §5, RFC 9220 §3).
 *
 * <p>The stream's own watermarks decide about writability.
 */
final class WebSocketExchange implements WebSocketTransport, Exchange.BodySink {
  private final Exchange exchange;
  private final ResponseStream stream;
  private final WebSocketSession session;
  private final WebSocketOptions options;
  private final long roomBytes;
  private boolean wasWritable = true;

  WebSocketExchange(
      Exchange exchange,
      ResponseStream stream,
      WebSocketOptions options,
      boolean compressed,
      WebSocketListener listener) {
    this.exchange = exchange;
    this.stream = stream;
    this.roomBytes = stream.bytesBeforeUnwritable();
    this.options = options;
    this.session = new WebSocketSession(this, compressed, listener);
  }

  /** Starts the session after the response head. */
  void open(String subprotocol) {
    exchange.onEnd(session::transportClosed);
    stream.onWritable(this::becameWritable);
    stream.flush(); // the client waits for the head
    session.open(subprotocol);
    exchange.streamBody(this);
  }

  private void becameWritable() {
    if (!wasWritable) {
      wasWritable = true;
      session.writabilityChanged();
    }
  }

  // Frames of the client.

  @Override
  public void chunk(ByteBuf data) {
    session.receive(data);
  }

  /** The end of the stream takes the place of the end of the connection (RFC 8441 §5). */
  @Override
  public void end(HttpHeaders trailers) {
    session.transportClosed();
    stream.end();
  }

  @Override
  public void aborted() {
    session.transportClosed();
  }

  // For the session.

  @Override
  public EventExecutor executor(WebSocketSession of) {
    return exchange.executor();
  }

  @Override
  public WebSocketOptions options(WebSocketSession of) {
    return options;
  }

  @Override
  public ByteBufAllocator alloc(WebSocketSession of) {
    return ByteBufAllocator.DEFAULT;
  }

  @Override
  public void write(WebSocketSession of, ByteBuf bytes) {
    stream.write(bytes);
    if (wasWritable && !stream.isWritable()) {
      wasWritable = false;
      executor(of).execute(session::writabilityChanged); // not in the midst of the caller's writes
    }
  }

  @Override
  public void flush(WebSocketSession of) {
    stream.flush();
  }

  @Override
  public boolean isWritable(WebSocketSession of) {
    return stream.isWritable();
  }

  /** As much as the stream tells: no more than its high watermark. */
  @Override
  public long pendingBytes(WebSocketSession of) {
    return Math.max(0, roomBytes - stream.bytesBeforeUnwritable());
  }

  @Override
  public void reading(WebSocketSession of, boolean wanted) {
    if (wanted) {
      exchange.resumeBody();
    } else {
      exchange.pauseBody();
    }
  }

  @Override
  public void close(WebSocketSession of) {
    stream.end();
  }

  @Override
  public void abort(WebSocketSession of) {
    stream.abort();
  }
}
