package app.seventv.api.v4graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Editors;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Loaders;
import app.seventv.api.search.SearchIndex;
import app.seventv.api.search.UserSearch;
import app.seventv.model.EditorPermissions;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Platform;
import app.seventv.model.RateLimitResource;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import app.seventv.model.UserProfilePicture;
import com.mongodb.client.model.Filters;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Users and what belongs to them (api-v4.md §9, §10.3, §11.4). */
final class UserTypes {
  private static final int MAX_QUERY_BYTES = 100;
  private static final int MAX_PAGE = 100;

  private final Store store;
  private final UserLoader users;
  private final SearchIndex index;
  private final ImageTypes images;

  UserTypes(Store store, UserLoader users, SearchIndex index, ImageTypes images) {
    this.store = store;
    this.users = users;
    this.index = index;
    this.images = images;
  }

  void wire(GraphqlSchema schema) {
    schema.enumeration("Platform", Platform.class);
    schema.enumeration("UserEditorState", UserEditor.State.class);
    schema
        .type("UserQuery", Object.class)
        .fetch("me", (root, call) -> me(call))
        .fetch("user", (root, call) -> byId(call))
        .fetch("userByConnection", (root, call) -> byConnection(call))
        .fetch("search", (root, call) -> search(call));
    Page.wire(schema, "UserSearchResult");
    wireUser(schema);
    wireStyle(schema);
    schema
        .type("UserConnection", User.Connection.class)
        .field("platform", User.Connection::platform)
        .field("platformId", User.Connection::platformId)
        .field("platformUsername", User.Connection::platformUsername)
        .field("platformDisplayName", User.Connection::platformDisplayName)
        .field("platformAvatarUrl", User.Connection::platformAvatarUrl)
        .field("linkedAt", User.Connection::linkedAt)
        .field("updatedAt", User.Connection::updatedAt)
        .field("allowLogin", User.Connection::allowLogin);
    schema
        .type("Role", Role.class)
        .field("id", Role::id)
        .field("name", Role::name)
        .field("description", Role::description)
        .field("color", Role::color)
        .field("tags", Role::tags)
        .field("createdById", Role::createdBy)
        .field("updatedAt", Role::updatedAt)
        .field("searchUpdatedAt", Role::searchUpdatedAt)
        .fetch("createdBy", (role, call) -> call.load(Loaders.USER, role.createdBy()));
  }

  private static void wireUser(GraphqlSchema schema) {
    schema
        .type("User", LoadedUser.class)
        .field("id", LoadedUser::id)
        .field("createdAt", user -> Instant.ofEpochMilli(user.id().timeMs()))
        .field("updatedAt", user -> user.user().updatedAt())
        .field("searchUpdatedAt", user -> user.user().searchUpdatedAt())
        .field("connections", user -> user.user().connections())
        .field("mainConnection", UserTypes::mainConnection)
        .field("highestRoleRank", LoadedUser::highestRoleRank)
        .field("highestRoleColor", LoadedUser::highestRoleColor)
        .field("roleIds", LoadedUser::roleIds)
        .field("roles", LoadedUser::roles)
        .field("style", user -> user)
        .fetch("permissions", UserTypes::permissions)
        .fetch("stripeCustomerId", UserTypes::customerId)
        .fetch("ownedEmotes", (user, call) -> call.load(Loaders.OWNED_EMOTES, user.id()))
        .fetch("ownedEmoteSets", (user, call) -> ownedSets(user, call))
        .fetch("personalEmoteSet", (user, call) -> personalSet(user, call))
        .fetch("specialEmoteSets", (user, call) -> specialSets(user, call))
        .fetch("emoteSets", (user, call) -> allSets(user, call))
        .fetch("editors", (user, call) -> call.load(Loaders.EDITORS, user.id()))
        .fetch("editorFor", (user, call) -> call.load(Loaders.EDITOR_FOR, user.id()))
        .fetch("editableEmoteSetIds", UserTypes::editableSetIds);
  }

  private void wireStyle(GraphqlSchema schema) {
    schema
        .type("UserStyle", LoadedUser.class)
        .field("activeBadgeId", user -> user.user().style().activeBadgeId())
        .field("activePaintId", user -> user.user().style().activePaintId())
        .field("activeEmoteSetId", user -> user.user().style().activeEmoteSetId())
        .field("activeProfilePictureId", user -> user.user().style().activeProfilePicture())
        .field("pendingProfilePictureId", user -> user.user().style().pendingProfilePicture())
        .field("activeProfilePicture", LoadedUser::profilePicture)
        .fetch(
            "activeBadge",
            (user, call) -> call.loadNullable(Loaders.BADGE, user.user().style().activeBadgeId()))
        .fetch(
            "activePaint",
            (user, call) -> call.loadNullable(Loaders.PAINT, user.user().style().activePaintId()))
        .fetch(
            "activeEmoteSet",
            (user, call) ->
                call.loadNullable(Loaders.EMOTE_SET, user.user().style().activeEmoteSetId()));
    schema
        .type("UserProfilePicture", UserProfilePicture.class)
        .field("id", UserProfilePicture::id)
        .field("userId", UserProfilePicture::userId)
        .field("updatedAt", UserProfilePicture::updatedAt)
        .field("images", picture -> images.shown(picture.imageSet()));
  }

  private @Nullable LoadedUser me(Call call) {
    Id id = call.context().caller().userId();
    return id == null ? null : users.fullById(id);
  }

  private @Nullable LoadedUser byId(Call call) {
    LoadedUser user = users.fullById(call.arguments().id("id"));
    return user != null && call.context().caller().canSee(user) ? user : null;
  }

  private @Nullable LoadedUser byConnection(Call call) {
    Platform platform = (Platform) call.arguments().value("platform");
    User found =
        store
            .users()
            .findFirst(
                Filters.elemMatch(
                    "connections",
                    Filters.and(
                        Filters.eq("platform", platform.code()),
                        Filters.eq("platform_id", call.arguments().string("platformId")))));
    LoadedUser user = found == null ? null : users.fast(List.of(found)).get(found.id());
    return user != null && call.context().caller().canSee(user) ? user : null;
  }

  private Page<LoadedUser> search(Call call) {
    String query =
        Objects.requireNonNull(call.arguments().stringOrNull("query", 0, MAX_QUERY_BYTES));
    int page = EmoteTypes.page(call.arguments().intOrNull("page", 0, MAX_PAGE));
    int perPage = EmoteTypes.orElse(call.arguments().intOrNull("perPage", 1, 100), 30);
    call.context().charge(RateLimitResource.SEARCH);
    SearchIndex.Hits hits = index.search(UserSearch.byName(query, page, perPage));
    return page(store, users, hits, perPage, MAX_PAGE, call.context().caller());
  }

  /** Loads hits fast, in rank order, without those the caller may not see (P14). */
  static Page<LoadedUser> page(
      Store store,
      UserLoader users,
      SearchIndex.Hits hits,
      int perPage,
      int maxPages,
      Caller caller) {
    Map<Id, User> documents = store.users().byIds(hits.ids());
    Map<Id, LoadedUser> loaded = users.fast(documents.values());
    List<LoadedUser> items = new ArrayList<>();
    for (Id id : hits.ids()) {
      LoadedUser user = loaded.get(id);
      if (user != null && caller.canSee(user)) {
        items.add(user);
      }
    }
    return new Page<>(items, hits.found(), hits.pages(perPage, maxPages));
  }

  private static User.@Nullable Connection mainConnection(LoadedUser user) {
    List<User.Connection> connections = user.user().connections();
    return connections.isEmpty() ? null : connections.getFirst();
  }

  private static Object permissions(LoadedUser user, Call call) {
    requireSelf(user, call, "you are not allowed to see this user's permissions");
    return user.permissions();
  }

  private static @Nullable String customerId(LoadedUser user, Call call) {
    call.context().caller().guard(Permission.USER_MANAGE_BILLING);
    return user.user().stripeCustomerId();
  }

  private static void requireSelf(LoadedUser user, Call call, String refusal) {
    Caller caller = call.context().caller();
    caller.requireUser();
    if (!caller.is(user.id()) && !caller.has(Permission.USER_MANAGE_ANY)) {
      throw ApiException.forbidden(refusal);
    }
  }

  private static CompletableFuture<List<EmoteSet>> ownedSets(LoadedUser user, Call call) {
    return call.load(Loaders.OWNED_SETS, user.id())
        .thenApply(sets -> sets == null ? List.of() : sets);
  }

  private static CompletableFuture<List<EmoteSet>> specialSets(LoadedUser user, Call call) {
    return call.loadMany(Loaders.EMOTE_SET, user.entitled(EntitlementNode.Kind.EMOTE_SET));
  }

  private static CompletableFuture<Optional<EmoteSet>> personalSet(LoadedUser user, Call call) {
    return ownedSets(user, call)
        .thenApply(
            sets -> sets.stream().filter(set -> set.kind() == EmoteSet.Kind.PERSONAL).findFirst());
  }

  private static CompletableFuture<List<EmoteSet>> allSets(LoadedUser user, Call call) {
    return ownedSets(user, call)
        .thenCombine(
            specialSets(user, call),
            (owned, special) -> {
              List<EmoteSet> all = new ArrayList<>(owned);
              all.addAll(special);
              all.sort(Comparator.comparing(EmoteSet::id));
              return all;
            });
  }

  /** Own sets, and those of owners for whom the user is an accepted set editor (P2). */
  private static CompletableFuture<List<Id>> editableSetIds(LoadedUser user, Call call) {
    requireSelf(user, call, "you are not allowed to see this user's emote sets");
    return call.load(Loaders.EDITOR_FOR, user.id())
        .thenCompose(rows -> {
          List<Id> owners = new ArrayList<>();
          owners.add(user.id());
          for (UserEditor row : rows == null ? List.<UserEditor>of() : rows) {
            if (Editors.grants(row, EditorPermissions.Bit.EMOTE_SET_MANAGE)) {
              owners.add(row.userId());
            }
          }
          return call.loadMany(Loaders.OWNED_SETS, owners);
        })
        .thenApply(
            lists -> lists.stream().flatMap(List::stream).map(EmoteSet::id).sorted().toList());
  }
}
