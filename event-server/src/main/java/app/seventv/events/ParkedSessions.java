package app.seventv.events;

import app.seventv.model.Id;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that have ended and may be resumed for a while; the eldest go first. Who asks for one
 * whose fate is about to be known is told a moment later. Thread-safe.
 */
final class ParkedSessions {
  /** An EventSource comes back within seconds; later it is more likely another one. */
  static final long MAX_STREAM_AGE_MS = 30_000;

  /** How long a client waits for what is not known yet, at least; at most twice as long. */
  static final long PATIENCE_MS = 1_000;

  /** Clients that wait at once; more get their answer at once. */
  static final int MAX_WAITING = 10_000;

  private final long lifetimeMs;
  private final int capacity;
  private final LinkedHashMap<Id, ParkedSession> sessions = new LinkedHashMap<>();
  private final Map<Long, List<ParkedSession>> streams = new HashMap<>();
  private final LinkedHashMap<Id, Waiter> waiting = new LinkedHashMap<>();

  /** Sessions of a predecessor are still on their way. */
  private boolean expecting;

  /** Where sessions go instead: to a successor. */
  private @Nullable Heir heir;

  /** Who keeps the sessions of a process that ends; never waits. */
  interface Heir {
    void put(ParkedSession session);

    void settle(Id id, boolean receivedAll);
  }

  /** Who asks for a session that is not there yet, or whose frames may still be acknowledged. */
  private record Waiter(
      boolean knowsPlace, long sinceMs, Consumer<@Nullable ParkedSession> answer) {}

  ParkedSessions(long lifetimeMs, int capacity) {
    this.lifetimeMs = lifetimeMs;
    this.capacity = capacity;
  }

  /** Keeps a session. */
  void put(ParkedSession session) {
    Runnable answer;
    synchronized (this) {
      if (capacity == 0) {
        return;
      }
      if (heir != null) {
        heir.put(session);
        return;
      }
      removeOld(session.parkedMs());
      while (sessions.size() >= capacity) {
        remove(sessions.firstEntry().getValue());
      }
      add(session);
      answer = answer(session.id());
    }
    answer.run();
  }

  private void add(ParkedSession session) {
    sessions.put(session.id(), session);
    if (session.request() != 0) {
      streams.computeIfAbsent(session.request(), _ -> new ArrayList<>(1)).add(session);
    }
  }

  /**
   * Whether the client of a session that the server has ended received all frames is known now; the
   * first word counts.
   */
  void settle(Id id, boolean receivedAll) {
    Runnable answer;
    synchronized (this) {
      if (heir != null) {
        heir.settle(id, receivedAll);
      }
      ParkedSession session = sessions.get(id);
      if (session == null || session.receipt() != Receipt.DUE) {
        return;
      }
      List<ParkedSession> stream = streams.get(session.request());
      ParkedSession settled = session.with(receivedAll ? Receipt.ALL : Receipt.UNKNOWN);
      sessions.replace(id, settled);
      if (stream != null) {
        stream.replaceAll(s -> s.id().equals(id) ? settled : s);
      }
      answer = answer(id);
    }
    answer.run();
  }

  /** Sessions that end from now on can be resumed elsewhere. */
  synchronized void bequeath(Heir to) {
    heir = to;
  }

  /** Whether sessions of a predecessor may still come. */
  synchronized void expecting(boolean value) {
    expecting = value;
  }

  /**
   * Takes a session out, if it is there and its client can go on.
   *
   * @param knowsPlace whether the client says what it received last; if not, it must be known
   */
  synchronized @Nullable ParkedSession take(Id id, boolean knowsPlace, long nowMs) {
    removeOld(nowMs);
    ParkedSession session = sessions.get(id);
    if (session == null || !(knowsPlace || session.receipt() == Receipt.ALL)) {
      return null;
    }
    remove(session);
    return session;
  }

  /**
   * Waits for a session that {@link #take} did not give.
   *
   * @param isOurs whether it started in this process, so that a predecessor cannot hand it over
   * @param answer is given the session, or null, on any thread, unless this returns false
   * @return whether there is anything to wait for
   */
  boolean await(
      Id id,
      boolean knowsPlace,
      boolean isOurs,
      long nowMs,
      Consumer<@Nullable ParkedSession> answer) {
    Runnable now;
    synchronized (this) {
      ParkedSession session = sessions.get(id);
      boolean hope = session == null ? expecting && !isOurs : session.receipt() != Receipt.UNKNOWN;
      if (!hope || waiting.size() >= MAX_WAITING || waiting.containsKey(id)) {
        return false;
      }
      waiting.put(id, new Waiter(knowsPlace, nowMs, answer));
      now = answer(id); // it has come in between
    }
    now.run();
    return true;
  }

  /** What to tell who waits for a session, outside the lock. */
  private Runnable answer(Id id) {
    Waiter waiter = waiting.get(id);
    ParkedSession session = sessions.get(id);
    if (waiter == null || session == null) {
      return () -> {};
    }
    if (waiter.knowsPlace || session.receipt() == Receipt.ALL) {
      waiting.remove(id);
      remove(session);
      return () -> waiter.answer.accept(session);
    }
    if (session.receipt() == Receipt.UNKNOWN) {
      waiting.remove(id);
      return () -> waiter.answer.accept(null);
    }
    return () -> {};
  }

  /**
   * Takes out the only session that an SSE request can be about; null if there is none, or more
   * than one.
   */
  synchronized @Nullable ParkedSession takeStream(long request, long lastSeen, long nowMs) {
    removeOld(nowMs);
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

  /** Drops what is too old, and disappoints those who have waited long enough. */
  void expire(long nowMs) {
    List<Waiter> late = new ArrayList<>();
    synchronized (this) {
      removeOld(nowMs);
      while (!waiting.isEmpty() && waiting.firstEntry().getValue().sinceMs + PATIENCE_MS <= nowMs) {
        late.add(waiting.pollFirstEntry().getValue());
      }
    }
    late.forEach(waiter -> waiter.answer.accept(null));
  }

  private void removeOld(long nowMs) {
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
