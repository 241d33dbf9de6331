package app.seventv.api.cache;

/**
 * Something in memory that was made of reads from the database.
 *
 * @param <T> what it is
 */
public final class Cached<T> {
  private final T value;
  private final DependencySet dependencies;

  /**
   * Up to where it was compared with the changes. Written without a lock: two threads that compare
   * at once both write a right position.
   */
  private volatile long position;

  /**
   * @param position of the {@link ChangeLog} before the first read; {@link ChangeLog#UNKNOWN} makes
   *     a value that is never current
   */
  public Cached(T value, DependencySet dependencies, long position) {
    this.value = value;
    this.dependencies = dependencies;
    this.position = position;
  }

  public T value() {
    return value;
  }

  /** The same in another form, as right as this is. */
  Cached<T> with(T other) {
    return new Cached<>(other, dependencies, position);
  }

  /** What it was made of. */
  public DependencySet dependencies() {
    return dependencies;
  }

  /** Whether it may still be used. */
  public boolean isCurrent(ChangeLog log, long nowMs) {
    long from = position;
    if (from == ChangeLog.UNKNOWN || nowMs >= dependencies.untilMs()) {
      return false;
    }
    long to = log.advance(from, dependencies);
    if (to == ChangeLog.UNKNOWN) {
      return false;
    }
    if (to != from) {
      position = to;
    }
    return true;
  }
}
