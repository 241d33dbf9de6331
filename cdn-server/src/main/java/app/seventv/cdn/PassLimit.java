package app.seventv.cdn;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the bodies that go straight from the origin to a client. Each keeps its turn at the origin
 * for as long as its client likes to read, an hour perhaps; some turns are to be left for fetches
 * that end by themselves.
 */
final class PassLimit {
  private final int maxRunning;
  private final AtomicInteger running = new AtomicInteger();

  /**
   * Half of the turns, or the only one.
   *
   * @param originTurns fetches that the origin answers at once
   */
  PassLimit(int originTurns) {
    maxRunning = Math.max(1, originTurns / 2);
  }

  /** Bodies at once. */
  int maxRunning() {
    return maxRunning;
  }

  /** Whether one more may pass; if so, {@link #leave} must follow. */
  boolean enter() {
    if (running.incrementAndGet() <= maxRunning) {
      return true;
    }
    leave();
    return false;
  }

  void leave() {
    running.decrementAndGet();
  }
}
