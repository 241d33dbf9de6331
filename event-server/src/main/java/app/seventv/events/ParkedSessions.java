package app.seventv.events;

import app.seventv.model.Id;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
  private final StreamClients streams = new StreamClients();
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
      boolean isFound = session.request() == 0 || remember(session);
      if (heir != null) {
        heir.put(isFound ? session : session.withoutRequest());
        return;
      }
      removeOld(session.parkedMs());
      while (sessions.size() >= capacity) {
        sessions.pollFirstEntry();
      }
      sessions.put(session.id(), session);
      answer = answer(session.id());
    }
    answer.run();
  }

  /** Returns whether a stream can be found by its request at all. */
  private boolean remember(ParkedSession stream) {
    if (stream.ofPredecessor()) {
      streams.inherited(stream.request(), stream.id(), stream.parkedMs());
      return true;
    }
    return streams.ended(stream.request(), stream.id(), stream.parkedMs());
  }

  /** A stream has ended that nobody can go on with: its client may come back all the same. */
  synchronized void streamEnded(long request, long nowMs) {
    streams.ended(request, null, nowMs);
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
      sessions.replace(id, session.with(receivedAll ? Receipt.ALL : Receipt.UNKNOWN));
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
    sessions.remove(id);
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
      sessions.remove(id);
      return () -> waiter.answer.accept(session);
    }
    if (session.receipt() == Receipt.UNKNOWN) {
      waiting.remove(id);
      return () -> waiter.answer.accept(null);
    }
    return () -> {};
  }

  /**
   * A stream opens: takes out the only session that its request can be about.
   *
   * @param lastSeen number of the last event that the client has, 0 if it does not tell
   * @return null if there is none, or if it may be another client's
   */
  synchronized @Nullable ParkedSession openStream(long request, long lastSeen, long nowMs) {
    if (capacity == 0) {
      return null;
    }
    removeOld(nowMs);
    Id id = streams.opened(request, lastSeen > 0, nowMs);
    ParkedSession session = id == null ? null : sessions.remove(id);
    return session != null
            && session.parkedMs() + MAX_STREAM_AGE_MS > nowMs
            && session.dispatchesAfter(lastSeen) >= 0
        ? session
        : null;
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
      sessions.pollFirstEntry();
    }
  }

  synchronized int size() {
    return sessions.size();
  }
}
