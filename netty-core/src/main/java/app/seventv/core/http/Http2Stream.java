package app.seventv.core.http;

import app.seventv.core.websocket.WebSocketHandshake;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on an HTTP/2 connection (RFC 9113 §5.1): its states, its two
 * flow-control windows, and what waits to be sent. Confined to the loop, but for {@link
 * #isWritable} and {@link #bytesBeforeUnwritable}.
 */
final class Http2Stream implements ExchangeTransport {
  /** Whole responses up to this size go out at once when nothing else waits. */
  private static final int IMMEDIATE_BYTES = 4 << 10;

  /** Smaller parts of a body are copied: a slice would keep the whole read buffer alive. */
  private static final int MIN_SLICE_BYTES = 2 << 10;

  private final Http2Connection connection;
  private final int id;
  private final Http2RequestBody input;
  private @Nullable HttpExchange exchange;
  private boolean continueExpected;
  private volatile boolean closed;

  private boolean stopWhenSent;

  // Response body.
  private boolean headSent;
  private boolean endQueued;
  private boolean localEnded;
  private @Nullable HttpHeaders trailers;
  private volatile @Nullable Http2SendQueue queue; // most responses never wait
  private long sendWindow;
  private Priority priority;

  /** Of the scheduler: place among equals, and whether it is in line. */
  long turn;

  boolean scheduled;

  /** Of the deadlines. */
  final Http2Progress progress = new Http2Progress();

  Http2Stream(
      Http2Connection connection,
      int id,
      Http2Fields head,
      boolean ended,
      long sendWindow,
      Priority priority,
      long nowNs) {
    this.connection = connection;
    this.id = id;
    this.input =
        new Http2RequestBody(
            connection.limits(),
            head.contentLength(),
            head.connectProtocol() != null,
            ended,
            nowNs);
    this.continueExpected = head.continueExpected() && !ended;
    this.sendWindow = sendWindow;
    this.priority = priority;
  }

  int id() {
    return id;
  }

  int urgency() {
    return priority.urgency();
  }

  boolean incremental() {
    return priority.incremental();
  }

  /** The client changed its mind (RFC 9218 §7). */
  void reprioritize(Priority changed) {
    Http2Scheduler scheduler = connection.scheduler();
    scheduler.remove(this);
    priority = changed;
    scheduler.offer(this);
  }

  // Request.

  void begin(HttpExchange started) {
    exchange = started;
  }

  /** What comes from the client. */
  Http2RequestBody input() {
    return input;
  }

  boolean localEnded() {
    return localEnded;
  }

  /** A part of the body; the buffer stays the caller's. */
  void body(ByteBuf data) {
    int length = data.readableBytes();
    input.moved(length, connection.nowNs());
    HttpExchange running = exchange;
    if (running != null && length > 0) {
      running.bodyChunk(
          length < MIN_SLICE_BYTES
              ? connection.alloc().buffer(length).writeBytes(data)
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
    if (closed) {
      return;
    }
    int bytes = input.takeReturn();
    if (bytes > 0) {
      connection.returnStreamWindow(id, bytes);
    }
    connection.returnWindow(input.takeRead());
  }

  // Response: sending.

  int queuedBytes() {
    Http2SendQueue waiting = queue;
    return waiting == null ? 0 : waiting.size();
  }

  /** Adds to the window, or takes from it (RFC 9113 §6.9.2); false if it would exceed 2^31-1. */
  boolean changeWindow(long bytes) {
    sendWindow += bytes;
    if (sendWindow > Integer.MAX_VALUE) {
      return false;
    }
    if (canSend()) {
      connection.scheduler().offer(this);
    } else {
      connection.scheduler().remove(this); // the window may have become negative
    }
    return true;
  }

  boolean canSend() {
    return !closed && (queuedBytes() > 0 ? sendWindow > 0 : endQueued && !localEnded);
  }

  /** Whether the client's window of this stream, not the connection, holds the response up. */
  boolean blockedByWindow() {
    return queuedBytes() > 0 && sendWindow <= 0;
  }

  /** Sends one frame of at most this many bytes. */
  void sendNext(int limit) {
    Http2SendQueue waiting = queue;
    if (waiting == null || waiting.size() == 0) {
      sendQueuedEnd();
      return;
    }
    ByteBuf piece = waiting.take((int) Math.min(limit, sendWindow));
    boolean last = endQueued && waiting.size() == 0 && trailers == null;
    writeData(piece, piece.readableBytes(), last);
    if (last) {
      ended();
    } else if (waiting.becameWritable()) {
      HttpExchange running = exchange;
      if (running != null) {
        running.writabilityChanged();
      }
    }
  }

  private void writeData(ByteBuf piece, int length, boolean last) {
    sendWindow -= length;
    progress.sent(length);
    connection.dataSent(length);
    connection.writer().data(id, piece, last);
  }

  private void sendQueuedEnd() {
    HttpHeaders fields = trailers;
    if (fields == null) {
      connection.writer().endStream(id);
    } else {
      connection.writer().headers(id, 0, fields, true);
    }
    ended();
  }

  private void ended() {
    localEnded = true;
    progress.responseEnded(connection.nowNs());
    closeIfEnded();
    if (!closed && stopWhenSent) {
      stopReading();
    }
  }

  private void closeIfEnded() {
    if (localEnded && input.ended() && !closed) {
      connection.closed(this, false);
    }
  }

  /** The connection forgets this stream; what waits is freed. */
  void close() {
    closed = true;
    Http2SendQueue waiting = queue;
    if (waiting != null) {
      waiting.close();
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
    if (running == null || headSent) {
      connection.reset(this, Http2Error.CANCEL);
    } else {
      stopWhenSent = true;
      running.fail(new HttpError(408, "the request body took too long"));
    }
  }

  // ExchangeTransport.

  @Override
  public EventLoop eventLoop() {
    return connection.eventLoop();
  }

  @Override
  public ByteBufAllocator alloc() {
    return connection.alloc();
  }

  @Override
  public long declaredLength() {
    return input.declaredLength();
  }

  @Override
  public void continueIfExpected() {
    if (continueExpected && !closed) {
      continueExpected = false;
      connection.writer().headers(id, 100, EmptyHttpHeaders.INSTANCE, false);
      connection.flush();
    }
  }

  @Override
  public void reading(boolean wanted) {
    input.reading(wanted, connection.nowNs());
    if (wanted) {
      returnWindow();
      connection.flush();
    }
  }

  @Override
  public void connectionHeaders(HttpHeaders headers, boolean requestComplete) {
    // HTTP/2 has none; those of HTTP/1.1 are left out when the head is encoded.
  }

  @Override
  public void sendResponse(int status, HttpHeaders headers, ByteBuf body) {
    int length = body.readableBytes();
    if (closed || length == 0) {
      body.release();
      if (!closed) {
        head(status, headers, true);
        ended();
      }
    } else {
      head(status, headers, false);
      if (length <= IMMEDIATE_BYTES && connection.canSendNow(length) && length <= sendWindow) {
        writeData(body, length, true);
        ended();
      } else {
        endQueued = true;
        enqueue(body, length);
      }
    }
    connection.flush();
  }

  private void head(int status, HttpHeaders headers, boolean end) {
    headSent = true;
    connection.writer().headers(id, status, headers, end);
  }

  @Override
  public void sendHead(int status, HttpHeaders headers) {
    if (!closed) {
      head(status, headers, false);
    }
  }

  @Override
  public void sendData(ByteBuf data) {
    int length = data.readableBytes();
    if (closed || length == 0) {
      data.release();
    } else {
      enqueue(data, length);
    }
  }

  private void enqueue(ByteBuf data, int length) {
    Http2SendQueue waiting = queue;
    if (waiting == null) {
      waiting = new Http2SendQueue(connection.limits());
      queue = waiting;
    }
    if (waiting.size() == 0) {
      progress.sendingStarted(connection.nowNs());
    }
    waiting.add(data, length);
    connection.scheduler().offer(this);
  }

  @Override
  public void sendEnd(HttpHeaders fields) {
    if (closed) {
      return;
    }
    trailers = fields.isEmpty() ? null : fields;
    endQueued = true;
    connection.scheduler().offer(this);
    connection.flush();
  }

  @Override
  public void flush() {
    connection.flush();
  }

  @Override
  public boolean isWritable() {
    Http2SendQueue waiting = queue;
    return !closed && (waiting == null || waiting.isWritable());
  }

  @Override
  public long bytesBeforeUnwritable() {
    return Math.max(0, connection.limits().writeHighWatermarkBytes() - queuedBytes());
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
    input.reading(false, connection.nowNs());
    if (localEnded && !input.ended() && !closed) {
      connection.stop(this);
    }
  }

  @Override
  public void exchangeEnded(HttpExchange ended) {
    exchange = null; // it may serve for another request from now on
    // What is queued still goes out; the stream ends when both sides have.
  }

  @Override
  public void abort() {
    if (!closed) {
      boolean tunnel = exchange != null && exchange.request().connectProtocol() != null;
      // For a tunnel it is what a reset is for TCP (RFC 8441 §5).
      connection.reset(this, tunnel ? Http2Error.CANCEL : Http2Error.INTERNAL_ERROR);
    }
  }

  @Override
  public void upgrade(HttpExchange upgraded, WebSocketOptions options, WebSocketListener listener) {
    WebSocketHandshake.accept(upgraded, options, listener);
  }
}
