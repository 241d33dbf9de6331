package app.seventv.core.metrics;

/** Durations in the buckets of a classic histogram, summed up for one scrape. */
public final class Distribution {
  private static final double NS_PER_SECOND = 1e9;

  private final long[] counts;
  private long sumNs;

  /**
   * An empty one.
   *
   * @param bounds number of bounds; there is one bucket more
   */
  public Distribution(int bounds) {
    this.counts = new long[bounds + 1];
  }

  /** Adds durations to a bucket. */
  public void add(int bucket, long count) {
    counts[bucket] += count;
  }

  /** Adds to the sum of all durations. */
  public void addSum(long durationsNs) {
    sumNs += durationsNs;
  }

  /** Adds another one with the same bounds. */
  public void add(Distribution other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    sumNs += other.sumNs;
  }

  /** Whether nothing has been counted. */
  public boolean isEmpty() {
    for (long count : counts) {
      if (count != 0) {
        return false;
      }
    }
    return true;
  }

  /** Hands itself over, in seconds. */
  public void report(Metrics.DistributionReadings readings, String... labels) {
    readings.read(counts, sumNs / NS_PER_SECOND, labels);
  }

  /** Bounds in seconds as nanoseconds. */
  public static long[] nanos(double[] seconds) {
    long[] nanos = new long[seconds.length];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = Math.round(seconds[i] * NS_PER_SECOND);
    }
    return nanos;
  }
}
