package app.seventv.events;

import java.util.Arrays;

/** A small set of ints that forgets the one not asked for longest when it is full. */
final class RecentInts {
  private static final int INITIAL_ENTRIES = 4;

  private final short capacity;
  private short count;

  /** The one asked for last comes last. */
  private int[] entries = new int[INITIAL_ENTRIES];

  RecentInts(int capacity) {
    this.capacity = (short) capacity;
  }

  /** Adds a value. Returns false if it was there; it counts as asked for now in both cases. */
  boolean add(int value) {
    for (int i = count - 1; i >= 0; i--) {
      if (entries[i] == value) {
        System.arraycopy(entries, i + 1, entries, i, count - i - 1);
        entries[count - 1] = value;
        return false;
      }
    }
    if (count == capacity) {
      System.arraycopy(entries, 1, entries, 0, count - 1);
      entries[count - 1] = value;
      return true;
    }
    if (count == entries.length) {
      entries = Arrays.copyOf(entries, Math.min(capacity, count + (count >> 1)));
    }
    entries[count++] = value;
    return true;
  }

  int size() {
    return count;
  }

  /** The values, the one asked for last at the end. */
  int[] values() {
    return Arrays.copyOf(entries, count);
  }
}
