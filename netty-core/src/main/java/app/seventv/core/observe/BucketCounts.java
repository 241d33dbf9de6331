package app.seventv.core.observe;

/** Durations counted straight into fixed buckets: 128 bytes where a histogram takes kilobytes. */
final class BucketCounts {
  private final long[] boundsNs;
  private final LoopCounters counters;

  /** Durations up to each of these bounds, rising, and beyond. */
  BucketCounts(long[] boundsNs) {
    this.boundsNs = boundsNs;
    this.counters = new LoopCounters(boundsNs.length + 2);
  }

  /** Called by the owning thread only. */
  void record(long durationNs) {
    int bucket = 0;
    while (bucket < boundsNs.length && durationNs > boundsNs[bucket]) {
      bucket++;
    }
    counters.add(bucket, 1);
    counters.add(boundsNs.length + 1, durationNs);
  }

  /** Adds what has been counted. */
  void addTo(Distribution sum) {
    for (int bucket = 0; bucket <= boundsNs.length; bucket++) {
      sum.counts[bucket] += counters.get(bucket);
    }
    sum.sumNs += counters.get(boundsNs.length + 1);
  }
}
