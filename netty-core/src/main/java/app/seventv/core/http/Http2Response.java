package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of an {@link Http2Stream}: its place among the others, the client's window, and
 * what waits to be sent. Confined to the loop, but for {@link #isWritable} and {@link
 * #bytesBeforeUnwritable}. A superclass and not a part, so that a request costs no object more.
 */
abstract class Http2Response implements ExchangeTransport {
  /** Whole responses up to this size go out at once when nothing else waits. */
  private static final int IMMEDIATE_BYTES = 4 << 10;

  private final Http2Connection connection;
  private final int id;
  private boolean headSent;
  private boolean endQueued;
  private boolean localEnded;
  private @Nullable HttpHeaders trailers;
  private volatile @Nullable Http2SendQueue queue; // most responses never wait
  private volatile boolean closed;
  private long sendWindow;
  private Priority priority;

  /** Of the scheduler: place among equals, and whether it is in line. */
  long turn;

  boolean scheduled;

  /** Of the deadlines. */
  final Http2Progress progress = new Http2Progress();

  Http2Response(Http2Connection connection, int id, long sendWindow, Priority priority) {
    this.connection = connection;
    this.id = id;
    this.sendWindow = sendWindow;
    this.priority = priority;
  }

  /** The connection that the stream is of. */
  final Http2Connection connection() {
    return connection;
  }

  final int id() {
    return id;
  }

  final int urgency() {
    return priority.urgency();
  }

  final boolean incremental() {
    return priority.incremental();
  }

  /** The client changed its mind (RFC 9218 §7). */
  final void reprioritize(Priority changed) {
    Http2Scheduler scheduler = connection.scheduler();
    scheduler.remove(this);
    priority = changed;
    scheduler.offer(this);
  }

  /** Whether the head of the final response has been sent. */
  final boolean headSent() {
    return headSent;
  }

  /** Whether the response has been sent to its end. */
  final boolean localEnded() {
    return localEnded;
  }

  /** The response has been sent to its end just now. */
  abstract void responseEnded();

  /** The client took so much that more may be queued. */
  abstract void writabilityChanged();

  /** Whether the connection has forgotten the stream. */
  final boolean closed() {
    return closed;
  }

  /** The connection forgets this stream; what waits is freed. */
  final void close() {
    closed = true;
    Http2SendQueue waiting = queue;
    if (waiting != null) {
      waiting.close();
    }
  }

  // What waits, and when it is sent.

  final int queuedBytes() {
    Http2SendQueue waiting = queue;
    return waiting == null ? 0 : waiting.size();
  }

  /** Adds to the window, or takes from it (RFC 9113 §6.9.2); false if it would exceed 2^31-1. */
  final boolean changeWindow(long bytes) {
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

  final boolean canSend() {
    return !closed && (queuedBytes() > 0 ? sendWindow > 0 : endQueued && !localEnded);
  }

  /** Whether the client's window of this stream, not the connection, holds the response up. */
  final boolean blockedByWindow() {
    return queuedBytes() > 0 && sendWindow <= 0;
  }

  /** Sends one frame of at most this many bytes. */
  final void sendNext(int limit) {
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
      writabilityChanged();
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
    responseEnded();
  }

  // ExchangeTransport: the response.

  @Override
  public final EventLoop eventLoop() {
    return connection.eventLoop();
  }

  @Override
  public final ByteBufAllocator alloc() {
    return connection.alloc();
  }

  @Override
  public final void sendResponse(int status, HttpHeaders headers, ByteBuf body) {
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
  public final void sendHead(int status, HttpHeaders headers) {
    if (!closed) {
      head(status, headers, false);
    }
  }

  @Override
  public final void sendData(ByteBuf data) {
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
  public final void sendEnd(HttpHeaders fields) {
    if (closed) {
      return;
    }
    trailers = fields.isEmpty() ? null : fields;
    endQueued = true;
    connection.scheduler().offer(this);
    connection.flush();
  }

  @Override
  public final void flush() {
    connection.flush();
  }

  @Override
  public final boolean isWritable() {
    Http2SendQueue waiting = queue;
    return !closed && (waiting == null || waiting.isWritable());
  }

  @Override
  public final long bytesBeforeUnwritable() {
    return Math.max(0, connection.limits().writeHighWatermarkBytes() - queuedBytes());
  }
}
