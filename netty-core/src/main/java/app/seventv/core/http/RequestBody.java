package app.seventv.core.http;

import app.seventv.core.http.Exchange.BodySink;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request on its way from the transport to the handler's sink. What comes before the
 * handler has asked for it waits here, and what comes after the response is dropped. On the loop.
 */
final class RequestBody {
  /** Bytes read and dropped after the response before the client is told to stop. */
  private static final long MAX_DISCARDED_BYTES = 1 << 20;

  private final HttpExchange exchange;
  private @Nullable BodySink sink;
  private @Nullable List<Object> early;
  private long bytes;
  private long discardedBytes;
  private boolean complete;
  private boolean discarding;
  private boolean closed;

  RequestBody(HttpExchange exchange) {
    this.exchange = exchange;
  }

  /** Begins the body of another request. */
  void renew() {
    sink = null;
    early = null;
    bytes = 0;
    discardedBytes = 0;
    complete = false;
    discarding = false;
    closed = false;
  }

  /** Whether all of it has arrived. */
  boolean isComplete() {
    return complete;
  }

  /**
   * Whether more is announced than is read and dropped after a response, so that the client has to
   * be told that the connection ends with it (RFC 9112 §9.6).
   */
  boolean isTooLongToDiscard() {
    return !complete && exchange.transport().declaredLength() - bytes > MAX_DISCARDED_BYTES;
  }

  /** Bytes that have arrived. */
  long bytes() {
    return bytes;
  }

  /** The handler wants the body. */
  void open(BodySink opened) {
    if (sink != null) {
      throw new IllegalStateException("the body is already being read");
    }
    sink = opened;
    // An interim response behind a final one would be taken for the next.
    if (!exchange.headSent()) {
      exchange.transport().continueIfExpected();
    }
    List<Object> parts = early;
    early = null;
    if (parts != null) {
      exchange.transport().reading(true); // first, so that the sink can pause again
      for (Object part : parts) {
        deliver(opened, part);
      }
    }
  }

  /** A part arrived; takes its reference. */
  void chunk(ByteBuf data) {
    bytes += data.readableBytes();
    BodySink receiver = sink;
    if (discarding) {
      discardedBytes += data.readableBytes();
      data.release();
      if (discardedBytes > MAX_DISCARDED_BYTES && !closed) {
        exchange.transport().stopReading();
      }
    } else if (receiver != null) {
      deliver(receiver, data);
    } else {
      park(data);
      exchange.transport().reading(false); // until a handler asks for it, or has answered
    }
  }

  /** The request is complete. */
  void end(HttpHeaders trailers) {
    complete = true;
    BodySink receiver = sink;
    if (discarding) {
      return;
    }
    if (receiver != null) {
      deliver(receiver, trailers);
    } else {
      park(trailers);
    }
  }

  /** A handler that has not asked for the body yet finds it here. */
  private void park(Object part) {
    if (early == null) {
      early = new ArrayList<>(2);
    }
    early.add(part);
  }

  /** What a sink throws is answered like what a handler throws. */
  private void deliver(BodySink receiver, Object part) {
    try {
      if (part instanceof ByteBuf data) {
        receiver.chunk(data);
      } else {
        receiver.end((HttpHeaders) part);
      }
    } catch (Throwable failure) { // an Error, too, costs this request only
      exchange.fail(failure);
    }
  }

  /** The response is complete: what is left of the request is read, so that it can end. */
  void discard() {
    discarding = true;
    releaseEarly();
    if (!complete) {
      exchange.transport().reading(true);
      abortSink(); // answered early: what it has gathered is of no use
    }
  }

  /** The exchange has ended, or its client is gone. */
  void close() {
    closed = true;
    releaseEarly();
    if (!complete && !discarding) {
      abortSink();
    }
    discarding = true;
  }

  private void abortSink() {
    BodySink receiver = sink;
    if (receiver != null) {
      receiver.aborted();
    }
  }

  private void releaseEarly() {
    if (early != null) {
      for (Object part : early) {
        if (part instanceof ByteBuf data) {
          data.release();
        }
      }
      early = null;
    }
  }
}
