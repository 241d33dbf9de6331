package app.seventv.events;

import app.seventv.model.Id;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sessions that have ended and may be resumed for a while; the eldest go first. Thread-safe. */
final class ParkedSessions {
  /** An EventSource comes back within seconds; later it is more likely another one. */
  static final long MAX_STREAM_AGE_MS = 30_000;

  private final long lifetimeMs;
  private final int capacity;
  private final LinkedHashMap<Id, ParkedSession> sessions = new LinkedHashMap<>();
  private final Map<Long, List<ParkedSession>> streams = new HashMap<>();

  ParkedSessions(long lifetimeMs, int capacity) {
    this.lifetimeMs = lifetimeMs;
    this.capacity = capacity;
  }

  synchronized void put(ParkedSession session) {
    if (capacity == 0) {
      return;
    }
    expire(session.parkedMs());
    while (sessions.size() >= capacity) {
      remove(sessions.firstEntry().getValue());
    }
    sessions.put(session.id(), session);
    if (session.request() != 0) {
      streams.computeIfAbsent(session.request(), _ -> new ArrayList<>(1)).add(session);
    }
  }

  /** Takes a session out, if it is there. */
  synchronized @Nullable ParkedSession take(Id id, long nowMs) {
    expire(nowMs);
    ParkedSession session = sessions.get(id);
    if (session != null) {
      remove(session);
    }
    return session;
  }

  /**
   * Takes out the only session that an SSE request can be about; null if there is none, or more
   * than one.
   */
  synchronized @Nullable ParkedSession takeStream(long request, long lastSeen, long nowMs) {
    expire(nowMs);
    List<ParkedSession> candidates =
        streams.getOrDefault(request, List.of()).stream()
            .filter(s -> s.parkedMs() + MAX_STREAM_AGE_MS > nowMs)
            .filter(s -> s.dispatchesAfter(lastSeen) >= 0)
            .toList();
    if (candidates.size() != 1) {
      return null;
    }
    remove(candidates.getFirst());
    return candidates.getFirst();
  }

  synchronized void expire(long nowMs) {
    while (!sessions.isEmpty()) {
      ParkedSession eldest = sessions.firstEntry().getValue();
      if (eldest.parkedMs() + lifetimeMs > nowMs) {
        return;
      }
      remove(eldest);
    }
  }

  private void remove(ParkedSession session) {
    sessions.remove(session.id());
    List<ParkedSession> list = streams.get(session.request());
    if (list != null) {
      list.remove(session);
      if (list.isEmpty()) {
        streams.remove(session.request());
      }
    }
  }

  synchronized int size() {
    return sessions.size();
  }
}
