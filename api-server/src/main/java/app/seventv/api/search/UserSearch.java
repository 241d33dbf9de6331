package app.seventv.api.search;

import app.seventv.api.search.SearchIndex.Query;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;

/** Searches of the {@code users} collection (api-v4.md §13.3, §10.1). */
public final class UserSearch {
  private static final String NAMES = "twitch_names,kick_names,google_names,discord_names";

  private UserSearch() {}

  /** Users by any of their platform names. */
  public static Query byName(String text, int page, int perPage) {
    return new Query(
        CollectionNames.USERS,
        text.isEmpty() ? "*" : text,
        NAMES,
        "4,1,1,1",
        "",
        "_text_match(buckets: 3):desc,role_rank:desc,_text_match(buckets: 10):desc",
        page,
        perPage,
        true);
  }

  /** Users who have an emote in their active set, most prominent first. */
  public static Query channelsOf(Id emote, int page, int perPage) {
    return new Query(
        CollectionNames.USERS,
        "*",
        NAMES,
        "4,1,1,1",
        "emotes: " + emote,
        "role_hoist_rank:desc",
        page,
        perPage,
        false);
  }
}
