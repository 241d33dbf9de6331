package app.seventv.events;

/**
 * The kinds of a session's latest frames in one long: the highest bit that is set is a mark, below
 * it stands one bit per frame, 0 for a change of an object, 1 for anything else, the latest lowest.
 * At the mark something happened (topics changed, a presence was told) that what came before cannot
 * be reconstructed across.
 */
final class FrameHistory {
  /** No frame since the mark. */
  static final long MARK = 1;

  private FrameHistory() {}

  /** A frame that carries a change of an object. */
  static long dispatch(long history) {
    return history << 1 | (history & Long.MIN_VALUE); // 63 frames are kept below a mark that stays
  }

  /** Any other frame. */
  static long other(long history) {
    return dispatch(history) | 1;
  }

  /** How many of the last frames were changes of objects, or −1 if the history is too short. */
  static int dispatches(long history, long frames) {
    int known = Long.SIZE - 1 - Long.numberOfLeadingZeros(history);
    if (frames > known) {
      return -1;
    }
    long mask = (1L << frames) - 1;
    return (int) frames - Long.bitCount(history & mask);
  }
}
