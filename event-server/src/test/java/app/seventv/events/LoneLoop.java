package app.seventv.events;

import app.seventv.core.metrics.Metrics;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;

/** A loop of sessions without a server, for tests of what happens within a turn of it. */
final class LoneLoop {
  private LoneLoop() {}

  /** A loop whose tasks go to an executor; its clock stands still. */
  static SessionLoop create(Executor executor, ClientKinds kinds, Population population) {
    EventHub hub =
        new EventHub(
            new SessionIds(new SplittableRandom(1)),
            new DispatchLog(60_000, 1 << 20),
            new ParkedSessions(60_000, 100),
            new PresenceStore(60_000, 100, 1 << 20));
    SessionOptions options =
        new SessionOptions(
            25_000, 3_600_000, -1, 1 << 20, 10_000, 20, 1_000_000, 0, 0, "here", false, 0);
    SessionLoop loop =
        new SessionLoop(
            executor,
            0,
            hub,
            options,
            population,
            new EventFigures(new Metrics(), kinds),
            () -> 1_764_590_400_000L,
            new SplittableRandom(1));
    hub.loops(List.of(loop));
    return loop;
  }
}
