package app.seventv.core.http;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Which streams of an HTTP/2 connection are open, were open, or may yet come (RFC 9113 §5.1.1), and
 * the priorities of those to come.
 */
final class Http2StreamTable {
  private final int maxStreams;
  private final IntObjectMap<Http2Stream> open = new IntObjectHashMap<>();
  private final Http2ClosedStreams closed = new Http2ClosedStreams();
  private final IntObjectMap<Priority> earlyPriorities = new IntObjectHashMap<>(0);
  private int lastId;
  private int acceptedUpTo = Integer.MAX_VALUE;

  Http2StreamTable(int maxStreams) {
    this.maxStreams = maxStreams;
  }

  Collection<Http2Stream> open() {
    return open.values();
  }

  /** The open stream with the id, or null. */
  @Nullable Http2Stream get(int id) {
    return open.get(id);
  }

  /** Highest id that a client has used. */
  int lastId() {
    return lastId;
  }

  /** Whether a client has not used the id yet, or never can. */
  boolean isIdle(int id) {
    return id > lastId || !isOfClient(id);
  }

  static boolean isOfClient(int id) {
    return (id & 1) == 1;
  }

  /** The client uses an idle id; false if streams after an earlier one are not accepted. */
  boolean arrives(int id) {
    lastId = id;
    return id <= acceptedUpTo;
  }

  /** Whether as many are open as may be. */
  boolean isFull() {
    return open.size() >= maxStreams;
  }

  void add(Http2Stream stream) {
    open.put(stream.id(), stream);
  }

  /** Forgets an open stream; false if it was none. */
  boolean remove(Http2Stream stream, boolean resetByUs) {
    if (open.remove(stream.id()) == null) {
      return false;
    }
    closed.add(stream.id(), resetByUs);
    return true;
  }

  /** Remembers a stream that never opened, or answered frames after its end. */
  void closed(int id, boolean resetByUs) {
    closed.add(id, resetByUs);
  }

  /** What is known of a stream that is not open any more. */
  Http2ClosedStreams.Memory memory(int id) {
    return closed.find(id);
  }

  /** Refuses streams after the last that came; returns it (RFC 9113 §6.8). */
  int refuseNew() {
    acceptedUpTo = Math.min(acceptedUpTo, lastId);
    return acceptedUpTo;
  }

  /** Until its stream opens; as many as streams, and none of ids that were passed over. */
  void keepPriority(int id, Priority priority) {
    if (earlyPriorities.size() >= maxStreams) {
      earlyPriorities.keySet().removeIf(early -> early <= lastId);
    }
    if (earlyPriorities.size() < maxStreams) {
      earlyPriorities.put(id, priority);
    }
  }

  /** Priority that came before its stream, or null. */
  @Nullable Priority takePriority(int id) {
    return earlyPriorities.remove(id);
  }
}
