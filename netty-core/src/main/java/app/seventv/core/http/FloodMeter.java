package app.seventv.core.http;

import java.util.concurrent.TimeUnit;

/** Counts events in consecutive windows of time against a limit. */
final class FloodMeter {
  private final int maxEvents;
  private final long windowNs;
  private long windowStartNs;
  private int events;

  /**
   * @param maxEvents events allowed within a window
   * @param nowNs now, on the clock of {@link System#nanoTime}
   */
  FloodMeter(int maxEvents, long windowMs, long nowNs) {
    this.maxEvents = maxEvents;
    this.windowNs = TimeUnit.MILLISECONDS.toNanos(windowMs);
    this.windowStartNs = nowNs;
  }

  /** Counts one event; true if that is one too many. */
  boolean exceededAt(long nowNs) {
    if (nowNs - windowStartNs >= windowNs) {
      windowStartNs = nowNs;
      events = 0;
    }
    events++;
    return events > maxEvents;
  }
}
