package app.seventv.core.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one timer of a connection. Setting it to a later time costs a field write: the task that is
 * already waiting looks at the field when it fires, and goes to sleep again.
 */
final class LazyTimer {
  private final EventExecutor loop;
  private final Runnable expired;
  private @Nullable ScheduledFuture<?> task;
  private long firesAtNs;
  private long deadlineNs;

  /**
   * @param expired called on the loop when the deadline has passed
   */
  LazyTimer(EventExecutor loop, Runnable expired) {
    this.loop = loop;
    this.expired = expired;
  }

  /** Replaces the deadline. */
  void arm(long nowNs, long delayMs) {
    deadlineNs = nowNs + TimeUnit.MILLISECONDS.toNanos(delayMs);
    if (task == null || firesAtNs - deadlineNs > 0) {
      cancel();
      schedule(nowNs);
    }
  }

  /** Forgets the deadline. */
  void cancel() {
    if (task != null) {
      task.cancel(false);
      task = null;
    }
  }

  private void schedule(long nowNs) {
    firesAtNs = deadlineNs;
    task = loop.schedule(this::fired, deadlineNs - nowNs, TimeUnit.NANOSECONDS);
  }

  private void fired() {
    task = null;
    long nowNs = System.nanoTime();
    if (deadlineNs - nowNs > 0) {
      schedule(nowNs);
    } else {
      expired.run();
    }
  }
}
