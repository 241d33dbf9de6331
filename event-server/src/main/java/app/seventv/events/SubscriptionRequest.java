package app.seventv.events;

import app.seventv.model.topic.EventType;
import org.jspecify.annotations.Nullable;

/**
 * A well-formed wish to subscribe or unsubscribe (event-api.md §6.2).
 *
 * @param condition null if absent: every scope
 */
record SubscriptionRequest(EventType type, @Nullable Condition condition) {}
