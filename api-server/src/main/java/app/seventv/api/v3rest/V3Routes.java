package app.seventv.api.v3rest;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Editors;
import app.seventv.api.data.EmoteResolver;
import app.seventv.api.data.Owned;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.api.v3rest.V3Models.JsonObject;
import app.seventv.api.web.ApiRequest;
import app.seventv.api.web.Json;
import app.seventv.api.web.Pipeline;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.GlobalConfig;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Platform;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import com.mongodb.client.model.Filters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The v3 reads (api-v3.md §7.4 to §7.6): emotes, emote sets and users. */
public final class V3Routes {
  /** REST always reports this for editors (api-v3.md §13.6). */
  private static final int EDITOR_PERMISSIONS = 17;

  private final Store store;
  private final UserLoader users;
  private final Editors editors;
  private final Owned owned;
  private final EmoteResolver resolver;
  private final V3Models models;

  public V3Routes(Store store, UserLoader users, Editors editors, V3Models models) {
    this.store = store;
    this.users = users;
    this.editors = editors;
    this.owned = new Owned(store);
    this.resolver = new EmoteResolver(store);
    this.models = models;
  }

  /** Adds the routes. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.get("/v3/emotes/{id}", pipeline.handler(0, this::emote));
    routes.get("/v3/emote-sets/global", pipeline.handler(0, this::globalSet));
    routes.get("/v3/emote-sets/{id}", pipeline.handler(0, this::set));
    routes.get("/v3/users/{id}", pipeline.handler(0, this::user));
    routes.get("/v3/users/{platform}/{platform_id}", pipeline.handler(0, this::connection));
  }

  private Response emote(ApiRequest request) {
    Emote emote = store.emotes().byId(id(request));
    if (emote == null || emote.deleted() || emote.merged() != null) {
      throw ApiException.notFound("emote not found");
    }
    LoadedUser owner = visible(users.fullById(emote.ownerId()), request);
    return Json.response(200, models.emote(emote, owner));
  }

  private Response globalSet(ApiRequest request) {
    GlobalConfig config = store.globalConfig();
    if (config == null) {
      throw ApiException.notFound("global config not found");
    }
    return set(request, config.emoteSetId());
  }

  private Response set(ApiRequest request) {
    return set(request, id(request));
  }

  private Response set(ApiRequest request, Id id) {
    EmoteSet set = store.emoteSets().byId(id);
    if (set == null) {
      throw ApiException.notFound("emote set not found");
    }
    Id ownerId = set.ownerId();
    LoadedUser owner = ownerId == null ? null : visible(users.fullById(ownerId), request);
    JsonObject ownerJson = owner == null ? null : models.userPartial(owner);
    return Json.response(200, models.set(set, entries(set, request), ownerJson));
  }

  private Response user(ApiRequest request) {
    LoadedUser user = visible(users.fullById(id(request)), request);
    if (user == null) {
      throw ApiException.notFound("user not found");
    }
    return Json.response(200, user(user, activeSet(user, request)));
  }

  private Response connection(ApiRequest request) {
    Platform platform = platform(request.head().pathParameter("platform"));
    String platformId = request.head().pathParameter("platform_id");
    User document =
        store
            .users()
            .findFirst(
                Filters.elemMatch(
                    "connections",
                    Filters.and(
                        Filters.eq("platform", platform.code()),
                        Filters.eq("platform_id", platformId))));
    LoadedUser user = document == null ? null : visible(users.fullById(document.id()), request);
    if (user == null) {
      throw ApiException.notFound("user not found");
    }
    User.Connection connection =
        user.user().connections().stream()
            .filter(each -> each.platform() == platform && each.platformId().equals(platformId))
            .findFirst()
            .orElseThrow();
    JsonObject json =
        models
            .connectionPartial(user, connection)
            .with("emote_set", activeSet(user, request))
            .with("user", user(user, null));
    return Json.response(200, json);
  }

  /**
   * {@code User}.
   *
   * @param emoteSet the active set to repeat in each connection, or null
   */
  private JsonObject user(LoadedUser user, @Nullable JsonObject emoteSet) {
    List<Object> connections = new ArrayList<>();
    for (User.Connection connection : user.user().connections()) {
      connections.add(models.connectionPartial(user, connection).with("emote_set", emoteSet));
    }
    return models
        .userHead(user)
        .unlessEmpty("emote_sets", ownedSets(user))
        .unlessEmpty("editors", editors(user))
        .unlessEmpty("roles", V3Models.roleIds(user))
        .unlessEmpty("connections", connections);
  }

  private List<JsonObject> ownedSets(LoadedUser user) {
    boolean personal = user.permissions().has(Permission.USER_USE_PERSONAL_EMOTE_SET);
    return owned.sets(List.of(user.id())).getOrDefault(user.id(), List.of()).stream()
        .filter(set -> personal || !isPersonal(set))
        .map(V3Models::setPartial)
        .toList();
  }

  private static boolean isPersonal(EmoteSet set) {
    return set.kind() == EmoteSet.Kind.PERSONAL || set.kind() == EmoteSet.Kind.SPECIAL;
  }

  private List<Object> editors(LoadedUser user) {
    List<Object> rows = new ArrayList<>();
    for (UserEditor row : editors.byOwner(List.of(user.id())).getOrDefault(user.id(), List.of())) {
      if (row.state() == UserEditor.State.ACCEPTED) {
        rows.add(
            new JsonObject()
                .with("id", row.editorId().toString())
                .with("permissions", EDITOR_PERMISSIONS)
                .with("visible", true)
                .with("added_at", row.addedAt().toEpochMilli()));
      }
    }
    return rows;
  }

  private @Nullable JsonObject activeSet(LoadedUser user, ApiRequest request) {
    Id id = user.user().style().activeEmoteSetId();
    EmoteSet set = id == null ? null : store.emoteSets().byId(id);
    return set == null ? null : models.set(set, entries(set, request), null);
  }

  /** The entries that resolve, with their emotes and visible owners. */
  private List<JsonObject> entries(EmoteSet set, ApiRequest request) {
    Map<Id, Emote> emotes =
        resolver.resolve(set.emotes().stream().map(EmoteSet.Entry::id).distinct().toList());
    Map<Id, LoadedUser> owners =
        users.full(emotes.values().stream().map(Emote::ownerId).distinct().toList());
    List<JsonObject> entries = new ArrayList<>(set.emotes().size());
    for (EmoteSet.Entry entry : set.emotes()) {
      Emote emote = emotes.get(entry.id());
      if (emote != null) {
        entries.add(models.entry(entry, emote, visible(owners.get(emote.ownerId()), request)));
      }
    }
    return entries;
  }

  private static @Nullable LoadedUser visible(@Nullable LoadedUser user, ApiRequest request) {
    Caller caller = request.context().caller();
    return user != null && caller.canSee(user) ? user : null;
  }

  private static Id id(ApiRequest request) {
    Id id = Id.parseOrNull(request.head().pathParameter("id"));
    if (id == null) {
      throw ApiException.badRequest("invalid id");
    }
    return id;
  }

  /** Accepts the new and the old name of YouTube (api-v3.md §7.6). */
  private static Platform platform(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "twitch" -> Platform.TWITCH;
      case "discord" -> Platform.DISCORD;
      case "google", "youtube" -> Platform.GOOGLE;
      case "kick" -> Platform.KICK;
      default -> throw ApiException.badRequest("invalid platform");
    };
  }
}
