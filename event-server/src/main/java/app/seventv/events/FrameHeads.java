package app.seventv.events;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The shared part of one dispatch in every form that sessions of a loop need. */
final class FrameHeads {
  private final byte[] payload;
  private final byte[] middle;

  /** Heads of text frames by number of digits of the sequence number: the header tells a length. */
  private final @Nullable ByteBuf[] webSocket = new ByteBuf[Frames.MAX_SEQUENCE_DIGITS + 1];

  private @Nullable ByteBuf eventStream;

  FrameHeads(byte[] payload, byte[] middle) {
    this.payload = payload;
    this.middle = middle;
  }

  @SuppressWarnings("ReferenceEquality") // payloads never change: the same one is the same array
  boolean isOf(byte[] other) {
    return payload == other;
  }

  ByteBuf webSocket(int digits) {
    ByteBuf head = webSocket[digits];
    if (head == null) {
      head = Frames.webSocketHead(SessionLoop.ALLOCATOR, payload, middle, digits);
      webSocket[digits] = head;
    }
    return head;
  }

  ByteBuf eventStream() {
    ByteBuf head = eventStream;
    if (head == null) {
      eventStream = head = Frames.sseHead(SessionLoop.ALLOCATOR, payload);
    }
    return head;
  }

  void release() {
    for (ByteBuf head : webSocket) {
      if (head != null) {
        head.release();
      }
    }
    if (eventStream != null) {
      eventStream.release();
    }
  }
}
