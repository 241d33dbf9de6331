package app.seventv.cdn;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether purges arrive. While they do not, objects count as stale after a short time, so that what
 * was purged elsewhere is not served for days, and after a while the instance is not ready.
 */
final class PurgeState {
  private final LongSupplier nanoClock;
  private volatile boolean connected;
  private volatile long lostAtNs;
  private volatile @Nullable PurgeProgress wanted;
  private volatile @Nullable PurgeProgress handled;

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

  /**
   * Purges up to here concern this node, whether it has handled them, an earlier process of it has,
   * or they were published before it came. Say so before anything is forgotten.
   */
  synchronized void wants(PurgeProgress progress) {
    wanted = PurgeProgress.later(wanted, progress);
  }

  /** All purges up to here have been handled: nothing older is served from memory or disk. */
  synchronized void handled(PurgeProgress progress) {
    handled = PurgeProgress.later(handled, progress);
  }

  /**
   * What a copy must not be older than to be trusted; null before the first contact, when nothing
   * is known and only a short life helps.
   */
  @Nullable PurgeProgress wanted() {
    return wanted;
  }

  /** How far this node has come for certain. */
  @Nullable PurgeProgress handled() {
    return handled;
  }

  boolean isConnected() {
    return connected;
  }

  /** Seconds since purges were lost; 0 while they arrive. */
  long lostSeconds() {
    return connected ? 0 : Math.max(0, (nanoClock.getAsLong() - lostAtNs) / 1_000_000_000L);
  }
}
