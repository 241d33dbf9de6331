package app.seventv.events;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes dispatches to many sessions of a loop. A frame of usual size is copied for each session:
 * to send one buffer costs less than to send two by as much as the copy of some kilobytes does.
 * Else, and wherever something waits already, the long head of a frame is one buffer that all
 * share, and only the tail with the sequence number is the session's own. Copies and tails are
 * slices of common buffers. Reused from {@link #begin} to {@link #end} for every event.
 */
final class FanOut {
  /** Tails per buffer at most; a session that is slow keeps no more than this alive. */
  private static final int MAX_TAILS = 1024;

  /** Longest frame that is copied for each session. */
  static final int MAX_COPIED_FRAME_BYTES = 4096;

  /** Bytes of all copies of one event, which live until the kernel has taken them. */
  static final int MAX_COPIED_EVENT_BYTES = 8 << 20;

  /** Copies share buffers of this size; a client that does not read keeps one such buffer alive. */
  static final int COPIES_BYTES = 16 << 10;

  private byte[] middle = {};
  private int expected;
  private @Nullable FrameHeads current;
  private final IdentityHashMap<byte[], FrameHeads> others = new IdentityHashMap<>();
  private @Nullable ByteBuf tails;
  private @Nullable ByteBuf copies;
  private int copiedBytes;
  private final List<Session> slow = new ArrayList<>();

  /**
   * Starts an event.
   *
   * @param envelopeMiddle of all its frames
   * @param frames about as many will be sent
   */
  void begin(byte[] envelopeMiddle, int frames) {
    middle = envelopeMiddle;
    expected = frames;
    copiedBytes = 0;
  }

  /** Sends a payload, which must not change, to a session as its next frame. */
  void send(Session session, byte[] payload, boolean isPresence) {
    FrameHeads heads = heads(payload);
    ByteBuf copy = session.isTakingCopies() ? copy(heads, session.sequence()) : null;
    if (copy != null) {
      if (!session.sendDispatch(copy, isPresence)) {
        slow.add(session);
      }
      return;
    }
    ByteBuf out = tails();
    int sequence = session.sequence();
    int start = out.writerIndex();
    ByteBuf head;
    Frames.writeSequence(out, sequence);
    if (session.isEventStream()) {
      head = heads.eventStream();
      out.writeByte('\n').writeByte('\n');
    } else {
      head = heads.webSocket(out.writerIndex() - start);
      out.writeByte('}');
    }
    int length = out.writerIndex() - start;
    // A slice keeps the whole buffer; a session that is behind would keep it for long.
    ByteBuf tail =
        session.isWritable() ? out.retainedSlice(start, length) : out.copy(start, length);
    if (!session.sendDispatch(head.retainedDuplicate(), tail, isPresence)) {
      slow.add(session);
    }
  }

  /** A text frame of its own, or null if that would be too much. */
  private @Nullable ByteBuf copy(FrameHeads heads, int sequence) {
    int digits = Frames.digits(sequence);
    ByteBuf head = heads.webSocket(digits);
    int headBytes = head.readableBytes();
    int frameBytes = headBytes + digits + 1;
    if (frameBytes > MAX_COPIED_FRAME_BYTES || copiedBytes + frameBytes > MAX_COPIED_EVENT_BYTES) {
      return null;
    }
    copiedBytes += frameBytes;
    ByteBuf out = copies(frameBytes);
    int start = out.writerIndex();
    out.writeBytes(head, head.readerIndex(), headBytes);
    Frames.writeSequence(out, sequence);
    out.writeByte('}');
    return out.retainedSlice(start, frameBytes);
  }

  private ByteBuf copies(int frameBytes) {
    ByteBuf out = copies;
    if (out == null || out.writableBytes() < frameBytes) {
      if (out != null) {
        out.release();
      }
      long wanted = (long) frameBytes * Math.max(1, expected);
      copies = out = SessionLoop.ALLOCATOR.directBuffer((int) Math.min(wanted, COPIES_BYTES));
    }
    return out;
  }

  private FrameHeads heads(byte[] payload) {
    FrameHeads latest = current;
    if (latest != null && latest.isOf(payload)) {
      return latest;
    }
    latest = others.computeIfAbsent(payload, p -> new FrameHeads(p, middle));
    current = latest;
    return latest;
  }

  private ByteBuf tails() {
    ByteBuf out = tails;
    if (out == null || out.writableBytes() < Frames.MAX_TAIL_BYTES) {
      if (out != null) {
        out.release();
      }
      int frames = Math.clamp(expected, 1, MAX_TAILS);
      tails = out = SessionLoop.ALLOCATOR.directBuffer(frames * Frames.MAX_TAIL_BYTES);
    }
    return out;
  }

  /** Gives up the shared buffers, and the sessions whose clients do not read. */
  void end() {
    others.values().forEach(FrameHeads::release);
    others.clear();
    current = null;
    if (tails != null) {
      tails.release();
      tails = null;
    }
    if (copies != null) {
      copies.release();
      copies = null;
    }
    for (Session session : slow) {
      session.end(EndReason.TIMEOUT);
    }
    slow.clear();
  }
}
