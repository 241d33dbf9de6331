package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of {@link HttpExchange}: how far the response is, and the body that a handler
 * streams. It holds the body to the length that the head announced and drops what comes too late. A
 * superclass and not a part, so that a request costs no object more.
 */
abstract class ExchangeResponse implements Exchange, ResponseStream {
  private ExchangeTransport transport;
  private final AnnouncedBody written = new AnnouncedBody();
  private @Nullable Runnable writableAction;
  private boolean headSent;
  private boolean bodiless;
  private boolean complete;
  private boolean ended;

  ExchangeResponse(ExchangeTransport transport) {
    this.transport = transport;
  }

  /** Begins anew, for another request. */
  final void renew(ExchangeTransport otherTransport) {
    transport = otherTransport;
    written.renew();
    writableAction = null;
    headSent = false;
    bodiless = false;
    complete = false;
    ended = false;
  }

  /** What carries this exchange. */
  final ExchangeTransport transport() {
    return transport;
  }

  @Override
  public final EventExecutor executor() {
    return transport.eventLoop();
  }

  /** Whether the head of the final response has been sent. */
  final boolean headSent() {
    return headSent;
  }

  /** From now on no other response can be given. */
  final void markHeadSent() {
    headSent = true;
  }

  /** Whether the exchange is over: nothing is sent any more. */
  final boolean ended() {
    return ended;
  }

  final void markEnded() {
    ended = true;
  }

  /** Whether all of the response has been given to the transport. */
  final boolean complete() {
    return complete;
  }

  /** Whether a response has begun, but is not complete. */
  final boolean underWay() {
    return headSent && !complete && !ended;
  }

  /** Bytes of the body that have been given to the transport. */
  final long sentBytes() {
    return written.bytes();
  }

  // A response that begins or goes on; on the loop.

  /** Sends head and body, whose reference it takes. */
  final void sendWhole(int status, HttpHeaders headers, ByteBuf content) {
    complete = true;
    written.written(content.readableBytes());
    transport.sendResponse(status, headers, content);
    responseComplete();
  }

  /** Sends the head of a body that will be streamed; without one, what is streamed is dropped. */
  final void sendHead(int status, HttpHeaders headers, boolean withoutBody) {
    bodiless = withoutBody;
    written.begin(headers, withoutBody);
    transport.sendHead(status, headers);
  }

  /** All of the response has been given to the transport just now. */
  abstract void responseComplete();

  /** The channel's writability changed. */
  final void writabilityChanged() {
    Runnable action = writableAction;
    if (action != null && transport.isWritable()) {
      action.run();
    }
  }

  // ResponseStream, from any thread.

  @Override
  public final void write(ByteBuf data) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> write(data));
    } else if (complete || ended || bodiless || !data.isReadable()) {
      data.release();
    } else if (written.exceededBy(data.readableBytes())) {
      data.release();
      breakOff();
    } else {
      written.written(data.readableBytes());
      transport.sendData(data);
    }
  }

  @Override
  public final void sendFile(
      FileBody file, long position, long count, Executor reader, Runnable sent) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> sendFile(file, position, count, reader, sent));
    } else if (complete || ended) {
      file.release();
    } else if (bodiless) {
      file.release();
      sent.run();
    } else {
      FilePump.start(this, this, this::sendRegion, file, position, count, reader, sent);
    }
  }

  private boolean sendRegion(FileRegion region) {
    long count = region.count(); // the region may be gone once it is sent
    if (written.exceededBy(count) || !transport.sendFile(region)) {
      return false;
    }
    written.written(count);
    return true;
  }

  @Override
  public final void flush() {
    if (executor().inEventLoop()) {
      transport.flush();
    } else {
      executor().execute(this::flush);
    }
  }

  @Override
  public final boolean isWritable() {
    return transport.isWritable();
  }

  @Override
  public final long bytesBeforeUnwritable() {
    return transport.bytesBeforeUnwritable();
  }

  @Override
  public final void onWritable(Runnable action) {
    if (executor().inEventLoop()) {
      writableAction = action;
    } else {
      executor().execute(() -> onWritable(action));
    }
  }

  @Override
  public final void endWithClient() {
    if (!executor().inEventLoop()) {
      executor().execute(this::endWithClient);
    } else if (underWay()) {
      transport.endWithClient();
    }
  }

  @Override
  public final void end() {
    end(EmptyHttpHeaders.INSTANCE);
  }

  @Override
  public final void end(HttpHeaders trailers) {
    if (!executor().inEventLoop()) {
      executor().execute(() -> end(trailers));
      return;
    }
    if (complete || ended) {
      return;
    }
    if (written.isShort()) {
      breakOff();
      return;
    }
    complete = true;
    transport.sendEnd(trailers.isEmpty() ? trailers : HttpTrailers.sendable(trailers));
    responseComplete();
  }

  /** The body is not as long as announced: the client must not take it for whole. */
  private void breakOff() {
    transport.flush();
    transport.abort();
  }

  @Override
  public final void abort() {
    if (!executor().inEventLoop()) {
      executor().execute(this::abort);
    } else if (!ended) {
      transport.abort();
    }
  }
}
