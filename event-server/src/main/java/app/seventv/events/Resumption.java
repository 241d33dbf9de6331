package app.seventv.events;

import app.seventv.model.Id;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a session goes on with the topics of an earlier one (docs/decisions/0015). All that was
 * missed is sent, or the answer is no; never a part. A client that tells the number of the last
 * frame it received gets exactly what came after; one that does not is taken to have received
 * everything that the earlier session wrote, unless that session is still open here, which shows
 * that it has not.
 */
final class Resumption {
  /** Events sent at once at most. */
  static final int MAX_EVENTS = 2_000;

  private Resumption() {}

  /**
   * A client asks for it.
   *
   * @param id of the earlier session
   * @param lastSeen number of its last frame received; 0 if unknown
   */
  static void start(Session session, @Nullable Id id, long lastSeen) {
    SessionLoop loop = session.loop;
    // What came in between on topics that both hold could be sent twice.
    if (id == null || session.topicCount() > 0) {
      session.refuseResume();
      return;
    }
    ParkedSession parked = loop.hub().parked().take(id, loop.timeMs());
    if (parked != null) {
      finish(session, parked, lastSeen);
      return;
    }
    SessionIds.Place place = lastSeen > 0 ? loop.hub().ids().placeOf(id) : null;
    List<SessionLoop> loops = loop.hub().loops();
    if (place == null || place.loop() >= loops.size() || id.equals(session.id())) {
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
      ParkedSession left = loop.hub().parked().take(id, loop.timeMs());
      loop.later(() -> finish(session, left, lastSeen));
    });
  }

  /**
   * An EventSource connects again with {@code Last-Event-ID}. It is not told when that leads to
   * nothing: it has not asked.
   */
  static void startStream(Session session, long request, long lastSeen) {
    SessionLoop loop = session.loop;
    ParkedSession old = loop.hub().parked().takeStream(request, lastSeen, loop.timeMs());
    // Never waits: the subscriptions of the request follow at once.
    if (old != null && loop.delivered() >= old.position()) {
      List<SharedDispatch> missed = missed(session, old, lastSeen);
      if (missed != null) {
        session.resume(old, missed);
      }
    }
  }

  /** The earlier session has been looked for. */
  static void finish(Session session, @Nullable ParkedSession old, long lastSeen) {
    if (session.isEnded()) {
      return;
    }
    if (old != null && session.loop.delivered() < old.position()) {
      // The earlier session's loop was ahead of this one, which would send the difference again.
      session.loop.later(() -> finish(session, old, lastSeen));
      return;
    }
    List<SharedDispatch> missed = old == null ? null : missed(session, old, lastSeen);
    if (old == null || missed == null) {
      session.refuseResume();
    } else {
      session.resume(old, missed);
    }
  }

  /** What the client has not received, or null if that cannot be told or sent in full. */
  static @Nullable List<SharedDispatch> missed(Session session, ParkedSession old, long lastSeen) {
    SessionLoop loop = session.loop;
    int limit = loop.options().subscriptionLimit();
    List<TopicKey> topics = old.topics();
    int unseen = lastSeen > 0 ? old.dispatchesAfter(lastSeen) : 0;
    if (unseen < 0 || session.topicCount() > 0 || (limit >= 0 && topics.size() > limit + 1)) {
      return null;
    }
    List<SharedDispatch> missed =
        loop.hub().log().between(topics, old.position(), loop.delivered(), unseen);
    if (missed == null || missed.size() > MAX_EVENTS) {
      return null;
    }
    long bytes = missed.stream().mapToLong(SharedDispatch::bytes).sum();
    return bytes > loop.options().maxPendingBytes() ? null : missed;
  }
}
