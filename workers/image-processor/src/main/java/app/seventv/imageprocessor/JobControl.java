package app.seventv.imageprocessor;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stops one job from outside: the job asks between frames, and its child processes are killed. Safe
 * for use by several threads.
 */
final class JobControl {
  private final Set<Process> children = ConcurrentHashMap.newKeySet();
  private volatile @Nullable RuntimeException reason;

  /** Ends the job with {@code reason}; later calls change nothing. */
  void abort(RuntimeException abortReason) {
    synchronized (this) {
      if (reason == null) {
        reason = abortReason;
      }
    }
    children.forEach(Process::destroyForcibly);
  }

  /** Throws the reason of an abort, if there was one. */
  void check() {
    RuntimeException current = reason;
    if (current != null) {
      throw current;
    }
  }

  /** From now on {@code child} dies with the job. */
  void add(Process child) {
    children.add(child);
    if (reason != null) {
      child.destroyForcibly();
    }
  }

  void remove(Process child) {
    children.remove(child);
  }
}
