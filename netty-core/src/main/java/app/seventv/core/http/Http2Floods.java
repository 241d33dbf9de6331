package app.seventv.core.http;

/**
 * Counts what a client of HTTP/2 may do, but not too often: resets of either side (CVE-2023-44487,
 * CVE-2025-8671), frames that bring nothing forward (CVE-2019-9512 to 9518), answers it does not
 * read.
 */
final class Http2Floods {
  /** WINDOW_UPDATE frames that a DATA frame sent, and a stream opened, entitle a client to. */
  private static final int UPDATES_PER_DATA = 10;

  private static final int UPDATES_PER_STREAM = 4;
  private static final int MAX_SAVED_UPDATES = 10_000;

  private final FloodMeter resets;
  private final FloodMeter controlFrames;
  private final int maxQueuedAnswers;
  private int updatesAllowed = UPDATES_PER_DATA;
  private int queuedAnswers;

  Http2Floods(HttpLimits limits, long nowNs) {
    resets = new FloodMeter(limits.maxStreamResets(), limits.floodWindowMs(), nowNs);
    controlFrames = new FloodMeter(limits.maxControlFrames(), limits.floodWindowMs(), nowNs);
    maxQueuedAnswers = limits.maxQueuedControlFrames();
  }

  /** Counts a stream reset by the client or for its fault. */
  boolean tooManyResets(long nowNs) {
    return resets.exceededAt(nowNs);
  }

  /** Counts a frame that brings nothing forward. */
  boolean tooManyControlFrames(long nowNs) {
    return controlFrames.exceededAt(nowNs);
  }

  /** Counts a WINDOW_UPDATE; true if it is beyond what a download asks for. */
  boolean isUselessUpdate() {
    if (updatesAllowed > 0) {
      updatesAllowed--;
      return false;
    }
    return true;
  }

  void dataSent() {
    updatesAllowed = Math.min(updatesAllowed + UPDATES_PER_DATA, MAX_SAVED_UPDATES);
  }

  void streamOpened() {
    updatesAllowed = Math.min(updatesAllowed + UPDATES_PER_STREAM, MAX_SAVED_UPDATES);
  }

  /**
   * Counts an answer.
   *
   * @param writable whether the client takes what is sent
   */
  boolean tooManyAnswers(boolean writable) {
    queuedAnswers = writable ? 0 : queuedAnswers + 1;
    return queuedAnswers > maxQueuedAnswers;
  }
}
