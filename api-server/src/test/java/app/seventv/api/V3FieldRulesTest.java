package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.OriginConfig;
import app.seventv.model.Permission;
import app.seventv.model.Platform;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import app.seventv.model.UserProfilePicture;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Omitted or null, defaults, order and types of the v3 reads (api-v3.md §2, §8, §13). */
class V3FieldRulesTest extends SharedWorld {
  private static final Instant LINKED = Instant.parse("2026-01-01T00:00:00.125Z");

  private String defaultRole;

  @BeforeEach
  void findDefaultRole() {
    BsonDocument role = world.collection(CollectionNames.ROLES).find(Filters.eq("rank", 0)).first();
    defaultRole = Role.fromBson(Objects.requireNonNull(role)).id().toString();
  }

  private JsonNode get(String path) throws Exception {
    return TestApi.JSON.readTree(text(path));
  }

  private String text(String path) throws Exception {
    HttpResponse<String> response = world.api.get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  private void update(String collection, Id id, Bson change) {
    world.collection(collection).updateOne(Filters.eq("_id", id.toBson()), change);
  }

  private void grant(User user, EntitlementNode to) {
    world.put(
        CollectionNames.ENTITLEMENT_EDGES,
        new EntitlementEdge(EntitlementNode.user(user.id()), to, null));
  }

  // --- users --------------------------------------------------------------------------------

  @Test
  void aBareUserShowsOnlyWhatIsAlwaysThere() throws Exception {
    User user = world.person("700", Platform.GOOGLE);
    String connection =
        """
        {"id":"700","platform":"YOUTUBE","username":"p700","display_name":"P",\
        "linked_at":1767225600000,"emote_capacity":1000,"emote_set_id":null,"emote_set":null"""
            .strip();
    String shown =
        """
        {"id":"%s","username":"p700","display_name":"P","created_at":%d,"style":{},\
        "roles":["%s"],"connections":[%s}]}"""
            .formatted(user.id(), user.id().timeMs(), defaultRole, connection);
    assertThat(text("/v3/users/" + user.id())).isEqualTo(shown);
    assertThat(text("/v3/users/youtube/700")).isEqualTo(connection + ",\"user\":" + shown + "}");
    assertThat(text("/v3/users/GOOGLE/700")).isEqualTo(text("/v3/users/youtube/700"));
  }

  @Test
  void whatIsEmptyIsLeftOut() throws Exception {
    Bson everybodys = Filters.eq("_id.from", EntitlementNode.GLOBAL_GROUP.toBson());
    List<BsonDocument> edges =
        world.collection(CollectionNames.ENTITLEMENT_EDGES).find(everybodys).into(new ArrayList<>());
    User nobody =
        world.put(
            CollectionNames.USERS,
            User.create(Id.parse("00000000000000000000000007"), List.of(), World.NOW));
    world.collection(CollectionNames.ENTITLEMENT_EDGES).deleteMany(everybodys);
    try {
      assertThat(text("/v3/users/" + nobody.id()))
          .isEqualTo(
              "{\"id\":\"00000000000000000000000007\",\"username\":\"\",\"display_name\":\"\","
                  + "\"style\":{}}");
    } finally {
      world.collection(CollectionNames.ENTITLEMENT_EDGES).insertMany(edges);
    }
  }

  @Test
  void connectionsKeepTheOrderInWhichTheyWereLinked() throws Exception {
    List<User.Connection> linked = new ArrayList<>();
    for (Platform platform :
        List.of(Platform.KICK, Platform.TWITCH, Platform.GOOGLE, Platform.DISCORD)) {
      linked.add(
          new User.Connection(
              platform, "71", platform + "", "D" + platform, null, World.NOW, LINKED, true));
    }
    User user = world.put(CollectionNames.USERS, User.create(world.newId(), linked, World.NOW));
    JsonNode shown = get("/v3/users/twitch/71");
    assertThat(shown.at("/user/connections").valueStream().map(c -> c.path("platform").asString()))
        .containsExactly("KICK", "TWITCH", "YOUTUBE", "DISCORD");
    assertThat(shown.path("platform").asString()).isEqualTo("TWITCH");
    assertThat(shown.path("linked_at").asLong()).isEqualTo(LINKED.toEpochMilli());
    assertThat(shown.at("/user/username").asString()).as("of the first").isEqualTo("KICK");
    assertThat(shown.at("/user/display_name").asString()).isEqualTo("DKICK");
    EmoteSet active = world.set(DevUser.EDITOR, EmoteSet.Kind.NORMAL);
    update(
        CollectionNames.USERS,
        user.id(),
        Updates.set("style.active_emote_set_id", active.id().toBson()));
    JsonNode connections = get("/v3/users/" + user.id()).path("connections");
    assertThat(connections).hasSize(4).allSatisfy(connection -> {
      assertThat(connection.path("emote_set_id").asString()).isEqualTo(active.id().toString());
      assertThat(connection.at("/emote_set/id").asString()).isEqualTo(active.id().toString());
      assertThat(connection.at("/emote_set/owner").isNull()).isTrue();
    });
    JsonNode byPlatform = get("/v3/users/kick/71");
    assertThat(byPlatform.at("/emote_set/id").asString()).isEqualTo(active.id().toString());
    assertThat(byPlatform.at("/user/connections"))
        .allSatisfy(connection -> assertThat(connection.path("emote_set").isNull()).isTrue());
  }

  @Test
  void stylesAreShownToThoseWhoOwnAndMayUseThem() throws Exception {
    User user = world.person("72", Platform.TWITCH);
    Id paint = world.newId();
    Id badge = world.newId();
    update(
        CollectionNames.USERS,
        user.id(),
        Updates.combine(
            Updates.set("style.active_paint_id", paint.toBson()),
            Updates.set("style.active_badge_id", badge.toBson())));
    String path = "/v3/users/" + user.id();
    Role uses = world.role(Permission.USER_USE_BADGE, Permission.USER_USE_PAINT);
    grant(user, EntitlementNode.role(uses.id()));
    assertThat(get(path).path("style").isEmpty()).as("not owned").isTrue();
    grant(user, EntitlementNode.of(EntitlementNode.Kind.PAINT, paint));
    assertThat(get(path).path("style").toString()).isEqualTo("{\"paint_id\":\"" + paint + "\"}");
    grant(user, EntitlementNode.of(EntitlementNode.Kind.BADGE, badge));
    Id high = world.role().id();
    grant(user, EntitlementNode.role(high));
    update(CollectionNames.ROLES, uses.id(), Updates.set("color", -16711681));
    assertThat(get(path).path("style").toString())
        .as("the highest role with a colour")
        .isEqualTo(
            "{\"color\":-16711681,\"paint_id\":\"" + paint + "\",\"badge_id\":\"" + badge + "\"}");
    assertThat(get(path).path("roles").valueStream().map(JsonNode::asString))
        .as("highest first")
        .containsExactly(high.toString(), uses.id().toString(), defaultRole);
    update(CollectionNames.ROLES, uses.id(), Updates.set("permissions", new BsonDocument()));
    assertThat(get(path).path("style").toString())
        .as("without the permissions")
        .isEqualTo("{\"color\":-16711681}");
  }

  @Test
  void avatarsAreThePlatformsOrTheOwnOnes() throws Exception {
    User user =
        world.put(
            CollectionNames.USERS,
            User.create(
                world.newId(),
                List.of(
                    new User.Connection(
                        Platform.TWITCH, "73", "a", "A", "https://t.example/a.png", World.NOW,
                        World.NOW, true)),
                World.NOW));
    String path = "/v3/users/" + user.id();
    assertThat(get(path).path("avatar_url").asString()).isEqualTo("https://t.example/a.png");
    Id picture = world.newId();
    String folder = "user/" + user.id() + "/profile-picture/" + picture + "/";
    List<Image> outputs =
        List.of(
            image(folder + "4x.webp", 4, 128, 1),
            image(folder + "4x.png", 4, 128, 1),
            image(folder + "1x.png", 1, 32, 1));
    world.put(
        CollectionNames.USER_PROFILE_PICTURES,
        new UserProfilePicture(
            picture, user.id(), new ImageSet(new ImageSet.Processed(outputs.getFirst()), outputs),
            World.NOW));
    update(
        CollectionNames.USERS,
        user.id(),
        Updates.set("style.active_profile_picture", picture.toBson()));
    assertThat(get(path).path("avatar_url").asString()).startsWith("https://t.example/");
    grant(
        user,
        EntitlementNode.role(world.role(Permission.USER_USE_CUSTOM_PROFILE_PICTURE).id()));
    assertThat(get(path).path("avatar_url").asString())
        .as("the greatest height, the last of equals")
        .isEqualTo("//cdn.7tv.app/" + folder + "4x.png");
  }

  @Test
  void personalSetsAndEditorsAreListedWhereTheyCount() throws Exception {
    User user = world.person("74", Platform.TWITCH);
    for (EmoteSet.Kind kind : EmoteSet.Kind.values()) {
      EmoteSet set = world.set(null, kind);
      update(CollectionNames.EMOTE_SETS, set.id(), Updates.set("owner_id", user.id().toBson()));
    }
    for (UserEditor.State state : UserEditor.State.values()) {
      world.put(
          CollectionNames.USER_EDITORS,
          new UserEditor(
              user.id(), world.newId(), state, null, new EditorPermissions(2, 2, 0), user.id(),
              LINKED, World.NOW, null));
    }
    String path = "/v3/users/" + user.id();
    Id without = withoutPersonalSets();
    grant(user, EntitlementNode.role(without));
    assertThat(get(path).path("emote_sets").valueStream().map(set -> set.path("flags").asInt()))
        .containsExactlyInAnyOrder(0, 2);
    world.collection(CollectionNames.ROLES).deleteOne(Filters.eq("_id", without.toBson()));
    grant(user, EntitlementNode.role(world.role(Permission.USER_USE_PERSONAL_EMOTE_SET).id()));
    JsonNode sets = get(path).path("emote_sets");
    assertThat(sets.valueStream().map(set -> set.path("flags").asInt()))
        .containsExactlyInAnyOrder(0, 2, 4, 11);
    assertThat(sets).allSatisfy(set ->
        assertThat(set.propertyNames())
            .containsExactly("id", "name", "flags", "tags", "capacity"));
    JsonNode editors = get(path).path("editors");
    assertThat(editors).hasSize(1);
    ObjectNode editor = (ObjectNode) editors.get(0);
    assertThat(Id.parseOrNull(editor.remove("id").asString())).isNotNull();
    assertThat(editor.toString())
        .isEqualTo("{\"permissions\":17,\"visible\":true,\"added_at\":1767225600125}");
  }

  /** A role above the default one that takes the permission away. */
  private Id withoutPersonalSets() {
    Id role = world.role().id();
    update(
        CollectionNames.ROLES,
        role,
        Updates.set(
            "permissions.user.deny", Permission.USER_USE_PERSONAL_EMOTE_SET.bit()));
    return role;
  }

  @Test
  void capacitiesOfConnectionsAreNeverBelowZero() throws Exception {
    User user = world.person("75", Platform.TWITCH);
    Id role = world.role().id();
    grant(user, EntitlementNode.role(role));
    for (int[] each : new int[][] {{-5, 0}, {0, 0}, {7, 7}}) {
      update(
          CollectionNames.ROLES, role, Updates.set("permissions.emote_set_capacity", each[0]));
      assertThat(get("/v3/users/twitch/75").path("emote_capacity").asInt()).isEqualTo(each[1]);
    }
  }

  // --- sets ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"NORMAL,0,false,false", "PERSONAL,4,false,false", "GLOBAL,2,false,true",
    "SPECIAL,11,true,true"})
  void emptySetsOfEachKind(
      EmoteSet.Kind kind, int flags, boolean immutable, boolean privileged) throws Exception {
    EmoteSet set = world.set(null, kind);
    update(
        CollectionNames.EMOTE_SETS,
        set.id(),
        Updates.combine(Updates.set("capacity", (BsonValue) null), Updates.set("tags", List.of("a"))));
    assertThat(text("/v3/emote-sets/" + set.id()))
        .isEqualTo(
            """
            {"id":"%s","name":"A set","flags":%d,"tags":["a"],"immutable":%s,"privileged":%s,\
            "emotes":[],"capacity":2147483647,"owner":null}"""
                .formatted(set.id(), flags, immutable, privileged));
  }

  private EmoteSet fill(EmoteSet set, EmoteSet.Entry... entries) {
    update(
        CollectionNames.EMOTE_SETS,
        set.id(),
        Updates.set("emotes", List.of(entries).stream().map(EmoteSet.Entry::toBson).toList()));
    return set;
  }

  private static EmoteSet.Entry entry(
      Id emote, String alias, int flags, @Nullable Id addedBy, @Nullable Id origin) {
    return new EmoteSet.Entry(emote, alias, LINKED, flags, addedBy, origin);
  }

  @Test
  void entriesResolveOrAreLeftOut() throws Exception {
    Emote plain = world.emote(DevUser.STREAMER, "plain");
    Emote deleted = world.emote(DevUser.STREAMER, "deleted");
    update(CollectionNames.EMOTES, deleted.id(), Updates.set("deleted", true));
    Emote merged = world.emote(DevUser.STREAMER, "merged");
    update(
        CollectionNames.EMOTES,
        merged.id(),
        Updates.set("merged", new Emote.Merged(plain.id(), World.NOW).toBson()));
    Emote circle = world.emote(DevUser.STREAMER, "circle");
    update(
        CollectionNames.EMOTES,
        circle.id(),
        Updates.set("merged", new Emote.Merged(circle.id(), World.NOW).toBson()));
    Id actor = world.newId();
    Id origin = world.newId();
    EmoteSet set =
        fill(
            world.set(null, EmoteSet.Kind.NORMAL),
            entry(merged.id(), "first", 1, actor, origin),
            entry(deleted.id(), "gone", 0, null, null),
            entry(world.newId(), "never", 0, null, null),
            entry(circle.id(), "round", 0, null, null),
            entry(plain.id(), "last", 3, null, null));
    update(
        CollectionNames.EMOTE_SETS,
        set.id(),
        Updates.set(
            "origin_config",
            new OriginConfig(
                    List.of(new OriginConfig.Origin(origin, null, List.of())), 5, List.of(), false,
                    false, null)
                .toBson()));
    JsonNode shown = get("/v3/emote-sets/" + set.id());
    assertThat(shown.propertyNames())
        .containsExactly(
            "id", "name", "flags", "tags", "immutable", "privileged", "emotes", "emote_count",
            "capacity", "origins", "owner");
    assertThat(shown.path("emote_count").asInt()).isEqualTo(2);
    assertThat(shown.path("origins").toString())
        .isEqualTo("[{\"id\":\"" + origin + "\",\"weight\":0,\"slices\":[]}]");
    ObjectNode first = (ObjectNode) shown.at("/emotes/0");
    assertThat(first.remove("data").path("id").asString()).isEqualTo(plain.id().toString());
    assertThat(first.toString())
        .isEqualTo(
            """
            {"id":"%s","name":"first","flags":1,"timestamp":%d,"actor_id":"%s","origin_id":"%s"}"""
                .formatted(merged.id(), merged.id().timeMs(), actor, origin));
    JsonNode last = shown.at("/emotes/1");
    assertThat(last.propertyNames())
        .containsExactly("id", "name", "flags", "timestamp", "actor_id", "data", "origin_id");
    assertThat(last.path("flags").asInt()).isEqualTo(1 + 65536 + 131072 + 262144);
    assertThat(last.path("actor_id").isNull() && last.path("origin_id").isNull()).isTrue();
  }

  // --- emotes -------------------------------------------------------------------------------

  private static Image image(String path, int scale, int height, int frames) {
    String mime = "image/" + path.substring(path.lastIndexOf('.') + 1);
    return new Image(path, mime, scale, 100L * height, height, height, frames);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "0,0,-,false,false",
        "1,0,LISTED,true,false",
        "2,1,-,false,false",
        "4,65536,-,false,false",
        "8,256,-,false,false",
        "16,0,PERSONAL,false,false",
        "17,0,PERSONAL LISTED,true,false",
        "32,0,NO_PERSONAL,false,false",
        "49,0,NO_PERSONAL LISTED,true,false",
        "64,0,-,false,true",
        "127,65793,NO_PERSONAL LISTED,true,true"
      })
  void flagsAndStatesOfEmotes(
      int flags, int old, @Nullable String state, boolean listed, boolean animated)
      throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "flags", flags);
    JsonNode shown = get("/v3/emotes/" + emote.id());
    assertThat(shown.propertyNames())
        .containsExactly(
            "id", "name", "flags", "tags", "lifecycle", "state", "listed", "animated", "owner",
            "host", "versions");
    List<String> states = state == null ? List.of() : List.of(state.split(" ", -1));
    for (JsonNode each : List.of(shown, shown.at("/versions/0"))) {
      assertThat(each.path("state").valueStream().map(JsonNode::asString)).isEqualTo(states);
      assertThat(each.path("listed").asBoolean()).isEqualTo(listed);
      assertThat(each.path("animated").asBoolean()).isEqualTo(animated);
      assertThat(each.path("lifecycle").asInt()).isEqualTo(3);
    }
    assertThat(shown.path("flags").asInt()).isEqualTo(old);
    assertThat(shown.path("tags").isArray()).as("present though empty").isTrue();
    JsonNode partial =
        get(
                "/v3/emote-sets/"
                    + fill(
                            world.set(null, EmoteSet.Kind.NORMAL),
                            entry(emote.id(), "a", 0, null, null))
                        .id())
            .at("/emotes/0/data");
    assertThat(partial.propertyNames())
        .as("tags are left out when empty")
        .containsExactly(
            "id", "name", "flags", "lifecycle", "state", "listed", "animated", "owner", "host");
  }

  @Test
  void pendingEmotesHaveNoFilesAndHiddenOwnersAreNotShown() throws Exception {
    Emote emote = world.emote(DevUser.EDITOR, "pending");
    update(
        CollectionNames.EMOTES,
        emote.id(),
        Updates.set(
            "image_set",
            new ImageSet(new ImageSet.Pending("task", "p", "image/gif", 5), List.of()).toBson()));
    String path = "/v3/emotes/" + emote.id();
    JsonNode shown = get(path);
    assertThat(shown.path("lifecycle").asInt(-9)).isZero();
    assertThat(shown.path("host").toString()).isEqualTo("{\"url\":\"\",\"files\":[]}");
    assertThat(shown.at("/owner/username").asString()).isEqualTo(DevUser.EDITOR.login());
    assertThat(shown.at("/versions/0").propertyNames())
        .containsExactly(
            "id", "name", "description", "lifecycle", "state", "listed", "animated", "host",
            "createdAt");
    EmoteSet set =
        fill(world.set(DevUser.EDITOR, EmoteSet.Kind.NORMAL), entry(emote.id(), "a", 0, null, null));
    try (World.Grant _ = world.grant(DevUser.EDITOR, Permission.FLAGS_HIDDEN)) {
      assertThat(get(path).path("owner").isNull()).isTrue();
      JsonNode inSet = get("/v3/emote-sets/" + set.id());
      assertThat(inSet.path("owner").isNull()).isTrue();
      assertThat(inSet.at("/emotes/0/data").has("owner")).as("left out").isFalse();
      assertThat(world.api.get("/v3/users/" + world.idOf(DevUser.EDITOR)).statusCode())
          .isEqualTo(404);
      assertThat(world.api.get("/v3/users/twitch/" + DevUser.EDITOR.id()).statusCode())
          .isEqualTo(404);
    }
    assertThat(get("/v3/emote-sets/" + set.id()).at("/owner/id").asString())
        .isEqualTo(world.idOf(DevUser.EDITOR).toString());
  }
}
