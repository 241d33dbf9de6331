package app.seventv.events;

import app.seventv.core.http.ResponseStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/** A session on a stream of server-sent events (event-api.md §4). */
final class SseSession extends Session {
  private static final byte[] CLOSE_EVENT = Frames.ascii("event: close\n\n");

  private static final byte[] CLOSE_EVENT_WITH_DATA = Frames.ascii("event: close\ndata: {}\n\n");

  private final ResponseStream stream;
  private final long request;

  /** {@code Last-Event-ID} of the request; 0 for none. */
  private final long lastSeen;

  /** Whether its request has been told to {@link ParkedSessions}. */
  private boolean isOpen;

  /**
   * A session.
   *
   * @param request fingerprint of the request: the same for an EventSource that connects again
   * @param lastSeen number of the last event it received before, 0 for none
   */
  SseSession(
      SessionLoop loop, ClientKind client, ResponseStream stream, long request, long lastSeen) {
    super(loop, client);
    this.stream = stream;
    this.request = request;
    this.lastSeen = lastSeen;
  }

  @Override
  void opened(List<SubscriptionRequest> inline) {
    if (!isEnded()) {
      isOpen = true;
      Resumption.startStream(this, request, lastSeen, inline);
    }
  }

  /** Advice without an event: not all at once. */
  @Override
  void beforeReconnect() {
    int retryMs = loop().options().sseRetryMs();
    if (retryMs > 0) {
      byte[] retry =
          Frames.ascii("retry: " + (retryMs + loop().random().nextInt(retryMs)) + "\n\n");
      stream.write(SessionLoop.ALLOCATOR.buffer(retry.length).writeBytes(retry));
    }
  }

  @Override
  void abort() {
    stream.abort();
  }

  @Override
  long request() {
    return isOpen ? request : 0;
  }

  @Override
  ByteBuf encode(Opcode opcode, String payload, long timeMs, int number) {
    return Frames.sse(SessionLoop.ALLOCATOR, opcode, payload, number);
  }

  @Override
  void write(ByteBuf frame) {
    stream.write(frame);
  }

  @Override
  void write(ByteBuf head, ByteBuf tail) {
    stream.write(Unpooled.wrappedBuffer(head, tail)); // one chunk, not two
  }

  @Override
  void flush() {
    stream.flush();
  }

  @Override
  boolean isWritable() {
    return stream.isWritable();
  }

  /** A client that does not read would hold the exchange open for ever, so that one is cut off. */
  @Override
  void close(EndReason reason) {
    if (reason == EndReason.TIMEOUT) {
      stream.abort();
      return;
    }
    SessionOptions options = loop().options();
    byte[] last = options.sseCloseData() ? CLOSE_EVENT_WITH_DATA : CLOSE_EVENT;
    stream.write(SessionLoop.ALLOCATOR.buffer(last.length).writeBytes(last));
    stream.end();
  }

  @Override
  boolean isEventStream() {
    return true;
  }

  /** A stream's chunks are put together anyway. */
  @Override
  boolean isTakingCopies() {
    return false;
  }
}
