package app.seventv.cdn.disk;

import org.jspecify.annotations.Nullable;

/**
 * How far purges have been handled. It counts by the stream's own sequence numbers: clocks of nodes
 * and of the purges' server need not agree.
 *
 * @param stream which stream it is, so that one made anew is not taken for it; without a space
 * @param consumer the consumer that was given all that is published later
 * @param sequence all purges up to this one have been handled
 */
public record PurgePosition(String stream, String consumer, long sequence) {
  /** Stream and consumer as one text. */
  String source() {
    return stream + ' ' + consumer;
  }

  /** The opposite of {@link #source}; null if the text is none. */
  static @Nullable PurgePosition of(String source, long sequence) {
    int space = source.indexOf(' ');
    return space < 0
        ? null
        : new PurgePosition(source.substring(0, space), source.substring(space + 1), sequence);
  }
}
