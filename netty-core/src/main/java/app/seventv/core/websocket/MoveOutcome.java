package app.seventv.core.websocket;

import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/** What became of a websocket's socket after the handshake of HTTP/1.1, counted per process. */
@SuppressWarnings("ImmutableEnumChecker") // counters are what it is for
public enum MoveOutcome {
  /** It is a slot of its loop's table. */
  MOVED,

  /** Its loop has no table: another transport than io_uring, or tables are switched off. */
  NO_TABLE,

  /** It keeps its channel for the sake of permessage-deflate. */
  COMPRESSED,

  /** Its channel, or the TLS in it, cannot be left, or the loop is ending. */
  BOUND_TO_CHANNEL;

  private final LongAdder count = new LongAdder();

  void add() {
    count.increment();
  }

  /** How often it came to this. */
  public long count() {
    return count.sum();
  }

  /** Value of a label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
