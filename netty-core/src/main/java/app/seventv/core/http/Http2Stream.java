package app.seventv.core.http;

import app.seventv.core.websocket.WebSocketHandshake;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on an HTTP/2 connection (RFC 9113 §5.1): its states, and what comes
 * in. What goes out is {@link Http2Response}'s.
 */
final class Http2Stream extends Http2Response {
  /** Smaller parts of a body are copied: a slice would keep the whole read buffer alive. */
  private static final int MIN_SLICE_BYTES = 2 << 10;

  private final Http2RequestBody input;
  private @Nullable HttpExchange exchange;
  private boolean continueExpected;
  private boolean stopWhenSent;
  private boolean endsWithClient;

  Http2Stream(
      Http2Connection connection,
      int id,
      Http2Fields head,
      boolean ended,
      long sendWindow,
      Priority priority,
      long nowNs) {
    super(connection, id, sendWindow, priority);
    this.input =
        new Http2RequestBody(
            connection.limits(),
            head.contentLength(),
            head.connectProtocol() != null,
            ended,
            nowNs);
    this.continueExpected = head.continueExpected() && !ended;
  }

  // Request.

  void begin(HttpExchange started) {
    exchange = started;
  }

  /** What comes from the client. */
  Http2RequestBody input() {
    return input;
  }

  /** A part of the body; the buffer stays the caller's. */
  void body(ByteBuf data) {
    int length = data.readableBytes();
    input.moved(length, connection().nowNs());
    HttpExchange running = exchange;
    if (running != null && length > 0) {
      running.bodyChunk(
          length < MIN_SLICE_BYTES
              ? connection().alloc().buffer(length).writeBytes(data)
              : data.readRetainedSlice(length));
    }
    returnWindow();
  }

  /** The request is complete. */
  void bodyEnd(HttpHeaders fields) {
    input.end();
    HttpExchange running = exchange;
    if (running != null) {
      running.bodyEnd(fields);
    }
    closeIfEnded();
  }

  private void returnWindow() {
    if (closed()) {
      return;
    }
    int bytes = input.takeReturn();
    if (bytes > 0) {
      connection().returnStreamWindow(id(), bytes);
    }
    connection().returnWindow(input.takeRead());
  }

  // States.

  @Override
  void responseEnded() {
    closeIfEnded();
    if (!closed() && stopWhenSent) {
      stopReading();
    }
  }

  private void closeIfEnded() {
    if (localEnded() && input.ended() && !closed()) {
      connection().closed(this, false);
    }
  }

  @Override
  void writabilityChanged() {
    HttpExchange running = exchange;
    if (running != null) {
      running.writabilityChanged();
    }
  }

  /** The client is gone, or the stream was reset by either side. */
  void broken() {
    HttpExchange running = exchange;
    if (running != null) {
      running.channelClosed();
    }
  }

  /** The request body came too slowly. */
  void bodyTimedOut() {
    HttpExchange running = exchange;
    if (running == null || headSent()) {
      connection().reset(this, Http2Error.CANCEL);
    } else {
      stopWhenSent = true;
      running.fail(new HttpError(408, "the request body took too long"));
    }
  }

  /**
   * Whether it is over once the client has ended its half of the connection: the rest of the
   * request is missing, the response has no end, or nobody will open the window it waits for.
   */
  boolean needsClient() {
    return !input.ended() || endsWithClient || blockedByWindow();
  }

  @Override
  public void endWithClient() {
    endsWithClient = true;
    if (connection().clientEnded() && !closed()) {
      connection().reset(this, Http2Error.CANCEL);
    }
  }

  // ExchangeTransport: the request.

  @Override
  public long declaredLength() {
    return input.declaredLength();
  }

  @Override
  public void continueIfExpected() {
    if (continueExpected && !closed()) {
      continueExpected = false;
      connection().writer().headers(id(), 100, EmptyHttpHeaders.INSTANCE, false);
      connection().flush();
    }
  }

  @Override
  public void reading(boolean wanted) {
    input.reading(wanted, connection().nowNs());
    if (wanted) {
      returnWindow();
      connection().flush();
    }
  }

  @Override
  public void connectionHeaders(HttpHeaders headers, boolean requestComplete) {
    // HTTP/2 has none; those of HTTP/1.1 are left out when the head is encoded.
  }

  @Override
  public void responseSent(boolean requestComplete) {
    // A client that has not finished its request is asked to stop by the deadlines, a moment after
    // the response: most are about to end, and some drop the response when they are reset.
  }

  /** RFC 9113 §8.1: the response is complete, so the rest of the request is of no use. */
  @Override
  public void stopReading() {
    stopWhenSent = true;
    input.reading(false, connection().nowNs());
    if (localEnded() && !input.ended() && !closed()) {
      connection().stop(this);
    }
  }

  @Override
  public void exchangeEnded(HttpExchange ended) {
    exchange = null; // it may serve for another request from now on
    // What is queued still goes out; the stream ends when both sides have.
  }

  @Override
  public void abort() {
    if (!closed()) {
      boolean tunnel = exchange != null && exchange.request().connectProtocol() != null;
      // For a tunnel it is what a reset is for TCP (RFC 8441 §5).
      connection().reset(this, tunnel ? Http2Error.CANCEL : Http2Error.INTERNAL_ERROR);
    }
  }

  @Override
  public void upgrade(HttpExchange upgraded, WebSocketOptions options, WebSocketListener listener) {
    WebSocketHandshake.accept(upgraded, options, listener);
  }
}
