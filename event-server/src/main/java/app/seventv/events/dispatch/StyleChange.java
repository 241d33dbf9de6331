package app.seventv.events.dispatch;

import app.seventv.model.Id;
import org.jspecify.annotations.Nullable;

/**
 * A user's active badge or paint is another one, or none, from now on (event-api.md §20, row 13).
 *
 * @param kind which of both
 * @param active the new one
 * @param userJson the partial user after the change, if the event tells all of it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record StyleChange(
    Id userId, EntitlementKind kind, @Nullable Cosmetic active, byte @Nullable [] userJson) {}
