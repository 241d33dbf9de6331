package app.seventv.events.dispatch;

import app.seventv.model.Id;
import app.seventv.model.topic.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What viewers of a channel may have to be told because a user was seen there (event-api.md §13),
 * rendered.
 *
 * @param badge active badge, if any
 * @param paint active paint, if any
 * @param sets sets the user may use everywhere
 * @param userJson the partial user; never changed
 * @param onlySession the one session that is to be told; null: all that watch the channel
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PresenceContent(
    Channel channel,
    Id userId,
    @Nullable Cosmetic badge,
    @Nullable Cosmetic paint,
    List<PersonalSet> sets,
    byte[] userJson,
    @Nullable Id onlySession) {
  /** Copies the list. */
  public PresenceContent {
    sets = List.copyOf(sets);
  }
}
