package app.seventv.api.v3rest;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.data.BusUsers;
import app.seventv.api.data.EmoteResolver;
import app.seventv.api.data.EventBus;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.api.v3rest.V3Models.JsonObject;
import app.seventv.api.web.ApiRequest;
import app.seventv.api.web.Json;
import app.seventv.api.web.JsonBody;
import app.seventv.api.web.Pipeline;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Platform;
import app.seventv.model.RateLimitResource;
import app.seventv.model.RateLimits;
import app.seventv.model.User;
import app.seventv.model.UserProfilePicture;
import app.seventv.model.bus.BusBatch;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.FullUser;
import app.seventv.model.bus.UserPresence;
import app.seventv.model.topic.Channel;
import app.seventv.model.topic.Channel.StreamPlatform;
import com.mongodb.client.model.Filters;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Presence writes and the avatar bridge, which feed live chats (api-v3.md §7.8, §7.9). */
public final class V3LiveRoutes {
  private static final int CHANNEL = 1;
  private static final int MAX_ID_BYTES = 100;
  private static final int MAX_IDENTIFIERS = 100;
  private static final int COSMETIC = 10;
  private static final Pattern USERNAME = Pattern.compile("username:([A-Za-z0-9_]{1,100})");

  private final Store store;
  private final UserLoader users;
  private final EmoteResolver resolver;
  private final V3Models models;
  private final EventBus bus;
  private final InstantSource clock;
  private final RateLimits limit;

  /**
   * @param presencesPerMinute of one user or address, where roles do not say: anybody may write
   *     them, and each is told to a whole channel
   */
  public V3LiveRoutes(
      Store store,
      UserLoader users,
      V3Models models,
      EventBus bus,
      InstantSource clock,
      int presencesPerMinute) {
    this.limit = new RateLimits(60, presencesPerMinute, null, null);
    this.store = store;
    this.users = users;
    this.resolver = new EmoteResolver(store);
    this.models = models;
    this.bus = bus;
    this.clock = clock;
  }

  /** Adds the routes. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.post("/v3/users/{id}/presences", pipeline.handler(JsonBody.MAX_BYTES, this::presence));
    routes.post("/v3/bridge/event-api", pipeline.handler(JsonBody.MAX_BYTES, this::bridge));
  }

  @Operation(
      value = "POST /v3/users/{id}/presences",
      noConflict = "nothing is stored",
      who = "anybody, for anybody")
  private Response presence(ApiRequest request) {
    Id userId = Id.parseOrNull(request.head().pathParameter("id"));
    if (userId == null) {
      throw ApiException.badRequest("invalid id");
    }
    JsonBody body = JsonBody.read(request);
    long kind = body.integer("kind", 0);
    boolean passive = body.flag("passive", false);
    // Sessions of older event servers had other ids; nobody can be told by such an id.
    Id sessionId = Id.parseOrNull(body.text("session_id", ""));
    JsonBody data = body.object("data");
    StreamPlatform platform = platform(data.text("platform", "TWITCH"));
    String channelId = data.text("id", "");
    request.context().charge(RateLimitResource.USER_PRESENCE_WRITE, limit);
    if (kind != CHANNEL) {
      throw new ApiException(501, ErrorCode.BAD_REQUEST, "only channel presence (1) is supported");
    }
    if (channelId.isEmpty()) {
      throw ApiException.badRequest("missing data.id");
    }
    boolean ascii = StandardCharsets.US_ASCII.newEncoder().canEncode(channelId);
    if (!ascii || channelId.length() > MAX_ID_BYTES) {
      throw ApiException.badRequest("data.id is invalid");
    }
    LoadedUser user = ApiException.found(users.fullById(userId), "user not found");
    Channel channel = Channel.parse(platform, channelId);
    if (channel == null) {
      throw ApiException.badRequest(
          "data.id is not a valid " + platform.name().toLowerCase(Locale.ROOT) + " id");
    }
    Instant now = clock.instant();
    announce(user, channel, passive ? sessionId : null, now);
    return Json.response(
        200,
        new JsonObject()
            .with("id", Id.NIL.toString())
            .with("user_id", userId.toString())
            .with("timestamp", now.toEpochMilli())
            .with("ttl", now.toEpochMilli())
            .with("kind", CHANNEL));
  }

  private static StreamPlatform platform(String name) {
    for (StreamPlatform platform : StreamPlatform.values()) {
      if (platform.name().equals(name)) {
        return platform;
      }
    }
    throw JsonBody.wrong("data.platform");
  }

  /** Nothing is stored, so there is nothing for the outbox to keep: a lost presence comes again. */
  private void announce(LoadedUser user, Channel channel, @Nullable Id sessionId, Instant now) {
    Id badge = user.user().style().activeBadgeId();
    Id paint = user.user().style().activePaintId();
    UserPresence presence =
        new UserPresence(
            Objects.requireNonNull(BusUsers.of(user)),
            channel,
            badge == null ? null : store.badges().byId(badge),
            paint == null ? null : store.paints().byId(paint),
            personalSets(user),
            sessionId);
    BusBatch batch = new BusBatch(List.of(new BusEvent(null, null, presence, now)), now);
    bus.publish(BusBatch.SUBJECT, BusEncoding.encode(batch));
  }

  private List<UserPresence.PersonalEmoteSet> personalSets(LoadedUser user) {
    Set<Id> ids = new LinkedHashSet<>(user.entitled(Kind.EMOTE_SET));
    Id personal = user.user().style().personalEmoteSetId();
    if (personal != null && user.permissions().has(Permission.USER_USE_PERSONAL_EMOTE_SET)) {
      ids.add(personal);
    }
    List<UserPresence.PersonalEmoteSet> sets = new ArrayList<>();
    for (EmoteSet set : store.emoteSets().byIds(ids).values()) {
      sets.add(personalSet(set));
    }
    return sets;
  }

  private UserPresence.PersonalEmoteSet personalSet(EmoteSet set) {
    Map<Id, Emote> resolved =
        resolver.resolve(set.emotes().stream().map(EmoteSet.Entry::id).toList());
    List<EmoteSet.Entry> entries =
        set.emotes().stream().filter(entry -> resolved.containsKey(entry.id())).toList();
    List<Emote> approved =
        resolved.values().stream()
            .filter(emote -> emote.hasFlags(Emote.FLAG_APPROVED_PERSONAL))
            .distinct()
            .toList();
    Map<Id, FullUser> owners = new LinkedHashMap<>();
    users
        .full(approved.stream().map(Emote::ownerId).distinct().toList())
        .forEach((id, owner) -> {
          FullUser form = BusUsers.of(owner);
          if (form != null) {
            owners.put(id, form);
          }
        });
    return new UserPresence.PersonalEmoteSet(set.withEmotes(entries), approved, owners);
  }

  @Operation(value = "POST /v3/bridge/event-api", noConflict = "changes nothing")
  private Response bridge(ApiRequest request) {
    JsonNode identifiers = JsonBody.read(request).list("identifiers");
    Set<String> names = new LinkedHashSet<>();
    Set<Id> ids = new LinkedHashSet<>();
    for (JsonNode identifier : identifiers) {
      if (!identifier.isString() || !take(identifier.asString(), names, ids)) {
        throw JsonBody.wrong("identifiers");
      }
    }
    if (identifiers.size() > MAX_IDENTIFIERS) {
      throw ApiException.badRequest("too many identifiers");
    }
    List<JsonObject> dispatches = new ArrayList<>();
    for (LoadedUser user : users.fullOf(find(names, ids)).values()) {
      UserProfilePicture picture = user.profilePicture();
      if (picture != null
          && !picture.imageSet().outputs().isEmpty()
          && request.context().caller().canSee(user)) {
        dispatches.add(avatar(user, picture));
      }
    }
    return Json.response(200, dispatches);
  }

  private static boolean take(String identifier, Set<String> names, Set<Id> ids) {
    var name = USERNAME.matcher(identifier);
    if (name.matches()) {
      names.add(name.group(1).toLowerCase(Locale.ROOT));
      return true;
    }
    Id id = identifier.startsWith("id:") ? Id.parseOrNull(identifier.substring(3)) : null;
    if (id != null) {
      ids.add(id);
    }
    return id != null;
  }

  private List<User> find(Set<String> names, Set<Id> ids) {
    Map<Id, User> found = new LinkedHashMap<>(store.users().byIds(ids));
    if (!names.isEmpty()) {
      store
          .users()
          .find(
              Filters.elemMatch(
                  "connections",
                  Filters.and(
                      Filters.eq("platform", Platform.TWITCH.code()),
                      Filters.in("platform_username", names))))
          .forEach(user -> found.put(user.id(), user));
    }
    return List.copyOf(found.values());
  }

  private JsonObject avatar(LoadedUser user, UserProfilePicture picture) {
    Map<String, Object> host = models.images().host(picture.imageSet());
    host.put("url", models.images().absoluteFolder(picture.imageSet()));
    String id = user.id().toString();
    JsonObject data =
        new JsonObject()
            .with("id", picture.id().toString())
            .with("user", models.userPartial(user))
            .with("host", host);
    JsonObject object = new JsonObject().with("id", id).with("kind", "AVATAR").with("data", data);
    JsonObject body =
        new JsonObject()
            .with("id", id)
            .with("kind", COSMETIC)
            .with("contextual", true)
            .with("object", object);
    return new JsonObject().with("type", "cosmetic.create").with("body", body);
  }
}
