package app.seventv.core.metrics;

/**
 * Durations that one thread counts straight into fixed buckets: 128 bytes where a histogram takes
 * kilobytes.
 */
public final class BucketCounts {
  private final long[] boundsNs;
  private final LoopCounters counters;

  /** Counts durations up to each of these bounds, rising, and beyond. */
  public BucketCounts(long[] boundsNs) {
    this.boundsNs = boundsNs;
    this.counters = new LoopCounters(boundsNs.length + 2);
  }

  /** Counts a duration; called by the owning thread only. */
  public void record(long durationNs) {
    int bucket = 0;
    while (bucket < boundsNs.length && durationNs > boundsNs[bucket]) {
      bucket++;
    }
    counters.add(bucket, 1);
    counters.add(boundsNs.length + 1, durationNs);
  }

  /** Adds what has been counted to a sum over several threads. */
  public void addTo(Distribution sum) {
    for (int bucket = 0; bucket <= boundsNs.length; bucket++) {
      sum.add(bucket, counters.get(bucket));
    }
    sum.addSum(counters.get(boundsNs.length + 1));
  }
}
