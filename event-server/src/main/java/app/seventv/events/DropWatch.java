package app.seventv.events;

import java.util.function.LongSupplier;

/**
 * Notices that the bus client had to drop messages because the loops are too far behind: with the
 * next message that is handled, so that nobody resumes across it, and within a second, when all are
 * told to start anew. Thread-safe.
 */
final class DropWatch {
  private final LongSupplier dropped;
  private final Runnable onLoss;
  private final Runnable onGap;

  /** Drops that everybody has been told about. */
  private volatile long told;

  /** Drops that were noticed. */
  private long noticed;

  /**
   * A watch.
   *
   * @param dropped messages so far
   * @param onLoss messages are being lost
   * @param onGap messages have been lost
   */
  DropWatch(LongSupplier dropped, Runnable onLoss, Runnable onGap) {
    this.dropped = dropped;
    this.onLoss = onLoss;
    this.onGap = onGap;
  }

  /** A message is about to be handled. */
  void beforeMessage() {
    if (dropped.getAsLong() != told) {
      notice();
    }
  }

  private synchronized void notice() {
    long drops = dropped.getAsLong();
    if (drops > told && noticed == told) {
      onLoss.run();
    }
    noticed = Math.max(noticed, drops);
  }

  /**
   * Once in a while: tells everybody if something was lost.
   *
   * @return messages lost since the last time
   */
  synchronized long check() {
    long drops = dropped.getAsLong();
    long more = drops - told;
    if (more > 0) {
      told = drops;
      noticed = drops;
      onGap.run();
    }
    return more;
  }
}
