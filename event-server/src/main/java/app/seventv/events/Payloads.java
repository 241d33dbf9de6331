package app.seventv.events;

import app.seventv.core.http.JsonText;
import org.jspecify.annotations.Nullable;

/** The {@code d} of frames that the service itself makes up (event-api.md §6.1). */
final class Payloads {
  static final String TOO_MANY_SUBSCRIPTIONS = "Too Many Active Subscriptions!";
  static final String INVALID_CONDITION = "Invalid Subscription Condition";
  static final String NOT_SUBSCRIBED = "Not subscribed to this event";
  static final String INVALID_OPCODE = "Invalid Opcode";

  /** Answer to a RESUME that nothing can be resumed for. */
  static final String ACK_RESUME_REFUSED = ackResume(false, 0, 0);

  private Payloads() {}

  static String hello(
      int heartbeatMs, String sessionId, int subscriptionLimit, String instance, int population) {
    return "{\"heartbeat_interval\":"
        + heartbeatMs
        + ",\"session_id\":\""
        + sessionId
        + "\",\"subscription_limit\":"
        + subscriptionLimit
        + ",\"instance\":{\"name\":"
        + quote(instance)
        + ",\"population\":"
        + population
        + "}}";
  }

  static String ackResume(boolean success, int dispatches, int subscriptions) {
    return "{\"command\":\"RESUME\",\"data\":{\"success\":"
        + success
        + ",\"dispatches_replayed\":"
        + dispatches
        + ",\"subscriptions_restored\":"
        + subscriptions
        + "}}";
  }

  static String heartbeat(int count) {
    return "{\"count\":" + count + "}";
  }

  static String reconnect(EndReason reason) {
    return "{\"reason\":\"" + reason.message() + "\"}";
  }

  static String endOfStream(EndReason reason) {
    return "{\"code\":" + reason.code() + ",\"message\":\"" + reason.message() + "\"}";
  }

  static String error(String message) {
    return "{\"message\":" + quote(message) + ",\"fields\":{}}";
  }

  /**
   * ACK of a SUBSCRIBE.
   *
   * @param id sequence number of the frame that carries it
   */
  static String ackSubscribe(int id, SubscriptionRequest request) {
    return "{\"command\":\"SUBSCRIBE\",\"data\":{\"id\":" + id + "," + fields(request) + "}}";
  }

  /**
   * ACK of a SUBSCRIBE that asks for the time.
   *
   * @param unchangedSinceMs Unix ms after which nothing has happened to what is subscribed to
   */
  static String ackSubscribe(int id, SubscriptionRequest request, long unchangedSinceMs) {
    return "{\"command\":\"SUBSCRIBE\",\"data\":{\"id\":"
        + id
        + ","
        + fields(request)
        + ",\""
        + SubscriptionRequest.UNCHANGED_SINCE
        + "\":"
        + unchangedSinceMs
        + "}}";
  }

  static String ackUnsubscribe(SubscriptionRequest request) {
    return "{\"command\":\"UNSUBSCRIBE\",\"data\":{" + fields(request) + "}}";
  }

  private static String fields(SubscriptionRequest request) {
    @Nullable Condition condition = request.condition();
    return "\"type\":\""
        + request.type().wireName()
        + "\",\"condition\":"
        + (condition == null ? "null" : condition.json());
  }

  static String quote(String text) {
    return JsonText.quote(text);
  }
}
