package app.seventv.events;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes dispatches to many sessions of a loop: the long head of a frame is one buffer that all
 * share, only the tail with the sequence number is the session's own, and tails are slices of
 * common buffers too. Reused from {@link #begin} to {@link #end} for every event.
 */
final class FanOut {
  /** Tails per buffer at most; a session that is slow keeps no more than this alive. */
  private static final int MAX_TAILS = 1024;

  private byte[] middle = {};
  private int expected;
  private @Nullable FrameHeads current;
  private final IdentityHashMap<byte[], FrameHeads> others = new IdentityHashMap<>();
  private @Nullable ByteBuf tails;
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
  }

  /** Sends a payload, which must not change, to a session as its next frame. */
  void send(Session session, byte[] payload, boolean isPresence) {
    FrameHeads heads = heads(payload);
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
    for (Session session : slow) {
      session.end(EndReason.TIMEOUT);
    }
    slow.clear();
  }
}
