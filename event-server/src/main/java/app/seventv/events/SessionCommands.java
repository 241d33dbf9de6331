package app.seventv.events;

import app.seventv.model.topic.EventType;
import app.seventv.model.topic.Scope;
import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a session does on its client's behalf (event-api.md §6.2, §9.3, §9.4). */
final class SessionCommands {
  private SessionCommands() {}

  /** Handles one message of the client; the buffer is valid during the call only. */
  static void handle(Session session, ByteBuf utf8) {
    if (session.isEnded()) {
      return; // what was under way when the server ended it is read and dropped
    }
    if (session.isTooFast()) {
      session.end(EndReason.RATE_LIMIT);
      return;
    }
    Command command;
    try {
      command = CommandParser.parse(utf8);
    } catch (InvalidPayloadException e) {
      session.end(EndReason.INVALID_PAYLOAD);
      return;
    }
    session.client().received(command);
    switch (command) {
      case Command.Subscribe(SubscriptionRequest request) -> subscribe(session, request);
      case Command.Unsubscribe(SubscriptionRequest request) -> unsubscribe(session, request);
      case Command.Resume resume ->
          Resumption.start(session, resume.sessionId(), resume.lastSeen());
      case Command.Forbidden _ -> session.end(EndReason.UNKNOWN_OPERATION, Payloads.INVALID_OPCODE);
      case Command.Plain.BRIDGE -> {
        // accepted without effect
      }
    }
    if (session.isOverfull()) {
      session.end(EndReason.TIMEOUT); // asks and asks, and reads no answer
    }
  }

  /** The steps of event-api.md §9.3, in their order. */
  static void subscribe(Session session, SubscriptionRequest request) {
    int limit = session.loop().options().subscriptionLimit();
    if (session.topicCount() >= (limit < 0 ? TopicHolder.MAX_TOPICS : limit)) {
      session.end(EndReason.RATE_LIMIT, Payloads.TOO_MANY_SUBSCRIPTIONS);
      return;
    }
    Scope scope = scope(request);
    if (scope == null) {
      session.end(EndReason.INVALID_PAYLOAD, Payloads.INVALID_CONDITION);
      return;
    }
    TopicKey presences = null;
    if (request.condition() instanceof Condition.OfChannel) {
      TopicKey key = TopicKey.of(EventType.USER_PRESENCE, scope);
      presences = session.hold(key) ? key : null;
    }
    if (session.hold(TopicKey.of(request.type(), scope))) {
      session.markHistory();
      session.send(Opcode.ACK, ack(session, request, scope));
    }
    if (presences != null && !session.isEnded()) {
      session.loop().tellRecent(session, presences);
    }
  }

  /**
   * Answers inline subscriptions whose topics a resumed session holds again: {@link #subscribe}
   * takes them for repetitions and says nothing, and the client would wait for its answers.
   */
  static void confirm(Session session, List<SubscriptionRequest> inline) {
    Set<TopicKey> confirmed = new HashSet<>();
    for (SubscriptionRequest request : inline) {
      Scope scope = scope(request);
      if (scope != null) {
        TopicKey key = TopicKey.of(request.type(), scope);
        if (session.holds(key) && confirmed.add(key)) {
          session.send(Opcode.ACK, ack(session, request, scope));
        }
      }
    }
  }

  /**
   * The session hears of everything from here on, so a state that was fetched after the time in
   * here, and no earlier, is up to date (event-api.md §20 row 31).
   */
  private static String ack(Session session, SubscriptionRequest request, Scope scope) {
    if (!request.asksForTime()) {
      return Payloads.ackSubscribe(session.sequence(), request);
    }
    boolean isChannel = request.condition() instanceof Condition.OfChannel;
    TopicKey heard = TopicKey.of(isChannel ? EventType.USER_PRESENCE : request.type(), scope);
    long since = session.loop().hub().log().unchangedSince(heard, session.loop().timeMs());
    return Payloads.ackSubscribe(session.sequence(), request, since);
  }

  private static @Nullable Scope scope(SubscriptionRequest request) {
    Condition condition = request.condition();
    return condition == null ? null : condition.scope();
  }

  private static void unsubscribe(Session session, SubscriptionRequest request) {
    boolean dropped;
    if (request.condition() == null) {
      dropped = session.dropType(request.type());
    } else {
      Scope scope = scope(request);
      if (scope == null) {
        session.end(EndReason.INVALID_PAYLOAD, Payloads.INVALID_CONDITION);
        return;
      }
      dropped = session.drop(TopicKey.of(request.type(), scope));
    }
    if (dropped) {
      session.markHistory();
      session.send(Opcode.ACK, Payloads.ackUnsubscribe(request));
    } else {
      session.end(EndReason.NOT_SUBSCRIBED, Payloads.NOT_SUBSCRIBED);
    }
  }
}
