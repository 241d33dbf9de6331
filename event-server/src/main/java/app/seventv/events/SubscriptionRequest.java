package app.seventv.events;

import app.seventv.model.topic.EventType;
import org.jspecify.annotations.Nullable;

/**
 * A well-formed wish to subscribe or unsubscribe (event-api.md §6.2).
 *
 * @param condition null if absent: every scope
 * @param asksForTime whether the ACK is to say since when nothing has changed (§20 row 31)
 */
record SubscriptionRequest(EventType type, @Nullable Condition condition, boolean asksForTime) {
  /** The name of the wish, and of the answer in the ACK. */
  static final String UNCHANGED_SINCE = "unchanged_since";

  SubscriptionRequest(EventType type, @Nullable Condition condition) {
    this(type, condition, false);
  }
}
