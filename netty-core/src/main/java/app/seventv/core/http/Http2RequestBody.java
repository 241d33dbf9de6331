package app.seventv.core.http;

/**
 * What an HTTP/2 stream receives: its window (RFC 9113 §6.9), the length that was declared, and
 * whether the body comes fast enough.
 */
final class Http2RequestBody {
  /** Unread request bytes per stream; a client may send that much ahead. */
  static final int WINDOW_BYTES = 512 << 10;

  private final long declaredLength;
  private final boolean tunnel;
  private final BodyWatch watch;
  private boolean ended;
  private boolean reading = true;
  private long receivedBytes;
  private int window = WINDOW_BYTES;
  private int unreturnedBytes;
  private int heldBytes;

  /**
   * @param declaredLength value of {@code content-length}, or -1
   * @param tunnel whether it has no end that a client owes us: an extended CONNECT
   * @param ended whether the request has no body
   */
  Http2RequestBody(
      HttpLimits limits, long declaredLength, boolean tunnel, boolean ended, long nowNs) {
    this.declaredLength = declaredLength;
    this.tunnel = tunnel;
    this.ended = ended;
    this.watch = new BodyWatch(limits);
    watch.start(nowNs);
  }

  long declaredLength() {
    return declaredLength;
  }

  /** The client has ended its half of the stream. */
  void end() {
    ended = true;
  }

  boolean ended() {
    return ended;
  }

  /** Whether the client owes a part, nothing here keeps it from sending, and it takes too long. */
  boolean tooSlow(long nowNs) {
    boolean awaited = !ended && !tunnel && reading && unreturnedBytes < WINDOW_BYTES;
    return awaited && watch.tooSlow(nowNs);
  }

  /** The client may not send at all, because of what other streams hold: it is not to blame. */
  void excuse(long nowNs) {
    watch.resume(nowNs);
  }

  /** Accounts for a DATA frame; false if the client overran the window (RFC 9113 §6.9.1). */
  boolean receive(int flowControlled) {
    window -= flowControlled;
    unreturnedBytes += flowControlled;
    heldBytes += flowControlled;
    return window >= 0;
  }

  /** Whether the body, with these bytes, still fits the declared length (RFC 9113 §8.1.1). */
  boolean fitsLength(int bytes, boolean end) {
    receivedBytes += bytes;
    return declaredLength < 0
        || (end ? receivedBytes == declaredLength : receivedBytes <= declaredLength);
  }

  /** A part arrived. */
  void moved(int bytes, long nowNs) {
    watch.moved(bytes, nowNs);
  }

  /** A handler stops or resumes reading. */
  void reading(boolean wanted, long nowNs) {
    if (wanted && !reading) {
      watch.resume(nowNs);
    }
    reading = wanted;
  }

  /** Window of the stream to give back now: what has been read, once it is worth a frame. */
  int takeReturn() {
    int bytes = unreturnedBytes;
    if (!reading || ended || bytes < WINDOW_BYTES / 2) {
      return 0;
    }
    window += bytes;
    unreturnedBytes = 0;
    return bytes;
  }

  /**
   * Bytes of the connection's window to give back now. Not by the threshold of a stream: what many
   * streams have read would add up to the whole window of the connection.
   */
  int takeRead() {
    return reading ? takeHeld() : 0;
  }

  /** Bytes of the connection's window that this stream still holds. */
  int takeHeld() {
    int bytes = heldBytes;
    heldBytes = 0;
    return bytes;
  }
}
