package app.seventv.cdn.disk;

/** The right to make an object visible; a purge ends it. Asked on the writing thread. */
public interface Admission {
  /** Whether {@link #commit} would run now; a hint that saves work. */
  boolean isCurrent();

  /**
   * Runs what makes the object visible, unless there was a purge meanwhile. A purge that comes
   * while it runs waits for its end.
   *
   * @return whether it ran
   */
  boolean commit(Runnable insert);
}
