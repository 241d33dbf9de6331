package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.Permission;
import app.seventv.model.Platform;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import app.seventv.model.UserProfilePicture;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Omitted or null, defaults and order of the v3 reads of users (api-v3.md §8, §13.1). */
class V3UserRulesTest extends SharedWorld {
  private static final Instant LINKED = Instant.parse("2026-01-01T00:00:00.125Z");

  private String defaultRole;

  @BeforeEach
  void findDefaultRole() {
    BsonDocument role = world.collection(CollectionNames.ROLES).find(Filters.eq("rank", 0)).first();
    defaultRole = Role.fromBson(Objects.requireNonNull(role)).id().toString();
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
        "linked_at":1767225600000,"emote_capacity":1000,"emote_set_id":null,"emote_set":null\
        """
            .strip();
    String shown =
        """
        {"id":"%s","username":"p700","display_name":"P","created_at":%d,"style":{},\
        "roles":["%s"],"connections":[%s}]}\
        """
            .formatted(user.id(), user.id().timeMs(), defaultRole, connection);
    assertThat(world.text("/v3/users/" + user.id())).isEqualTo(shown);
    assertThat(world.text("/v3/users/youtube/700"))
        .isEqualTo(connection + ",\"user\":" + shown + "}");
    assertThat(world.text("/v3/users/GOOGLE/700")).isEqualTo(world.text("/v3/users/youtube/700"));
  }

  @Test
  void whatIsEmptyIsLeftOut() throws Exception {
    Bson everybodys = Filters.eq("_id.from", EntitlementNode.GLOBAL_GROUP.toBson());
    List<BsonDocument> edges =
        world
            .collection(CollectionNames.ENTITLEMENT_EDGES)
            .find(everybodys)
            .into(new ArrayList<>());
    User nobody =
        world.put(
            CollectionNames.USERS,
            User.create(Id.parse("00000000000000000000000007"), List.of(), World.NOW));
    world.collection(CollectionNames.ENTITLEMENT_EDGES).deleteMany(everybodys);
    try {
      assertThat(world.text("/v3/users/" + nobody.id()))
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
    JsonNode shown = world.read("/v3/users/twitch/71");
    assertThat(shown.at("/user/connections").valueStream().map(c -> c.path("platform").asString()))
        .containsExactly("KICK", "TWITCH", "YOUTUBE", "DISCORD");
    assertThat(shown.path("platform").asString()).isEqualTo("TWITCH");
    assertThat(shown.path("linked_at").asLong()).isEqualTo(LINKED.toEpochMilli());
    assertThat(shown.at("/user/username").asString()).as("of the first").isEqualTo("KICK");
    assertThat(shown.at("/user/display_name").asString()).isEqualTo("DKICK");
    EmoteSet active = world.set(DevUser.EDITOR, EmoteSet.Kind.NORMAL);
    world.update(
        CollectionNames.USERS,
        user.id(),
        Updates.set("style.active_emote_set_id", active.id().toBson()));
    JsonNode connections = world.read("/v3/users/" + user.id()).path("connections");
    assertThat(connections)
        .hasSize(4)
        .allSatisfy(connection -> {
          assertThat(connection.path("emote_set_id").asString()).isEqualTo(active.id().toString());
          assertThat(connection.at("/emote_set/id").asString()).isEqualTo(active.id().toString());
          assertThat(connection.at("/emote_set/owner").isNull()).isTrue();
        });
    JsonNode byPlatform = world.read("/v3/users/kick/71");
    assertThat(byPlatform.at("/emote_set/id").asString()).isEqualTo(active.id().toString());
    assertThat(byPlatform.at("/user/connections"))
        .allSatisfy(connection -> assertThat(connection.path("emote_set").isNull()).isTrue());
  }

  @Test
  void stylesAreShownToThoseWhoOwnAndMayUseThem() throws Exception {
    User user = world.person("72", Platform.TWITCH);
    Id paint = world.newId();
    Id badge = world.newId();
    world.update(
        CollectionNames.USERS,
        user.id(),
        Updates.combine(
            Updates.set("style.active_paint_id", paint.toBson()),
            Updates.set("style.active_badge_id", badge.toBson())));
    String path = "/v3/users/" + user.id();
    Role uses = world.role(Permission.USER_USE_BADGE, Permission.USER_USE_PAINT);
    grant(user, EntitlementNode.role(uses.id()));
    assertThat(world.read(path).path("style").isEmpty()).as("not owned").isTrue();
    grant(user, EntitlementNode.of(EntitlementNode.Kind.PAINT, paint));
    assertThat(world.read(path).path("style").toString())
        .isEqualTo("{\"paint_id\":\"" + paint + "\"}");
    grant(user, EntitlementNode.of(EntitlementNode.Kind.BADGE, badge));
    Id high = world.role().id();
    grant(user, EntitlementNode.role(high));
    world.update(CollectionNames.ROLES, uses.id(), Updates.set("color", -16711681));
    assertThat(world.read(path).path("style").toString())
        .as("the highest role with a colour")
        .isEqualTo(
            "{\"color\":-16711681,\"paint_id\":\"" + paint + "\",\"badge_id\":\"" + badge + "\"}");
    assertThat(world.read(path).path("roles").valueStream().map(JsonNode::asString))
        .as("highest first")
        .containsExactly(high.toString(), uses.id().toString(), defaultRole);
    world.update(CollectionNames.ROLES, uses.id(), Updates.set("permissions", new BsonDocument()));
    assertThat(world.read(path).path("style").toString())
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
                        Platform.TWITCH,
                        "73",
                        "a",
                        "A",
                        "https://t.example/a.png",
                        World.NOW,
                        World.NOW,
                        true)),
                World.NOW));
    String path = "/v3/users/" + user.id();
    assertThat(world.read(path).path("avatar_url").asString()).isEqualTo("https://t.example/a.png");
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
            picture,
            user.id(),
            new ImageSet(new ImageSet.Processed(outputs.getFirst()), outputs),
            World.NOW));
    world.update(
        CollectionNames.USERS,
        user.id(),
        Updates.set("style.active_profile_picture", picture.toBson()));
    assertThat(world.read(path).path("avatar_url").asString()).startsWith("https://t.example/");
    grant(user, EntitlementNode.role(world.role(Permission.USER_USE_CUSTOM_PROFILE_PICTURE).id()));
    assertThat(world.read(path).path("avatar_url").asString())
        .as("the greatest height, the last of equals")
        .isEqualTo("//cdn.7tv.app/" + folder + "4x.png");
  }

  @Test
  void personalSetsAndEditorsAreListedWhereTheyCount() throws Exception {
    User user = world.person("74", Platform.TWITCH);
    for (EmoteSet.Kind kind : EmoteSet.Kind.values()) {
      EmoteSet set = world.set(null, kind);
      world.update(
          CollectionNames.EMOTE_SETS, set.id(), Updates.set("owner_id", user.id().toBson()));
    }
    for (UserEditor.State state : UserEditor.State.values()) {
      world.put(
          CollectionNames.USER_EDITORS,
          new UserEditor(
              user.id(),
              world.newId(),
              state,
              null,
              new EditorPermissions(2, 2, 0),
              user.id(),
              LINKED,
              World.NOW,
              null));
    }
    String path = "/v3/users/" + user.id();
    Id without = withoutPersonalSets();
    grant(user, EntitlementNode.role(without));
    assertThat(
            world.read(path).path("emote_sets").valueStream().map(set -> set.path("flags").asInt()))
        .containsExactlyInAnyOrder(0, 2);
    world.collection(CollectionNames.ROLES).deleteOne(Filters.eq("_id", without.toBson()));
    grant(user, EntitlementNode.role(world.role(Permission.USER_USE_PERSONAL_EMOTE_SET).id()));
    JsonNode sets = world.read(path).path("emote_sets");
    assertThat(sets.valueStream().map(set -> set.path("flags").asInt()))
        .containsExactlyInAnyOrder(0, 2, 4, 11);
    assertThat(sets)
        .allSatisfy(set ->
            assertThat(set.propertyNames())
                .containsExactly("id", "name", "flags", "tags", "capacity"));
    JsonNode editors = world.read(path).path("editors");
    assertThat(editors).hasSize(1);
    ObjectNode editor = (ObjectNode) editors.get(0);
    assertThat(Id.parseOrNull(editor.remove("id").asString())).isNotNull();
    assertThat(editor.toString())
        .isEqualTo("{\"permissions\":17,\"visible\":true,\"added_at\":1767225600125}");
  }

  /** A role above the default one that takes the permission away. */
  private Id withoutPersonalSets() {
    Id role = world.role().id();
    world.update(
        CollectionNames.ROLES,
        role,
        Updates.set("permissions.user.deny", Permission.USER_USE_PERSONAL_EMOTE_SET.bit()));
    return role;
  }

  @Test
  void capacitiesOfConnectionsAreNeverBelowZero() throws Exception {
    User user = world.person("75", Platform.TWITCH);
    Id role = world.role().id();
    grant(user, EntitlementNode.role(role));
    for (int[] each : new int[][] {{-5, 0}, {0, 0}, {7, 7}}) {
      world.update(
          CollectionNames.ROLES, role, Updates.set("permissions.emote_set_capacity", each[0]));
      assertThat(world.read("/v3/users/twitch/75").path("emote_capacity").asInt())
          .isEqualTo(each[1]);
    }
  }

  private static Image image(String path, int scale, int height, int frames) {
    String mime = "image/" + path.substring(path.lastIndexOf('.') + 1);
    return new Image(path, mime, scale, 100L * height, height, height, frames);
  }

  @Test
  void fiftyEditorsAreEnough() throws Exception {
    Id streamer = world.idOf(DevUser.STREAMER);
    String add =
        "mutation($u: ObjectID!, $e: ObjectID!) { user(id: $u) { editors(editor_id: $e, data:"
            + " {permissions: 16}) { id } } }";
    world.refused("400 BAD_REQUEST", world.streamer, add, "u", streamer, "e", streamer);
    for (int i = 1; i < UserEditor.MAX_EDITORS_PER_USER; i++) {
      world.put(
          CollectionNames.USER_EDITORS,
          new UserEditor(
              streamer,
              world.newId(),
              UserEditor.State.PENDING,
              null,
              new EditorPermissions(2, 2, 0),
              streamer,
              LINKED,
              World.NOW,
              null));
    }
    Id last = world.idOf(DevUser.EDITOR);
    Id more = world.idOf(DevUser.VIEWER);
    world.ok(world.streamer, add, "u", streamer, "e", last);
    world.refused("400 BAD_REQUEST", world.streamer, add, "u", streamer, "e", more);
    assertThat(UserEditor.MAX_EDITORS_PER_USER).isEqualTo(50);
    assertThat(
            world
                .collection(CollectionNames.USER_EDITORS)
                .countDocuments(Filters.eq("_id.user_id", streamer.toBson())))
        .isEqualTo(50);
  }
}
