package app.seventv.core.http;

/** When the response of a stream last moved; times are {@link System#nanoTime}. */
final class Http2Progress {
  private long responseEndedNs;
  private long sendMarkNs;
  private long sentSinceMark;

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
