package app.seventv.core.http;

/**
 * The streams closed last, to tell frames that were on their way from mistakes (RFC 9113 §5.1).
 * Only frames on unknown streams make anyone look here.
 */
final class Http2ClosedStreams {
  private static final int REMEMBERED = 128;

  private final int[] ids = new int[REMEMBERED];
  private int next;

  /** What is known of a stream id. */
  enum Memory {
    /** Closed by us with RST_STREAM; the client may not know yet. */
    RESET_BY_US,
    /** Closed in the knowledge of both. */
    CLOSED,
    /** Never used, or closed long ago. */
    UNKNOWN
  }

  void add(int id, boolean resetByUs) {
    ids[next] = resetByUs ? -id : id;
    next = (next + 1) % REMEMBERED;
  }

  /** The last thing that was added about a stream. */
  Memory find(int id) {
    for (int i = 1; i <= REMEMBERED; i++) {
      int known = ids[(next - i + REMEMBERED) % REMEMBERED];
      if (known == id) {
        return Memory.CLOSED;
      } else if (known == -id) {
        return Memory.RESET_BY_US;
      }
    }
    return Memory.UNKNOWN;
  }
}
