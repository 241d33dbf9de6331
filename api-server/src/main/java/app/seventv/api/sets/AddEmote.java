package app.seventv.api.sets;

import app.seventv.model.Id;
import org.jspecify.annotations.Nullable;

/**
 * What to put into a set.
 *
 * @param emoteId the emote
 * @param alias its name in the set, as callers have checked it; null for its own
 * @param zeroWidth null for the emote's own default
 * @param overrideConflicts whether it wins over an emote of that name from elsewhere
 */
public record AddEmote(
    Id emoteId, @Nullable String alias, @Nullable Boolean zeroWidth, boolean overrideConflicts) {}
