package app.seventv.events;

import java.util.List;

/** What the loops share: who is where, what happened lately, and each other. */
final class EventHub {
  private final SessionIds ids;
  private final DispatchLog log;
  private final ParkedSessions parked;
  private final PresenceStore presences;
  private volatile List<SessionLoop> loops = List.of();

  EventHub(SessionIds ids, DispatchLog log, ParkedSessions parked, PresenceStore presences) {
    this.ids = ids;
    this.log = log;
    this.parked = parked;
    this.presences = presences;
  }

  /** The loops exist now. */
  void loops(List<SessionLoop> all) {
    loops = List.copyOf(all);
  }

  List<SessionLoop> loops() {
    return loops;
  }

  SessionIds ids() {
    return ids;
  }

  DispatchLog log() {
    return log;
  }

  ParkedSessions parked() {
    return parked;
  }

  PresenceStore presences() {
    return presences;
  }

  /** Drops what is too old, also while nothing happens. */
  void expire(long nowMs) {
    log.expire(nowMs);
    parked.expire(nowMs);
    presences.expire(nowMs);
  }
}
