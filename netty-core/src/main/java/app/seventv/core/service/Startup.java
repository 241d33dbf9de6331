package app.seventv.core.service;

/**
 * The start of a process, which a signal ends only as long as nothing is lost by that: until it
 * takes over from its predecessor, which goes on serving otherwise (docs/decisions/0011).
 */
final class Startup {
  private final Thread thread = Thread.currentThread();
  private boolean stopped;
  private boolean committed;

  /** Interrupts the start; does nothing once it is committed. */
  synchronized void stop() {
    if (!committed) {
      stopped = true;
      thread.interrupt();
    }
  }

  /**
   * Called when everything has started, before the predecessor is told. No interrupt of {@link
   * #stop} comes any more: what serves is drained.
   *
   * @throws InterruptedException if the start was stopped, even if a part has swallowed that
   */
  synchronized void commit() throws InterruptedException {
    if (stopped) {
      Thread.interrupted(); // what has started is closed next, and may wait for that
      throw new InterruptedException();
    }
    committed = true;
  }

  /** Whether a signal has ended the start. */
  synchronized boolean isStopped() {
    return stopped;
  }
}
