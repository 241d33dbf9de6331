package app.seventv.api.v3graphql;

import app.seventv.api.cache.Cached;
import app.seventv.api.cache.CachedUsers;
import app.seventv.api.cache.Dependency;
import app.seventv.api.cache.DependencySet;
import app.seventv.api.cache.KnownUser;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.api.graphql.ArgumentException;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Loaders;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.api.search.SearchIndex;
import app.seventv.api.search.UserSearch;
import app.seventv.api.v3rest.V3Models;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Platform;
import app.seventv.model.RateLimitResource;
import app.seventv.model.UserEditor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Users of the old GraphQL API (api-v3.md §11.2, §11.4, §13.1). */
final class V3UserTypes {
  private static final int MAX_TEXT_BYTES = 100;
  private static final int MAX_LIST = 100;
  private static final int DEFAULT_LIMIT = 10;

  private final Store store;
  private final UserLoader users;
  private final CachedUsers known;
  private final SearchIndex index;
  private final V3Models models;
  private final V3AuditTypes audit;

  V3UserTypes(
      Store store,
      UserLoader users,
      CachedUsers known,
      SearchIndex index,
      V3Models models,
      V3AuditTypes audit) {
    this.known = known;
    this.audit = audit;
    this.store = store;
    this.users = users;
    this.index = index;
    this.models = models;
  }

  /** A cosmetic that a user owns. */
  private record Cosmetic(Id id, String kind, boolean selected) {}

  void wireQueries(TypeWiring<Object> query) {
    query
        .fetch("actor", (root, call) -> actor(call))
        .fetch("user", (root, call) -> byId(call))
        .fetch("userByConnection", (root, call) -> byConnection(call))
        .fetch("users", (root, call) -> search(call))
        .fetch("usersByID", (root, call) -> many(call));
  }

  void wire(GraphqlSchema schema) {
    TypeWiring<V3User> user = common(schema.type("User", V3User.class));
    user.fetch("emote_sets", V3UserTypes::allSets)
        .fetch("owned_emotes", (own, call) -> call.load(Loaders.OWNED_EMOTES, own.id()))
        .fetch("editors", V3UserTypes::editors)
        .fetch("editor_of", V3UserTypes::editorOf)
        .field("cosmetics", V3UserTypes::cosmetics)
        .fetch("activity", audit::ofUser)
        .field("inbox_unread_count", own -> 0)
        .field("reports", own -> List.of());
    common(schema.type("UserPartial", V3User.class))
        .fetch("emote_sets", (own, call) -> call.load(Loaders.OWNED_SETS, own.id()));
    schema
        .type("UserStyle", V3User.class)
        .field("color", V3User::color)
        .field("paint_id", V3User::paintId)
        .field("badge_id", V3User::badgeId)
        .fetch("paint", (own, call) -> call.loadNullable(Loaders.PAINT, own.paintId()))
        .fetch("badge", (own, call) -> call.loadNullable(Loaders.BADGE, own.badgeId()));
    schema
        .type("UserCosmetic", Cosmetic.class)
        .field("id", Cosmetic::id)
        .field("kind", Cosmetic::kind)
        .field("selected", Cosmetic::selected);
  }

  private TypeWiring<V3User> common(TypeWiring<V3User> type) {
    return type.field("id", V3User::id)
        .field("type", user -> "REGULAR")
        .field("username", V3User::username)
        .field("display_name", V3User::displayName)
        .field("created_at", user -> Instant.ofEpochMilli(user.id().timeMs()))
        .field("avatar_url", user -> user.avatarUrl(models))
        .field("biography", user -> "")
        .field("style", user -> user)
        .field("roles", V3User::roles)
        .field(
            "connections",
            user ->
                user.connections().stream()
                    .map(each -> new V3UserOps.Account(user, each))
                    .toList());
  }

  /** The user of an id, or the placeholder. */
  static CompletableFuture<V3User> load(Id id, Call call) {
    Caller caller = call.context().caller();
    return call.load(Loaders.USER, id).thenApply(user -> V3User.visible(user, caller));
  }

  /** The user of an id, or null. */
  static CompletableFuture<@Nullable V3User> loadOrNull(@Nullable Id id, Call call) {
    Caller caller = call.context().caller();
    return call.loadNullable(Loaders.USER, id)
        .thenApply(user -> user != null && caller.canSee(user) ? new V3User(user) : null);
  }

  private @Nullable V3User actor(Call call) {
    Id id = call.context().caller().userId();
    LoadedUser user = id == null ? null : users.fullById(id);
    return user == null ? null : new V3User(user);
  }

  private V3User byId(Call call) {
    Id id = call.arguments().id("id");
    if (id.isNil()) {
      throw ApiException.notFound("user not found");
    }
    return shown(id, call);
  }

  /** A user as the caller sees them; notes what a kept answer is made of. */
  private V3User shown(Id id, Call call) {
    Cached<KnownUser> found = known.get(id);
    DependencySet reads = call.context().reads();
    if (reads != null) {
      reads.add(Dependency.user(id));
      reads.add(Dependency.editorsOf(id));
      reads.add(Dependency.editedBy(id));
      if (found != null) {
        reads.addAll(found.dependencies());
      }
    }
    return V3User.visible(found == null ? null : found.value().user(), call.context().caller());
  }

  private V3User byConnection(Call call) {
    Platform platform = platform(call.arguments().string("platform"));
    String id = Objects.requireNonNull(call.arguments().stringOrNull("id", 0, MAX_TEXT_BYTES));
    Id found = known.byAccount(new CachedUsers.Account(platform, id));
    if (found != null) {
      return shown(found, call);
    }
    DependencySet reads = call.context().reads();
    if (reads != null) {
      reads.until(Instant.EPOCH); // nothing would tell that the account is linked
    }
    return V3User.visible(null, call.context().caller());
  }

  private static Platform platform(String name) {
    return switch (name) {
      case "TWITCH" -> Platform.TWITCH;
      case "YOUTUBE" -> Platform.GOOGLE;
      case "DISCORD" -> Platform.DISCORD;
      case "KICK" -> Platform.KICK;
      default -> throw new ArgumentException("ConnectionPlatform", "unknown platform");
    };
  }

  private List<V3User> many(Call call) {
    List<Id> ids =
        call.arguments().ids("list", 0, MAX_LIST).stream().filter(id -> !id.isNil()).toList();
    Caller caller = call.context().caller();
    return new TreeMap<>(users.full(ids))
        .values().stream().filter(caller::canSee).map(V3User::new).toList();
  }

  private List<V3User> search(Call call) {
    String text = Objects.requireNonNull(call.arguments().stringOrNull("query", 0, MAX_TEXT_BYTES));
    Integer page = call.arguments().intOrNull("page", 0, 10);
    Integer limit = call.arguments().intOrNull("limit", 0, 100);
    call.context().charge(RateLimitResource.SEARCH);
    SearchIndex.Hits hits =
        index.search(
            UserSearch.byName(
                text,
                page == null || page == 0 ? 1 : page,
                limit == null || limit == 0 ? DEFAULT_LIMIT : limit));
    Map<Id, LoadedUser> loaded = users.fast(store.users().byIds(hits.ids()).values());
    Caller caller = call.context().caller();
    return hits.ids().stream()
        .map(loaded::get)
        .filter(Objects::nonNull)
        .filter(caller::canSee)
        .map(V3User::new)
        .toList();
  }

  /** Owned sets plus, unless {@code entitled} is false, entitled ones; by id, each once. */
  private static CompletableFuture<List<EmoteSet>> allSets(V3User user, Call call) {
    boolean entitled = !Boolean.FALSE.equals(call.arguments().boolOrNull("entitled"));
    List<Id> ids =
        entitled && user.user() != null
            ? user.user().entitled(EntitlementNode.Kind.EMOTE_SET)
            : List.of();
    return call.load(Loaders.OWNED_SETS, user.id())
        .thenCombine(
            call.loadMany(Loaders.EMOTE_SET, ids),
            (owned, special) -> {
              List<EmoteSet> all = new ArrayList<>(owned == null ? List.of() : owned);
              all.addAll(special);
              return all.stream().distinct().sorted(Comparator.comparing(EmoteSet::id)).toList();
            });
  }

  private static CompletableFuture<List<V3UserOps.Edit>> editors(V3User user, Call call) {
    return call.load(Loaders.EDITORS, user.id())
        .thenApply(rows -> V3UserOps.accepted(rows, UserEditor::editorId));
  }

  private static CompletableFuture<List<V3UserOps.Edit>> editorOf(V3User user, Call call) {
    return call.load(Loaders.EDITOR_FOR, user.id())
        .thenApply(rows -> V3UserOps.accepted(rows, UserEditor::userId));
  }

  private static List<Cosmetic> cosmetics(V3User user) {
    List<Cosmetic> owned = new ArrayList<>();
    LoadedUser loaded = user.user();
    if (loaded != null) {
      for (Id badge : loaded.entitled(EntitlementNode.Kind.BADGE)) {
        owned.add(new Cosmetic(badge, "BADGE", badge.equals(user.badgeId())));
      }
      for (Id paint : loaded.entitled(EntitlementNode.Kind.PAINT)) {
        owned.add(new Cosmetic(paint, "PAINT", paint.equals(user.paintId())));
      }
    }
    return owned;
  }
}
