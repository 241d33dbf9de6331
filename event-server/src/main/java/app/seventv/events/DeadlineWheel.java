package app.seventv.events;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * One deadline for each session slot of a loop, in ticks. Buckets are doubly linked lists threaded
 * through two columns of ints: 8 bytes per slot, no object, constant time for everything.
 */
final class DeadlineWheel {
  /** Ticks ahead that a deadline can lie; later ones come up early and are set again. */
  static final int BUCKETS = 1024;

  private static final int END = -1;
  private static final int UNSCHEDULED = Integer.MIN_VALUE;

  private final int[] heads = new int[BUCKETS];
  private final IntPages next = new IntPages();

  /** Slot before this one, or {@code ~bucket} for the first of a bucket. */
  private final IntPages previous = new IntPages();

  private int now;

  DeadlineWheel() {
    Arrays.fill(heads, END);
  }

  /** The tick that has been reached. */
  int now() {
    return now;
  }

  /** Makes room for slots below the given one. */
  void ensureCapacity(int slots) {
    while (previous.capacity() < slots) {
      next.addPage(END);
      previous.addPage(UNSCHEDULED);
    }
  }

  /** Sets the deadline of a slot that has none. */
  void schedule(int slot, int deadline) {
    int ahead = Math.clamp((long) deadline - now, 1, BUCKETS - 1);
    int bucket = (now + ahead) & (BUCKETS - 1);
    int first = heads[bucket];
    next.set(slot, first);
    previous.set(slot, ~bucket);
    if (first != END) {
      previous.set(first, slot);
    }
    heads[bucket] = slot;
  }

  /** Whether a slot has a deadline. */
  boolean isScheduled(int slot) {
    return previous.get(slot) != UNSCHEDULED;
  }

  /** Takes the deadline of a slot away, if it has one. */
  void cancel(int slot) {
    int before = previous.get(slot);
    if (before == UNSCHEDULED) {
      return;
    }
    int after = next.get(slot);
    if (before < 0) {
      heads[~before] = after;
    } else {
      next.set(before, after);
    }
    if (after != END) {
      previous.set(after, before);
    }
    previous.set(slot, UNSCHEDULED);
  }

  /** Moves on to a tick and reports every slot that has come up, which then has no deadline. */
  void advance(int tick, IntConsumer due) {
    while (now < tick) {
      now++;
      int bucket = now & (BUCKETS - 1);
      for (int slot = heads[bucket]; slot != END; slot = heads[bucket]) {
        cancel(slot);
        due.accept(slot);
      }
    }
  }
}
