package app.seventv.cdn;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * Ends a body that is taken into memory and does not come: as a whole within the time for it, and
 * before that if it stands still (cdn.md §4.2).
 */
final class BodyDeadline {
  /** An origin that gives less than a byte a second for so long is given up. */
  static final Duration MAX_STALL = Duration.ofSeconds(20);

  private final Timers timers;
  private final IntSupplier received;
  private final Consumer<String> expired;
  private final Timers.Pending limit;
  private Timers.Pending stall;
  private int seen;
  private boolean over;

  /**
   * Starts the clock.
   *
   * @param limit for the whole body
   * @param received bytes so far
   * @param expired told why, at most once, unless {@link #cancel} comes first
   */
  BodyDeadline(Timers timers, Duration limit, IntSupplier received, Consumer<String> expired) {
    this.timers = timers;
    this.received = received;
    this.expired = expired;
    this.limit = timers.after(limit, () -> expire("no body within " + limit));
    this.stall = limit.compareTo(MAX_STALL) > 0 ? watch() : () -> {};
  }

  private Timers.Pending watch() {
    return timers.after(MAX_STALL, this::look);
  }

  private void look() {
    int now = received.getAsInt();
    synchronized (this) {
      if (over) {
        return;
      }
      if (now - seen >= MAX_STALL.toSeconds()) {
        seen = now;
        stall = watch();
        return;
      }
    }
    expire("the body stands still at " + now + " bytes");
  }

  private void expire(String why) {
    if (cancel()) {
      expired.accept(why);
    }
  }

  /** The body has ended; true if nothing had ended it before. */
  synchronized boolean cancel() {
    if (over) {
      return false;
    }
    over = true;
    limit.cancel();
    stall.cancel();
    return true;
  }
}
