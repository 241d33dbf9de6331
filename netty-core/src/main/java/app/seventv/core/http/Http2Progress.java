package app.seventv.core.http;

/** When a stream last moved, in either direction; times are {@link System#nanoTime}. */
final class Http2Progress {
  private final long startNs;
  private long bodyMovedNs;
  private long pausedSinceNs;
  private long pausedNs;
  private boolean paused;
  private long responseEndedNs;
  private long sendMarkNs;
  private long sentSinceMark;

  Http2Progress(long nowNs) {
    startNs = nowNs;
    bodyMovedNs = nowNs;
  }

  void bodyMoved(long nowNs) {
    bodyMovedNs = nowNs;
  }

  /** The handler does not want more: the client cannot be blamed meanwhile. */
  void bodyPaused(long nowNs) {
    paused = true;
    pausedSinceNs = nowNs;
  }

  void bodyResumed(long nowNs) {
    if (paused) {
      paused = false;
      pausedNs += nowNs - pausedSinceNs;
    }
    bodyMovedNs = nowNs;
  }

  long bodyPauseNs(long nowNs) {
    return nowNs - bodyMovedNs;
  }

  /** Time that the client has had for its body. */
  long bodyTimeNs(long nowNs) {
    return nowNs - startNs - pausedNs;
  }

  void responseEnded(long nowNs) {
    responseEndedNs = nowNs;
  }

  long sinceResponseNs(long nowNs) {
    return nowNs - responseEndedNs;
  }

  /** Something waits to be sent from now on. */
  void sendingStarted(long nowNs) {
    sendMarkNs = nowNs;
    sentSinceMark = 0;
  }

  void sent(int bytes) {
    sentSinceMark += bytes;
  }

  /** Time since {@link #sendingStarted} was last called. */
  long sendTimeNs(long nowNs) {
    return nowNs - sendMarkNs;
  }

  long sentSinceMark() {
    return sentSinceMark;
  }
}
