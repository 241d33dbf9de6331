package app.seventv.core.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counters that one thread writes and any thread reads: an addition is a plain load and an ordered
 * store, without a locked instruction.
 */
public final class LoopCounters {
  private final AtomicLongArray cells;

  /** So many counters, all zero. */
  public LoopCounters(int size) {
    this.cells = new AtomicLongArray(size);
  }

  /** Adds to a counter; called by the owning thread only. */
  public void add(int index, long amount) {
    cells.setRelease(index, cells.getPlain(index) + amount);
  }

  /** Value of a counter. */
  public long get(int index) {
    return cells.getAcquire(index);
  }
}
