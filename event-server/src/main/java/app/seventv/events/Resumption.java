package app.seventv.events;

import app.seventv.model.Id;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a session goes on with the topics of an earlier one (docs/decisions/0015). All that was
 * missed is sent, or the answer is no; never a part. A client that tells the number of the last
 * frame it received gets exactly what came after. Of one that does not it must be known that it has
 * received everything: it answered the server's close frame, or it was never sent an event.
 */
final class Resumption {
  /** Frames sent at once at most. */
  static final int MAX_FRAMES = 2_000;

  private Resumption() {}

  /**
   * A client asks for it.
   *
   * @param id of the earlier session
   * @param lastSeen number of its last frame received; 0 if unknown
   */
  static void start(Session session, @Nullable Id id, long lastSeen) {
    SessionLoop loop = session.loop();
    // What came in between on topics that both hold could be sent twice.
    if (id == null || session.topicCount() > 0) {
      session.refuseResume();
      return;
    }
    ParkedSessions parked = loop.hub().parked();
    boolean knowsPlace = lastSeen > 0;
    ParkedSession there = parked.take(id, knowsPlace, loop.timeMs());
    if (there != null) {
      finish(session, there, lastSeen);
      return;
    }
    SessionIds.Place place = loop.hub().ids().placeOf(id);
    if (parked.await(
        id,
        knowsPlace,
        place != null,
        loop.timeMs(),
        late -> loop.later(() -> finish(session, late, lastSeen)))) {
      return;
    }
    List<SessionLoop> loops = loop.hub().loops();
    if (!knowsPlace || place == null || place.loop() >= loops.size() || id.equals(session.id())) {
      session.refuseResume();
      return;
    }
    // Nobody has noticed yet that the earlier connection is dead.
    SessionLoop other = loops.get(place.loop());
    other.later(() -> {
      Session old = other.session(place.slot());
      if (old != null && old.serial() == place.serial()) {
        old.supersede();
      }
      ParkedSession left = parked.take(id, true, loop.timeMs());
      loop.later(() -> finish(session, left, lastSeen));
    });
  }

  /**
   * A stream opens; an EventSource that connects again has a {@code Last-Event-ID}. It is not told
   * when that leads to nothing: it has not asked.
   *
   * @param lastSeen that number, 0 for none
   * @param inline subscriptions of the request
   */
  static void startStream(
      Session session, long request, long lastSeen, List<SubscriptionRequest> inline) {
    SessionLoop loop = session.loop();
    ParkedSession old = loop.hub().parked().openStream(request, lastSeen, loop.timeMs());
    // Never waits: the subscriptions of the request follow at once.
    if (old != null && loop.delivered() >= old.here()) {
      Replay replay = replay(session, old, lastSeen);
      if (replay != null) {
        session.resume(old, replay, inline);
      }
    }
  }

  /** The earlier session has been looked for. */
  static void finish(Session session, @Nullable ParkedSession old, long lastSeen) {
    if (session.isEnded()) {
      return;
    }
    if (old != null && session.loop().delivered() < old.here()) {
      // Events that the earlier session was sent are still on their way to this loop.
      session.loop().later(() -> finish(session, old, lastSeen));
      return;
    }
    Replay replay = old == null ? null : replay(session, old, lastSeen);
    if (old == null || replay == null) {
      session.refuseResume();
    } else {
      session.resume(old, replay, List.of());
    }
  }

  /** What the client has not received, or null if that cannot be told or sent in full. */
  private static @Nullable Replay replay(Session session, ParkedSession old, long lastSeen) {
    SessionLoop loop = session.loop();
    int limit = loop.options().subscriptionLimit();
    List<TopicKey> topics = old.topics();
    int unseen = lastSeen > 0 ? old.dispatchesAfter(lastSeen) : 0;
    if (unseen < 0 || session.topicCount() > 0 || (limit >= 0 && topics.size() > limit + 1)) {
      return null;
    }
    DispatchLog log = loop.hub().log();
    List<SharedDispatch> missed =
        old.ofPredecessor()
            ? log.sincePredecessor(topics, old.position(), loop.delivered(), unseen)
            : log.between(topics, old.position(), loop.delivered(), unseen);
    return missed == null
        ? null
        : Replay.of(old, missed, MAX_FRAMES, loop.options().maxPendingBytes());
  }
}
