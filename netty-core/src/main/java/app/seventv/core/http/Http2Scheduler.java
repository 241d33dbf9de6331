package app.seventv.core.http;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Decides which stream sends next (RFC 9218 §10): lower urgency values first; within one urgency
 * the streams that want to be whole, in the order of their requests, then the incremental ones in
 * turn, a frame each. Holds only streams that have something to send and a window for it.
 */
final class Http2Scheduler {
  private static final Comparator<Http2Response> ORDER =
      Comparator.comparingInt((Http2Response stream) -> stream.urgency())
          .thenComparingLong(stream -> stream.turn);

  /** Above every stream id: incremental streams come after the others of their urgency. */
  private static final long FIRST_TURN = 1L << 32;

  private final PriorityQueue<Http2Response> ready = new PriorityQueue<>(8, ORDER);
  private long nextTurn = FIRST_TURN;
  private long window = Http2Frames.INITIAL_WINDOW_BYTES;

  /** Bytes that the connection as a whole may send. */
  long window() {
    return window;
  }

  /** RFC 9113 §6.9.1; false if the window would exceed 2^31-1. */
  boolean increaseWindow(int bytes) {
    window += bytes;
    return window <= Integer.MAX_VALUE;
  }

  void sent(int bytes) {
    window -= bytes;
  }

  /** Whether nothing waits that a new frame could overtake. */
  boolean isIdle() {
    return ready.isEmpty();
  }

  /** Puts a stream in line if it can send and is not there yet. */
  void offer(Http2Response stream) {
    if (!stream.scheduled && stream.canSend()) {
      stream.turn = stream.incremental() ? nextTurn++ : stream.id();
      stream.scheduled = true;
      ready.add(stream);
    }
  }

  void remove(Http2Response stream) {
    if (stream.scheduled) {
      stream.scheduled = false;
      ready.remove(stream);
    }
  }

  /** Sends one frame of the stream whose turn it is; false if there is nothing to send. */
  boolean sendNext() {
    Http2Response stream = ready.peek();
    if (stream == null || (window <= 0 && stream.queuedBytes() > 0)) {
      return false;
    }
    ready.poll();
    stream.scheduled = false;
    if (stream.canSend()) {
      stream.sendNext((int) Math.min(window, Http2Frames.MAX_PAYLOAD_BYTES));
      offer(stream);
    }
    return true;
  }
}
