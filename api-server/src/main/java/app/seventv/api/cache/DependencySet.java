package app.seventv.api.cache;

import java.time.Instant;

/**
 * What an answer depends on, and until when it is right at best. Filled by the one thread that
 * makes the answer, read by many afterwards. An open-addressed table, as large answers have
 * thousands.
 */
public final class DependencySet {
  private static final int MIN_CAPACITY = 16;

  private long[] table;
  private int size;
  private long untilMs = Long.MAX_VALUE;

  public DependencySet() {
    this(MIN_CAPACITY / 2);
  }

  /**
   * @param expected number of dependencies; more are fine
   */
  public DependencySet(int expected) {
    this.table = new long[Math.max(MIN_CAPACITY, 2 * Integer.highestOneBit(2 * expected - 1))];
  }

  /** Adds a {@link Dependency}. */
  public void add(long dependency) {
    if (2 * size >= table.length) {
      grow(2 * table.length);
    }
    if (insert(table, dependency)) {
      size++;
    }
  }

  /** Makes room at once for what is about to be added. */
  public void expect(int more) {
    int needed = 2 * Integer.highestOneBit(2 * (size + more));
    if (needed > table.length) {
      grow(needed);
    }
  }

  /** Adds everything that a part of the answer depends on. */
  public void addAll(DependencySet other) {
    untilMs = Math.min(untilMs, other.untilMs);
    for (long dependency : other.table) {
      if (dependency != 0) {
        add(dependency);
      }
    }
  }

  /** Says that time alone makes the answer wrong, e.g. by the end of a ban. */
  public void until(Instant time) {
    untilMs = Math.min(untilMs, time.toEpochMilli());
  }

  /** Milliseconds since 1970 from which on the answer may be wrong. */
  public long untilMs() {
    return untilMs;
  }

  /** Number of dependencies. */
  public int size() {
    return size;
  }

  /** Bytes that this takes, roughly. */
  public int weight() {
    return 48 + Long.BYTES * table.length;
  }

  /** Whether this is one of them. */
  public boolean contains(long dependency) {
    int mask = table.length - 1;
    for (int i = (int) dependency & mask; table[i] != 0; i = (i + 1) & mask) {
      if (table[i] == dependency) {
        return true;
      }
    }
    return false;
  }

  private void grow(int capacity) {
    long[] larger = new long[capacity];
    for (long dependency : table) {
      if (dependency != 0) {
        insert(larger, dependency);
      }
    }
    table = larger;
  }

  private static boolean insert(long[] into, long dependency) {
    int mask = into.length - 1;
    int i = (int) dependency & mask;
    while (into[i] != 0) {
      if (into[i] == dependency) {
        return false;
      }
      i = (i + 1) & mask;
    }
    into[i] = dependency;
    return true;
  }
}
