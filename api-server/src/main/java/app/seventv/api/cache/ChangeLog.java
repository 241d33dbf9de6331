package app.seventv.api.cache;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * The latest changes of the database, by which everything in memory is judged: an entry is right as
 * long as no change since the moment before its first read touches what it depends on.
 *
 * <p>Nothing is removed from caches when something changes. An entry remembers the position up to
 * which it has been compared; whoever looks it up compares the changes since then, of which there
 * are few for an entry in use. An entry that was not looked up for more than {@link #CAPACITY}
 * changes is given up. So an entry made of an old read is refused even if it is stored after the
 * change was told, and there is nothing to be forgotten.
 *
 * <p>The log is trusted only while somebody has recently heard from the database; without that, or
 * after a gap, nothing in memory is right. One writer at a time, any number of readers without
 * locks: a slot is read between two looks at the head, and is void if it may have been overwritten.
 */
public final class ChangeLog {
  /** Changes that are kept. */
  public static final int CAPACITY = 1 << 16;

  /** What {@link #position} and {@link #advance} answer when nothing is certain. */
  public static final long UNKNOWN = -1;

  /** Silence after which the feed counts as lost; it answers several times in this time. */
  public static final Duration MAX_SILENCE = Duration.ofSeconds(3);

  private final LongSupplier nanoTime;
  private final AtomicLongArray slots = new AtomicLongArray(CAPACITY);

  /** Changes so far. */
  private volatile long head;

  /** Entries from before this position are void. */
  private volatile long floor;

  /** When the question was sent that the feed last answered; only meaningful while it is open. */
  private volatile long heardNs;

  private volatile boolean open;

  /**
   * Whether somebody has found the feed silent since it was last heard. Such readers go to the
   * database and may see more there than what is in memory, which must not come back after them.
   */
  private volatile boolean silent;

  /**
   * @param nanoTime {@code System::nanoTime}
   */
  public ChangeLog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** The clock by which silence is measured. */
  public long nowNs() {
    return nanoTime.getAsLong();
  }

  /** As {@link #opened(long)}, asked for just now. */
  public void opened() {
    opened(nowNs());
  }

  /**
   * The feed has begun: what changes from now on will be told.
   *
   * @param askedNs when it was asked for
   */
  public synchronized void opened(long askedNs) {
    heardNs = askedNs;
    invalidateAll();
    silent = false;
    open = true;
  }

  /**
   * The feed has answered, with or without a change, and all that it told has been noted. If it was
   * silent before, what was in memory is void.
   *
   * @param askedNs when it was asked: the answer may have been long on its way, so it says nothing
   *     about what has changed since
   */
  public void heard(long askedNs) {
    heardNs = askedNs;
    if (silent) {
      endSilence();
    }
  }

  private synchronized void endSilence() {
    invalidateAll();
    silent = false;
  }

  /** The feed is lost; nothing is right until the next one. */
  public synchronized void closed() {
    open = false;
    invalidateAll();
  }

  /** Notes a change of a {@link Dependency}. */
  public synchronized void changed(long dependency) {
    long at = head;
    slots.setRelease((int) at & (CAPACITY - 1), dependency);
    head = at + 1;
  }

  /** Notes that anything may have changed. */
  public synchronized void invalidateAll() {
    long next = head + 1;
    floor = next;
    head = next;
  }

  /** Whether changes arrive, so that what is in memory can be right. */
  public boolean isLive() {
    if (!open || silent) {
      return false;
    }
    if (nanoTime.getAsLong() - heardNs < MAX_SILENCE.toNanos()) {
      return true;
    }
    silent = true;
    return false;
  }

  /** The position that an answer has whose reads begin now, or {@link #UNKNOWN}. */
  public long position() {
    return isLive() ? head : UNKNOWN;
  }

  /**
   * Compares an entry with the changes since its position.
   *
   * @param from its position
   * @return its new position, or {@link #UNKNOWN} if it may be wrong
   */
  public long advance(long from, DependencySet dependencies) {
    if (!isLive()) {
      return UNKNOWN;
    }
    long to = head;
    if (from < floor || to - from >= CAPACITY) {
      return UNKNOWN;
    }
    for (long at = from; at < to; at++) {
      if (dependencies.contains(slots.getAcquire((int) at & (CAPACITY - 1)))) {
        return UNKNOWN;
      }
    }
    return head - from >= CAPACITY ? UNKNOWN : to;
  }
}
