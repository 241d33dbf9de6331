package app.seventv.events;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes one dispatch to many sessions of a loop: the long head of a frame is one buffer that all
 * share, only the tail with the sequence number is the session's own, and all tails are slices of
 * one buffer too. Reused for every dispatch.
 */
final class FanOut {
  /** Heads of text frames by number of digits of the sequence number: the header tells a length. */
  private final @Nullable ByteBuf[] webSocketHeads = new ByteBuf[Frames.MAX_SEQUENCE_DIGITS + 1];

  private @Nullable ByteBuf sseHead;
  private @Nullable ByteBuf tails;
  private @Nullable SharedDispatch dispatch;
  private final List<Session> slow = new ArrayList<>();

  /** Starts a dispatch that goes to at most so many sessions. */
  void begin(SharedDispatch next, int sessions) {
    dispatch = next;
    tails = SessionLoop.ALLOCATOR.directBuffer(sessions * Frames.MAX_TAIL_BYTES);
  }

  void send(Session session) {
    SharedDispatch current = Objects.requireNonNull(dispatch, "not begun");
    ByteBuf out = Objects.requireNonNull(tails, "not begun");
    int sequence = session.sequence();
    int start = out.writerIndex();
    ByteBuf head;
    Frames.writeSequence(out, sequence);
    if (session.isEventStream()) {
      head = sseHead(current);
      out.writeByte('\n').writeByte('\n');
    } else {
      head = webSocketHead(current, out.writerIndex() - start);
      out.writeByte('}');
    }
    int length = out.writerIndex() - start;
    // A slice keeps the whole buffer; a session that is behind would keep it for long.
    ByteBuf tail =
        session.isWritable() ? out.retainedSlice(start, length) : out.copy(start, length);
    if (!session.sendDispatch(head.retainedDuplicate(), tail)) {
      slow.add(session);
    }
  }

  private ByteBuf webSocketHead(SharedDispatch current, int digits) {
    ByteBuf head = webSocketHeads[digits];
    if (head == null) {
      head =
          Frames.webSocketHead(SessionLoop.ALLOCATOR, current.payload(), current.middle(), digits);
      webSocketHeads[digits] = head;
    }
    return head;
  }

  private ByteBuf sseHead(SharedDispatch current) {
    ByteBuf head = sseHead;
    if (head == null) {
      sseHead = head = Frames.sseHead(SessionLoop.ALLOCATOR, current.payload());
    }
    return head;
  }

  /** Gives up the shared buffers, and the sessions whose clients do not read. */
  void end() {
    for (int i = 0; i < webSocketHeads.length; i++) {
      release(webSocketHeads[i]);
      webSocketHeads[i] = null;
    }
    release(sseHead);
    sseHead = null;
    release(tails);
    tails = null;
    dispatch = null;
    for (Session session : slow) {
      session.end(EndReason.TIMEOUT);
    }
    slow.clear();
  }

  private static void release(@Nullable ByteBuf buffer) {
    if (buffer != null) {
      buffer.release();
    }
  }
}
