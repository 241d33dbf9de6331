package app.seventv.cdn;

import java.util.function.LongSupplier;

/**
 * Whether purges arrive. While they do not, objects count as stale after a short time, so that what
 * was purged elsewhere is not served for days, and after a while the instance is not ready.
 */
final class PurgeState {
  private final LongSupplier nanoClock;
  private volatile boolean connected;
  private volatile long lostAtNs;

  /** Not connected yet; a start without NATS is served like a loss of it. */
  PurgeState(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.lostAtNs = nanoClock.getAsLong();
  }

  /** Purges arrive from now on. */
  void connected() {
    connected = true;
  }

  /** Purges may be missed from now on; repeated calls change nothing. */
  synchronized void lost() {
    if (connected) {
      lostAtNs = nanoClock.getAsLong();
      connected = false;
    }
  }

  boolean isConnected() {
    return connected;
  }

  /** Seconds since purges were lost; 0 while they arrive. */
  long lostSeconds() {
    return connected ? 0 : Math.max(0, (nanoClock.getAsLong() - lostAtNs) / 1_000_000_000L);
  }
}
