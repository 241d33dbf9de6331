package app.seventv.core.http;

import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The responses of one connection that wait for the client's windows or the network, in the order
 * in which they go on (RFC 9218 §10): by urgency, then whole responses one after the other as they
 * were asked for, then incremental ones by turns.
 */
final class Http3Blocked {
  private static final Comparator<Http3Stream> ORDER =
      Comparator.<Http3Stream>comparingInt(stream -> stream.place().priority().urgency())
          .thenComparing(stream -> stream.place().priority().incremental())
          .thenComparingLong(stream -> stream.place().turn())
          .thenComparingLong(Http3Stream::id);

  private final TreeSet<Http3Stream> waiting = new TreeSet<>(ORDER);
  private long turns;

  /** Puts a stream in line that is not; an incremental one at the end. */
  void add(Http3Stream stream) {
    Http3Place place = stream.place();
    place.turn(place.priority().incremental() ? ++turns : 0);
    waiting.add(stream);
  }

  void remove(Http3Stream stream) {
    waiting.remove(stream);
  }

  /** The stream whose turn it is, or null. */
  @Nullable Http3Stream first() {
    return waiting.isEmpty() ? null : waiting.first();
  }

  /** The stream behind another one that is in line, or null. */
  @Nullable Http3Stream after(Http3Stream stream) {
    return waiting.higher(stream);
  }

  int size() {
    return waiting.size();
  }
}
