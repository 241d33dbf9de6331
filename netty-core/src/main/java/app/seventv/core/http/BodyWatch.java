package app.seventv.core.http;

import java.util.concurrent.TimeUnit;

/**
 * Whether the body of a request comes fast enough (slow POST attacks): it may pause for a while,
 * and once it has begun it must come at a rate. Times are {@link System#nanoTime}.
 */
final class BodyWatch {
  /** Time over which the rate is taken, unless a body may not even pause that long. */
  private static final long RATE_MS = 5_000;

  private final HttpLimits limits;
  private long movedNs;
  private long windowStartNs;
  private long windowBytes;
  private boolean begun;

  BodyWatch(HttpLimits limits) {
    this.limits = limits;
  }

  /** A body is to come from now on. */
  void start(long nowNs) {
    begun = false;
    resume(nowNs);
  }

  /** Begins anew after a pause that was ours: the client cannot be blamed for it. */
  void resume(long nowNs) {
    movedNs = nowNs;
    windowStartNs = nowNs;
    windowBytes = 0;
  }

  /** Some of the body arrived. */
  void moved(int bytes, long nowNs) {
    begun = true;
    movedNs = nowNs;
    windowBytes += bytes;
  }

  /** How long to wait between two looks. */
  long lookMs() {
    return Math.min(RATE_MS, limits.bodyTimeoutMs());
  }

  /** Whether the body has paused for too long, or has come too slowly of late. */
  boolean tooSlow(long nowNs) {
    if (nowNs - movedNs >= TimeUnit.MILLISECONDS.toNanos(limits.bodyTimeoutMs())) {
      return true;
    }
    long elapsedMs = TimeUnit.NANOSECONDS.toMillis(nowNs - windowStartNs);
    if (!begun || elapsedMs < lookMs()) {
      return false;
    }
    boolean tooSlow = windowBytes * 1_000 < limits.minBodyBytesPerSecond() * elapsedMs;
    windowStartNs = nowNs;
    windowBytes = 0;
    return tooSlow;
  }
}
