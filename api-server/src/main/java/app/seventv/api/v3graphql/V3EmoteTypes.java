package app.seventv.api.v3graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Loaders;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.api.search.EmoteSearch;
import app.seventv.api.search.SearchIndex;
import app.seventv.api.search.UserSearch;
import app.seventv.api.v3rest.V3Images;
import app.seventv.api.v3rest.V3Models;
import app.seventv.model.Emote;
import app.seventv.model.Id;
import app.seventv.model.ImageSet;
import app.seventv.model.RateLimitResource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Emotes of the old GraphQL API (api-v3.md §11.2 to §11.4, §13.3). */
final class V3EmoteTypes {
  private static final int MAX_QUERY_BYTES = 100;
  private static final int MAX_ASPECT_RATIO_BYTES = 32;
  private static final int MAX_PAGE = 100;
  private static final int MAX_LIST = 100;
  private static final int DEFAULT_LIMIT = 30;
  private static final String DAILY_TRENDING = "trending_day";

  private final Store store;
  private final UserLoader users;
  private final SearchIndex index;
  private final V3Models models;
  private final V3AuditTypes audit;

  V3EmoteTypes(
      Store store, UserLoader users, SearchIndex index, V3Models models, V3AuditTypes audit) {
    this.audit = audit;
    this.store = store;
    this.users = users;
    this.index = index;
    this.models = models;
  }

  enum EmoteSearchCategory {
    TOP(EmoteSearch.SortBy.TOP_ALL_TIME),
    TRENDING_DAY(EmoteSearch.SortBy.TRENDING_DAILY),
    TRENDING_WEEK(EmoteSearch.SortBy.TRENDING_WEEKLY),
    TRENDING_MONTH(EmoteSearch.SortBy.TRENDING_MONTHLY),
    FEATURED(EmoteSearch.SortBy.TRENDING_DAILY),
    NEW(EmoteSearch.SortBy.UPLOAD_DATE),
    GLOBAL(null);

    private final EmoteSearch.@Nullable SortBy sortBy;

    EmoteSearchCategory(EmoteSearch.@Nullable SortBy sortBy) {
      this.sortBy = sortBy;
    }
  }

  enum SortOrder {
    ASCENDING,
    DESCENDING
  }

  private record Found(List<Emote> items, long count, long maxPage) {}

  private record Channels(List<V3User> items, long total) {}

  void wireQueries(TypeWiring<Object> query) {
    query
        .fetch("emote", (root, call) -> alive(call.arguments().id("id")))
        .fetch("emotesByID", (root, call) -> many(call))
        .fetch("emotes", (root, call) -> search(call));
  }

  void wire(GraphqlSchema schema) {
    schema
        .enumeration("EmoteSearchCategory", EmoteSearchCategory.class)
        .enumeration("SortOrder", SortOrder.class);
    common(schema.type("EmotePartial", Emote.class));
    common(schema.type("Emote", Emote.class))
        .field("personal_use", emote -> emote.hasFlags(Emote.FLAG_APPROVED_PERSONAL))
        .field("versions", List::of)
        .field("common_names", emote -> List.of())
        .field("reports", emote -> List.of())
        .fetch("activity", audit::ofEmote)
        .fetch("trending", V3EmoteTypes::trending)
        .fetch("channels", this::channels);
    schema
        .type("EmoteVersion", Emote.class)
        .field("id", Emote::id)
        .field("name", Emote::defaultName)
        .field("description", emote -> "")
        .field("created_at", emote -> Instant.ofEpochMilli(emote.id().timeMs()))
        .field("host", Emote::imageSet)
        .field("lifecycle", V3EmoteTypes::lifecycle)
        .field("error", emote -> null)
        .field("state", V3Models::state)
        .field("listed", emote -> emote.hasFlags(Emote.FLAG_PUBLIC_LISTED));
    schema
        .type("EmoteSearchResult", Found.class)
        .field("items", Found::items)
        .field("count", Found::count)
        .field("max_page", Found::maxPage);
    schema
        .type("UserSearchResult", Channels.class)
        .field("items", Channels::items)
        .field("total", Channels::total);
    schema
        .type("ImageHost", ImageSet.class)
        .field("url", models.images()::folder)
        .fetch("files", V3EmoteTypes::files);
    schema
        .type("Image", V3Images.File.class)
        .field("name", V3Images.File::name)
        .field("static_name", V3Images.File::staticName)
        .field("width", file -> file.image().width())
        .field("height", file -> file.image().height())
        .field("frame_count", file -> file.image().frameCount())
        .field("size", file -> file.image().size())
        .field("format", V3Images.File::format);
  }

  private static TypeWiring<Emote> common(TypeWiring<Emote> type) {
    return type.field("id", Emote::id)
        .field("name", Emote::defaultName)
        .field("flags", V3Models::emoteFlags)
        .field("lifecycle", V3EmoteTypes::lifecycle)
        .field("tags", Emote::tags)
        .field("animated", emote -> emote.hasFlags(Emote.FLAG_ANIMATED))
        .field("created_at", emote -> Instant.ofEpochMilli(emote.id().timeMs()))
        .field("owner_id", Emote::ownerId)
        .fetch("owner", (emote, call) -> V3UserTypes.load(emote.ownerId(), call))
        .field("host", Emote::imageSet)
        .field("state", V3Models::state)
        .field("listed", emote -> emote.hasFlags(Emote.FLAG_PUBLIC_LISTED));
  }

  /** GraphQL knows pending and live only. */
  private static int lifecycle(Emote emote) {
    return emote.imageSet().isPending() ? 0 : 3;
  }

  private static List<V3Images.File> files(ImageSet set, Call call) {
    List<String> formats = call.arguments().strings("formats");
    return V3Images.files(set).stream()
        .filter(file -> formats.isEmpty() || formats.contains(file.format()))
        .toList();
  }

  private @Nullable Emote alive(Id id) {
    Emote emote = store.emotes().byId(id);
    return emote == null || emote.deleted() || emote.merged() != null ? null : emote;
  }

  private List<Emote> many(Call call) {
    Map<Id, Emote> found = store.emotes().byIds(call.arguments().ids("list", 0, MAX_LIST));
    return new TreeMap<>(found)
        .values().stream().filter(emote -> !emote.deleted() && emote.merged() == null).toList();
  }

  private Found search(Call call) {
    Call.Arguments arguments = call.arguments();
    String text = arguments.stringOrNull("query", 0, MAX_QUERY_BYTES);
    Integer page = arguments.intOrNull("page", 0, MAX_PAGE);
    Integer limit = arguments.intOrNull("limit", 1, 100);
    int perPage = limit == null ? DEFAULT_LIMIT : limit;
    Call.Arguments filter = arguments.object("filter");
    filter.stringOrNull("aspect_ratio", 0, MAX_ASPECT_RATIO_BYTES); // checked, but not used
    EmoteSearchCategory category =
        filter.has("category")
            ? (EmoteSearchCategory) filter.value("category")
            : EmoteSearchCategory.TOP;
    EmoteSearch.SortBy sortBy = category.sortBy;
    if (sortBy == null) {
      throw ApiException.notImplemented();
    }
    boolean ascending =
        arguments.has("sort") && arguments.object("sort").value("order") == SortOrder.ASCENDING;
    EmoteSearch.Conditions conditions =
        new EmoteSearch.Conditions(
            text,
            List.of(),
            false,
            trueOrNull(filter, "animated"),
            trueOrNull(filter, "zero_width"),
            null,
            trueOrNull(filter, "personal_use"),
            filter.bool("exact_match"));
    call.context().charge(RateLimitResource.SEARCH);
    SearchIndex.Hits hits =
        index.search(
            EmoteSearch.legacy(
                conditions,
                sortBy,
                ascending,
                arguments.has("filter") && !filter.bool("ignore_tags"),
                arguments.has("filter"),
                page == null || page == 0 ? 1 : page,
                perPage,
                call.context().caller()));
    Map<Id, Emote> loaded = store.emotes().byIds(hits.ids());
    List<Emote> items = hits.ids().stream().map(loaded::get).filter(Objects::nonNull).toList();
    return new Found(items, hits.found(), Math.min(MAX_PAGE, hits.found() / perPage + 1));
  }

  private static @Nullable Boolean trueOrNull(Call.Arguments filter, String name) {
    return filter.bool(name) ? Boolean.TRUE : null;
  }

  private Channels channels(Emote emote, Call call) {
    Integer page = call.arguments().intOrNull("page", 0, 10);
    Integer limit = call.arguments().intOrNull("limit", 0, 100);
    call.context().charge(RateLimitResource.SEARCH);
    SearchIndex.Hits hits =
        index.search(
            UserSearch.channelsOf(
                emote.id(),
                page == null || page == 0 ? 1 : page,
                limit == null || limit == 0 ? DEFAULT_LIMIT : limit));
    Map<Id, LoadedUser> loaded = users.fast(store.users().byIds(hits.ids()).values());
    List<V3User> items =
        hits.ids().stream()
            .map(loaded::get)
            .filter(Objects::nonNull)
            .filter(call.context().caller()::canSee)
            .map(V3User::new)
            .toList();
    return new Channels(items, hits.found());
  }

  private static CompletableFuture<@Nullable Integer> trending(Emote emote, Call call) {
    return call.load(Loaders.RANKING, DAILY_TRENDING)
        .thenApply(places -> places == null ? null : places.get(emote.id()));
  }
}
