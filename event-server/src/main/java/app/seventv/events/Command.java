package app.seventv.events;

/** A well-formed message of a client (event-api.md §6). */
sealed interface Command {
  /** Op 35. */
  record Subscribe(SubscriptionRequest request) implements Command {}

  /** Op 36. */
  record Unsubscribe(SubscriptionRequest request) implements Command {}

  /** Commands whose payload has no effect. */
  enum Plain implements Command {
    /** Op 34: no state of ended sessions is kept, so the answer is always the same. */
    RESUME,
    /** Op 38: accepted and ignored. */
    BRIDGE,
    /** An opcode that only servers may send, or that is not supported. */
    FORBIDDEN
  }
}
