package app.seventv.events;

import app.seventv.model.Id;
import org.jspecify.annotations.Nullable;

/** A well-formed message of a client (event-api.md §6). */
sealed interface Command {
  /** Op 35. */
  record Subscribe(SubscriptionRequest request) implements Command {}

  /** Op 36. */
  record Unsubscribe(SubscriptionRequest request) implements Command {}

  /**
   * Op 34.
   *
   * @param sessionId of the session to go on with; null if it is none, or no id
   * @param lastSeen the envelope's {@code s}: number of the last frame of that session that the
   *     client received; 0 if it does not tell
   */
  record Resume(@Nullable Id sessionId, long lastSeen) implements Command {}

  /** An opcode that only servers may send, or that is not supported. */
  record Forbidden(Opcode opcode) implements Command {}

  /** Commands whose payload has no effect. */
  enum Plain implements Command {
    /** Op 38: accepted and ignored. */
    BRIDGE
  }
}
