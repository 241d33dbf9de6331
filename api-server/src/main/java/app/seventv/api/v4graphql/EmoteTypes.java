package app.seventv.api.v4graphql;

import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Validators;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.api.graphql.ArgumentException;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Loaders;
import app.seventv.api.search.EmoteSearch;
import app.seventv.api.search.SearchIndex;
import app.seventv.api.search.UserSearch;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Emotes and their searches (api-v4.md §9, §10.1, §13.2). */
final class EmoteTypes {
  private static final int MAX_QUERY_BYTES = 100;
  private static final int MAX_PAGE = 100;
  private static final int MAX_CHANNEL_PAGE = 10;
  private static final int MAX_SEARCH_TAGS = 10;
  private static final int MAX_SET_IDS = 50;

  private final Store store;
  private final UserLoader users;
  private final SearchIndex index;
  private final ImageTypes images;

  EmoteTypes(Store store, UserLoader users, SearchIndex index, ImageTypes images) {
    this.store = store;
    this.users = users;
    this.index = index;
    this.images = images;
  }

  /** Leaderboards that {@code Emote.ranking} looks at. */
  enum Ranking {
    TOP_ALL_TIME("top_all_time"),
    TOP_DAILY("top_daily"),
    TOP_MONTHLY("top_monthly"),
    TOP_WEEKLY("top_weekly"),
    TRENDING_DAILY("trending_day"),
    TRENDING_MONTHLY("trending_month"),
    TRENDING_WEEKLY("trending_week");

    private final String list;

    Ranking(String list) {
      this.list = list;
    }
  }

  enum SortOrder {
    ASCENDING,
    DESCENDING
  }

  enum TagsMatch {
    ALL,
    ANY
  }

  /** Where an emote stands in a set. */
  record InSet(Id emoteSetId, EmoteSet.@Nullable Entry emote) {}

  void wire(GraphqlSchema schema) {
    schema
        .enumeration("Ranking", Ranking.class)
        .enumeration("SortBy", EmoteSearch.SortBy.class)
        .enumeration("SortOrder", SortOrder.class)
        .enumeration("TagsMatch", TagsMatch.class);
    schema
        .type("EmoteQuery", Object.class)
        .fetch("emote", (root, call) -> find(call))
        .fetch("search", (root, call) -> search(call));
    Page.wire(schema, "EmoteSearchResult");
    wireEmote(schema);
    schema
        .type("EmoteFlags", Integer.class)
        .field("publicListed", flags -> (flags & Emote.FLAG_PUBLIC_LISTED) != 0)
        .field("private", flags -> (flags & Emote.FLAG_PRIVATE) != 0)
        .field("nsfw", flags -> (flags & Emote.FLAG_NSFW) != 0)
        .field("defaultZeroWidth", flags -> (flags & Emote.FLAG_DEFAULT_ZERO_WIDTH) != 0)
        .field("approvedPersonal", flags -> (flags & Emote.FLAG_APPROVED_PERSONAL) != 0)
        .field("deniedPersonal", flags -> (flags & Emote.FLAG_DENIED_PERSONAL) != 0)
        .field("animated", flags -> (flags & Emote.FLAG_ANIMATED) != 0);
    schema
        .type("EmoteScores", Emote.Scores.class)
        .field("topAllTime", Emote.Scores::topAllTime)
        .field("topDaily", Emote.Scores::topDaily)
        .field("topWeekly", Emote.Scores::topWeekly)
        .field("topMonthly", Emote.Scores::topMonthly)
        .field("trendingDay", Emote.Scores::trendingDay)
        .field("trendingWeek", Emote.Scores::trendingWeek)
        .field("trendingMonth", Emote.Scores::trendingMonth);
    schema
        .type("EmoteAttribution", Emote.Attribution.class)
        .field("userId", Emote.Attribution::userId)
        .field("addedAt", Emote.Attribution::addedAt)
        .fetch("user", (credit, call) -> call.load(Loaders.USER, credit.userId()));
    schema
        .type("EmoteInEmoteSetResponse", InSet.class)
        .field("emoteSetId", InSet::emoteSetId)
        .field("emote", InSet::emote);
  }

  private void wireEmote(GraphqlSchema schema) {
    schema
        .type("Emote", Emote.class)
        .field("id", Emote::id)
        .field("ownerId", Emote::ownerId)
        .field("defaultName", Emote::defaultName)
        .field("tags", Emote::tags)
        .field("aspectRatio", Emote::aspectRatio)
        .field("deleted", Emote::deleted)
        .field("flags", Emote::flags)
        .field("scores", Emote::scores)
        .field("attribution", Emote::attribution)
        .field("updatedAt", Emote::updatedAt)
        .field("searchUpdatedAt", Emote::searchUpdatedAt)
        .field("imagesPending", emote -> emote.imageSet().isPending())
        .field("images", emote -> images.shown(emote.imageSet()))
        .fetch("owner", (emote, call) -> call.load(Loaders.USER, emote.ownerId()))
        .fetch("ranking", EmoteTypes::ranking)
        .fetch("inEmoteSets", EmoteTypes::inEmoteSets)
        .fetch("channels", this::channels);
  }

  private @Nullable Emote find(Call call) {
    Emote emote = store.emotes().byId(call.arguments().id("id"));
    boolean hidden = emote != null && (emote.deleted() || emote.merged() != null);
    return hidden && !call.context().caller().has(Permission.EMOTE_VIEW_UNLISTED) ? null : emote;
  }

  private Page<Emote> search(Call call) {
    Call.Arguments arguments = call.arguments();
    int page = page(arguments.intOrNull("page", 0, MAX_PAGE));
    int perPage = orElse(arguments.intOrNull("perPage", 1, 250), 30);
    Call.Arguments filters = arguments.object("filters");
    Call.Arguments tags = arguments.object("tags");
    Call.Arguments sort = arguments.object("sort");
    List<String> tagTexts = tags.strings("tags");
    if (tagTexts.size() > MAX_SEARCH_TAGS) {
      throw new ArgumentException(
              "[String!]",
              "the value length is "
                  + tagTexts.size()
                  + ", must be less than or equal to "
                  + MAX_SEARCH_TAGS)
          .within("Tags");
    }
    if (!tagTexts.stream().allMatch(Validators::isTag)) {
      throw new ArgumentException("[String!]", "invalid tags").within("Tags");
    }
    EmoteSearch.Conditions conditions =
        new EmoteSearch.Conditions(
            arguments.stringOrNull("query", 0, MAX_QUERY_BYTES),
            tagTexts,
            tags.has("match") && tags.value("match") == TagsMatch.ALL,
            filters.boolOrNull("animated"),
            filters.boolOrNull("defaultZeroWidth"),
            filters.boolOrNull("nsfw"),
            filters.boolOrNull("approvedPersonal"),
            filters.bool("exactMatch"));
    call.context().charge(RateLimitResource.SEARCH);
    SearchIndex.Hits hits =
        index.search(
            EmoteSearch.query(
                conditions,
                (EmoteSearch.SortBy) sort.value("sortBy"),
                sort.value("order") == SortOrder.ASCENDING,
                page,
                perPage,
                call.context().caller()));
    return emotes(hits, perPage);
  }

  private Page<Emote> emotes(SearchIndex.Hits hits, int perPage) {
    Map<Id, Emote> loaded = store.emotes().byIds(hits.ids());
    List<Emote> items = hits.ids().stream().map(loaded::get).filter(Objects::nonNull).toList();
    return new Page<>(items, hits.found(), hits.pages(perPage, MAX_PAGE));
  }

  private Page<LoadedUser> channels(Emote emote, Call call) {
    int page = page(call.arguments().intOrNull("page", 0, MAX_CHANNEL_PAGE));
    int perPage = orElse(call.arguments().intOrNull("perPage", 1, 100), 30);
    call.context().charge(RateLimitResource.SEARCH);
    SearchIndex.Hits hits = index.search(UserSearch.channelsOf(emote.id(), page, perPage));
    return UserTypes.page(store, users, hits, perPage, MAX_CHANNEL_PAGE, call.context().caller());
  }

  private static CompletableFuture<@Nullable Integer> ranking(Emote emote, Call call) {
    String list = ((Ranking) call.arguments().value("ranking")).list;
    return call.load(Loaders.RANKING, list)
        .thenApply(places -> places == null ? null : places.get(emote.id()));
  }

  private static CompletableFuture<List<InSet>> inEmoteSets(Emote emote, Call call) {
    List<Id> ids = call.arguments().ids("emoteSetIds", 1, MAX_SET_IDS);
    return call.loadMany(Loaders.EMOTE_SET, ids)
        .thenApply(sets -> {
          List<InSet> found = new ArrayList<>(sets.size());
          for (EmoteSet set : sets) {
            EmoteSet.Entry entry =
                set.emotes().stream()
                    .filter(each -> each.id().equals(emote.id()))
                    .findFirst()
                    .orElse(null);
            found.add(new InSet(set.id(), entry));
          }
          return found;
        });
  }

  /** Pages count from 1; 0 and absent mean the first (P30). */
  static int page(@Nullable Integer page) {
    return page == null || page == 0 ? 1 : page;
  }

  static int orElse(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }
}
