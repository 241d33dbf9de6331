package app.seventv.cdn;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Runs short actions later. */
@FunctionalInterface
interface Timers {
  /** Runs the action once after the delay, unless it is cancelled before. */
  Pending after(Duration delay, Runnable action);

  /** An action that has not run yet. */
  @FunctionalInterface
  interface Pending {
    /** Takes the action back, if it is not too late. */
    void cancel();
  }

  /** Timers of an executor. */
  static Timers of(ScheduledExecutorService executor) {
    return (delay, action) -> {
      ScheduledFuture<?> future = executor.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    };
  }
}
