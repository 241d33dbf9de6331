package app.seventv.core.observe;

import app.seventv.core.metrics.LoopCounters;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Durations that one loop records: two significant digits, microseconds to a minute (longer ones
 * count as a minute; their true length is in the sum). 20 KB, no garbage, no lock.
 */
final class LoopDurations {
  static final long MAX_US = 60_000_000;
  static final int DIGITS = 2;
  private static final long NS_PER_US = 1_000;

  private final SingleWriterRecorder recorder = new SingleWriterRecorder(1, MAX_US, DIGITS);
  private final LoopCounters sumNs = new LoopCounters(1);
  private @Nullable Histogram interval;

  /** Called by the owning loop only. */
  void record(long durationNs) {
    recorder.recordValue(Math.min(durationNs / NS_PER_US, MAX_US));
    sumNs.add(0, durationNs);
  }

  /** Moves what was recorded since the last call; only one thread at a time may scrape. */
  void moveTo(Histogram total) {
    Histogram latest = recorder.getIntervalHistogram(interval);
    interval = latest;
    total.add(latest);
  }

  long sumNs() {
    return sumNs.get(0);
  }
}
