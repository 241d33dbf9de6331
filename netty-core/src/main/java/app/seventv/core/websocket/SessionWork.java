package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * What a session holds only while something is under way: a frame or message half received, a pong
 * that waits for room, a closing handshake. An idle session has none.
 */
final class SessionWork {
  /** Bytes that arrived before the session was open. */
  @Nullable ByteBuf early;

  /** Start of a frame whose header, or for a control frame whose payload, is not complete. */
  @Nullable ByteBuf head;

  /** Payload of the message so far, unmasked; still compressed if the message is. */
  @Nullable ByteBuf message;

  /** Opcode of the message that is being received, 0 if none is. */
  int opcode;

  boolean compressed;

  /** Frames of the message so far. */
  int fragments;

  /** State of {@link Utf8} over the text so far. */
  int utf8;

  /** Payload bytes of the current frame that have not arrived. */
  int frameRemaining;

  /** Masking key, turned to the next payload byte. */
  int mask;

  /** Whether the current frame is the message's last. */
  boolean lastFrame;

  /** Payload of the latest ping that could not be answered for want of room. */
  @Nullable ByteBuf ping;

  /** Reason of the close frame, sent or received. */
  String closeReason = "";

  /** Cuts off a peer that does not finish the closing handshake. */
  @Nullable Future<?> closeTimer;

  /** Whether nothing is under way any more. */
  boolean isDone() {
    return head == null
        && opcode == 0
        && ping == null
        && early == null
        && closeTimer == null
        && closeReason.isEmpty();
  }

  /** Forgets everything received. */
  void dropInput() {
    early = release(early);
    head = release(head);
    message = release(message);
    ping = release(ping);
    opcode = 0;
    frameRemaining = 0;
  }

  private static @Nullable ByteBuf release(@Nullable ByteBuf buffer) {
    if (buffer != null) {
      buffer.release();
    }
    return null;
  }
}
