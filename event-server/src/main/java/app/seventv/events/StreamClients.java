package app.seventv.events;

import app.seventv.model.Id;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which streams have been here with which request, so that none is ever taken for another: an id of
 * an event does not name its session, and several clients may send the same request. A session may
 * be gone on with only if its client is the only one with that request that can come back: nobody
 * else is here with it, and nobody else was within {@link #MEMORY_MS}. Those forgotten for want of
 * room count as somebody else. Guarded by the lock of {@link ParkedSessions}.
 */
final class StreamClients {
  /** An EventSource tries again for as long as its page is open, mostly within seconds. */
  static final long MEMORY_MS = 3_600 * 1_000;

  /** Requests without a stream that are remembered, of about 150 bytes each. */
  static final int MAX_ENDED = 1 << 17;

  /** Those with an open stream. */
  private final Map<Long, Trace> open = new HashMap<>();

  /** Those without one, the earliest end first. */
  private final LinkedHashMap<Long, Trace> ended = new LinkedHashMap<>();

  /** Until then, a request that is not here may have had a client all the same. */
  private long unknownUntilMs;

  /** What is known of a request. */
  private static final class Trace {
    int streams;
    long endedMs;

    /** Until then, more than one client may come back. */
    long doubtUntilMs;

    /** The session that the only client can go on with. */
    @Nullable Id left;

    void doubt(long untilMs) {
      doubtUntilMs = Math.max(doubtUntilMs, untilMs);
      left = null;
    }
  }

  /**
   * A stream opens.
   *
   * @param comesBack whether the client has been here before, so that it is the only one known
   * @return the session it may go on with, if there is one
   */
  @Nullable Id opened(long request, boolean comesBack, long nowMs) {
    forget(nowMs);
    Trace trace = open.get(request);
    if (trace != null) {
      trace.streams++;
      return null;
    }
    trace = ended.remove(request);
    if (trace == null) {
      trace = new Trace();
      trace.doubtUntilMs = unknownUntilMs;
    } else if (!comesBack || trace.doubtUntilMs > nowMs) {
      trace.doubt(trace.endedMs + MEMORY_MS); // who has left may come back too
    }
    Id left = trace.left;
    trace.left = null;
    trace.streams = 1;
    open.put(request, trace);
    return left;
  }

  /**
   * A stream has ended.
   *
   * @param left what can be gone on with, if anything
   * @return whether only its client can come back for that
   */
  boolean ended(long request, @Nullable Id left, long nowMs) {
    Trace trace = open.get(request);
    if (trace == null) {
      return false;
    }
    trace.streams--;
    if (trace.streams > 0) {
      trace.doubt(nowMs + MEMORY_MS);
      return false;
    }
    boolean isSure = trace.doubtUntilMs <= nowMs;
    open.remove(request);
    trace.left = isSure ? left : null;
    keep(request, trace, nowMs);
    return isSure;
  }

  /** A session of the predecessor, which has said that its client is the only one there. */
  void inherited(long request, Id left, long nowMs) {
    forget(nowMs);
    Trace known = open.containsKey(request) ? open.get(request) : ended.get(request);
    if (known != null) {
      known.doubt(nowMs + MEMORY_MS); // one was there and one was here
      return;
    }
    Trace trace = new Trace();
    trace.left = left;
    keep(request, trace, nowMs);
  }

  private void keep(long request, Trace trace, long nowMs) {
    trace.endedMs = nowMs;
    ended.putLast(request, trace);
    if (ended.size() > MAX_ENDED) {
      unknownUntilMs =
          Math.max(unknownUntilMs, ended.pollFirstEntry().getValue().endedMs + MEMORY_MS);
    }
  }

  private void forget(long nowMs) {
    while (!ended.isEmpty() && ended.firstEntry().getValue().endedMs + MEMORY_MS <= nowMs) {
      ended.pollFirstEntry();
    }
  }

  int size() {
    return open.size() + ended.size();
  }
}
