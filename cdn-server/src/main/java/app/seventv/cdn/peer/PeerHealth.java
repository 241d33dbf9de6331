package app.seventv.cdn.peer;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Leaves a peer alone for a while after failures in a row, then tries it with one request. */
final class PeerHealth {
  static final int FAILURES = 5;
  static final Duration REST = Duration.ofSeconds(10);

  private final LongSupplier nanoClock;
  private int failures;
  private long retryAtNs;

  PeerHealth(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** Whether to ask it. */
  synchronized boolean admit() {
    if (failures < FAILURES) {
      return true;
    }
    if (nanoClock.getAsLong() - retryAtNs < 0) {
      return false;
    }
    retryAtNs = nanoClock.getAsLong() + REST.toNanos(); // one at a time
    return true;
  }

  synchronized void succeeded() {
    failures = 0;
  }

  synchronized void failed() {
    failures++;
    if (failures >= FAILURES) {
      retryAtNs = nanoClock.getAsLong() + REST.toNanos();
    }
  }
}
