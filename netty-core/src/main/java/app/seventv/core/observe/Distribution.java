package app.seventv.core.observe;

import app.seventv.core.metrics.Metrics;

/** Durations in the buckets of a classic histogram, summed up for one scrape. */
final class Distribution {
  static final double NS_PER_SECOND = 1e9;

  /** Values per bucket; the last one is above every bound. */
  final long[] counts;

  long sumNs;

  Distribution(int bounds) {
    this.counts = new long[bounds + 1];
  }

  void add(Distribution other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    sumNs += other.sumNs;
  }

  boolean isEmpty() {
    for (long count : counts) {
      if (count != 0) {
        return false;
      }
    }
    return true;
  }

  void report(Metrics.DistributionReadings readings, String... labels) {
    readings.read(counts, sumNs / NS_PER_SECOND, labels);
  }

  /** Bounds in seconds as nanoseconds. */
  static long[] nanos(double[] seconds) {
    long[] nanos = new long[seconds.length];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = Math.round(seconds[i] * NS_PER_SECOND);
    }
    return nanos;
  }
}
