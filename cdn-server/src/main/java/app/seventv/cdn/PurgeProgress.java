package app.seventv.cdn;

import org.jspecify.annotations.Nullable;

/**
 * That all purges up to a sequence number of the stream have been handled. Nodes tell it each other
 * with what they give away: clocks need not agree.
 *
 * @param stream which stream it is, so that one made anew is not taken for it; without a space
 * @param sequence the last purge that counts
 */
record PurgeProgress(String stream, long sequence) {
  /** Whether whoever has handled this much has missed nothing of what is wanted. */
  boolean covers(PurgeProgress wanted) {
    return stream.equals(wanted.stream) && sequence >= wanted.sequence;
  }

  /** The further one of two; another stream is a new beginning. */
  static PurgeProgress later(@Nullable PurgeProgress known, PurgeProgress next) {
    return known != null && known.covers(next) ? known : next;
  }

  /** The text that goes from node to node. */
  String text() {
    return stream + ' ' + sequence;
  }

  /** The opposite of {@link #text}; null if there is none, or it makes no sense. */
  static @Nullable PurgeProgress parse(@Nullable String text) {
    int space = text == null ? -1 : text.indexOf(' ');
    if (text == null || space < 1 || !text.substring(space + 1).matches("[0-9]{1,18}")) {
      return null;
    }
    return new PurgeProgress(text.substring(0, space), Long.parseLong(text.substring(space + 1)));
  }
}
