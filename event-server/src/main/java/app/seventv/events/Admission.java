package app.seventv.events;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many sessions may start per second, with a burst of one second's worth, so that a storm of
 * them does not starve those that are there. Thread-safe.
 */
final class Admission {
  private final long intervalNs;
  private final LongSupplier clockNs;

  /** When the sessions so far would have come at the rate allowed. */
  private final AtomicLong dueNs;

  /**
   * A limit.
   *
   * @param perSecond sessions; 0 for any number
   * @param clockNs a clock that does not jump
   */
  Admission(int perSecond, LongSupplier clockNs) {
    this.intervalNs = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.clockNs = clockNs;
    this.dueNs = new AtomicLong(clockNs.getAsLong());
  }

  /** Whether one more may start now. */
  boolean tryAdmit() {
    if (intervalNs == 0) {
      return true;
    }
    long now = clockNs.getAsLong();
    while (true) {
      long due = dueNs.get();
      long next = (due - now < 0 ? now : due) + intervalNs;
      if (next - now > TimeUnit.SECONDS.toNanos(1)) {
        return false;
      }
      if (dueNs.compareAndSet(due, next)) {
        return true;
      }
    }
  }
}
