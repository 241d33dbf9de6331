package app.seventv.core.observe;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counters that one thread writes and any thread reads: an addition is a plain load and an ordered
 * store, without a locked instruction.
 */
final class LoopCounters {
  private final AtomicLongArray cells;

  LoopCounters(int size) {
    this.cells = new AtomicLongArray(size);
  }

  /** Called by the owning thread only. */
  void add(int index, long amount) {
    cells.setRelease(index, cells.getPlain(index) + amount);
  }

  long get(int index) {
    return cells.getAcquire(index);
  }

  int size() {
    return cells.length();
  }
}
