package app.seventv.events;

import app.seventv.core.http.ResponseStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** A session on a stream of server-sent events (event-api.md §4). */
final class SseSession extends Session {
  private static final byte[] CLOSE_EVENT = Frames.ascii("event: close\n\n");

  private final ResponseStream stream;

  SseSession(SessionLoop loop, ClientKind client, ResponseStream stream) {
    super(loop, client);
    this.stream = stream;
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
    stream.write(SessionLoop.ALLOCATOR.buffer(CLOSE_EVENT.length).writeBytes(CLOSE_EVENT));
    stream.end();
  }

  @Override
  boolean isEventStream() {
    return true;
  }
}
