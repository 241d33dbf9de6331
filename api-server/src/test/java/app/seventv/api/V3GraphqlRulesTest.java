package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Platform;
import app.seventv.model.Role;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import com.mongodb.client.model.Updates;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Fields and conversions of the old GraphQL API (api-v3.md §2, §11.4, §13). */
class V3GraphqlRulesTest extends SharedWorld {

  @Test
  void missingUsersAreShownAsPlaceholders() throws Exception {
    String fields =
        "{ id type username display_name created_at avatar_url biography"
            + " style { color paint_id paint { id } badge_id badge { id } } editors { id }"
            + " editor_of { id } cosmetics { id } roles emote_sets { id } owned_emotes { id }"
            + " activity { id } connections { id } inbox_unread_count reports { id } }";
    String placeholder =
        """
        {"id":"00000000000000000000000000","type":"REGULAR","username":"*DeletedUser",\
        "display_name":"*DeletedUser","created_at":"1970-01-01T00:00:00+00:00","avatar_url":"",\
        "biography":"","style":{"color":0,"paint_id":null,"paint":null,"badge_id":null,\
        "badge":null},"editors":[],"editor_of":[],"cosmetics":[],"roles":[],"emote_sets":[],\
        "owned_emotes":[],"activity":[],"connections":[],"inbox_unread_count":0,"reports":[]}\
        """;
    String byId = "query($u: ObjectID!) { user(id: $u) " + fields + " }";
    assertThat(world.ok(null, byId, "u", world.newId()).path("user").toString())
        .isEqualTo(placeholder);
    assertThat(
            world
                .ok(null, "{ userByConnection(platform: KICK, id: \"404\") " + fields + " }")
                .path("userByConnection")
                .toString())
        .isEqualTo(placeholder);
    User hidden = world.person("800", Platform.TWITCH);
    Id role = world.role(Permission.FLAGS_HIDDEN).id();
    world.put(
        CollectionNames.ENTITLEMENT_EDGES,
        new EntitlementEdge(EntitlementNode.user(hidden.id()), EntitlementNode.role(role), null));
    assertThat(world.ok(null, byId, "u", hidden.id()).path("user").toString())
        .isEqualTo(placeholder);
    assertThat(world.ok(world.admin, byId, "u", hidden.id()).at("/user/username").asString())
        .as("User.ViewHidden")
        .isEqualTo("p800");
    world.refused("404 LOAD_ERROR", null, byId, "u", Id.NIL);
    String zeros = "0".repeat(24);
    world.refused("404 LOAD_ERROR", null, byId, "u", zeros);
    JsonNode many =
        world.ok(
            null,
            "query($l: [ObjectID!]!) { usersByID(list: $l) { id } }",
            "l",
            List.of(
                zeros,
                hidden.id().toString(),
                world.newId().toString(),
                world.idOf(DevUser.VIEWER).toString()));
    assertThat(many.path("usersByID").toString())
        .isEqualTo("[{\"id\":\"" + world.idOf(DevUser.VIEWER) + "\"}]");
  }

  @Test
  void timesHaveThreeDigitsOrNone() throws Exception {
    for (Map.Entry<Instant, String> each :
        Map.of(
                Instant.parse("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05+00:00",
                Instant.parse("2026-01-02T03:04:05.060Z"), "2026-01-02T03:04:05.060+00:00")
            .entrySet()) {
      Id id = Id.generate(each.getKey().toEpochMilli(), new Random(each.getValue().hashCode()));
      BsonDocument emote = world.emote(DevUser.STREAMER, "timed").toBson();
      world.collection(CollectionNames.EMOTES).insertOne(emote.append("_id", id.toBson()));
      JsonNode shown = world.ok(null, "{ emote(id: \"" + id + "\") { created_at } }");
      assertThat(shown.at("/emote/created_at").asString()).isEqualTo(each.getValue());
    }
  }

  private static EmoteSet.Entry entry(Id emote, String alias, int second, @Nullable Id origin) {
    return new EmoteSet.Entry(emote, alias, World.NOW.plusSeconds(second), 0, null, origin);
  }

  @Test
  void setsShowTheirEntriesOldestFirst() throws Exception {
    EmoteSet set = world.set(null, EmoteSet.Kind.SPECIAL);
    Emote emote = world.emote(DevUser.STREAMER, "a");
    Emote merged = world.emote(DevUser.STREAMER, "b");
    world.update(
        CollectionNames.EMOTES,
        merged.id(),
        Updates.set("merged", new Emote.Merged(emote.id(), World.NOW).toBson()));
    List<BsonDocument> entries =
        List.of(
            entry(emote.id(), "late", 9, null).toBson(),
            entry(merged.id(), "early", 1, null).toBson(),
            entry(world.newId(), "gone", 0, null).toBson(),
            entry(emote.id(), "foreign", 5, world.newId()).toBson());
    world.update(
        CollectionNames.EMOTE_SETS,
        set.id(),
        Updates.combine(Updates.set("emotes", entries), Updates.set("capacity", (BsonValue) null)));
    String query =
        "query($s: ObjectID!) { emoteSet(id: $s) { flags capacity emote_count owner { id }"
            + " origins { id } owner_id all: emotes { id name timestamp actor { id } }"
            + " own: emotes(origins: false) { name } two: emotes(limit: 2) { name }"
            + " none: emotes(limit: 0) { name } } }";
    JsonNode shown = world.ok(null, query, "s", set.id()).path("emoteSet");
    assertThat(shown.path("capacity").asInt(-1)).as("unlimited").isZero();
    assertThat(shown.path("flags").asInt()).isEqualTo(11);
    assertThat(shown.path("emote_count").asInt()).isEqualTo(3);
    assertThat(shown.path("owner").isNull() && shown.path("owner_id").isNull()).isTrue();
    assertThat(shown.path("origins").isEmpty()).isTrue();
    assertThat(names(shown, "all")).containsExactly("early", "foreign", "late");
    assertThat(shown.at("/all/0").toString())
        .isEqualTo(
            "{\"id\":\""
                + emote.id()
                + "\",\"name\":\"early\",\"timestamp\":\"2026-01-01T00:00:01+00:00\","
                + "\"actor\":null}");
    assertThat(names(shown, "own")).containsExactly("early", "late");
    assertThat(names(shown, "two")).as("of the stored ones").containsExactly("early", "late");
    assertThat(names(shown, "none")).isEmpty();
    JsonNode inRest =
        TestApi.JSON.readTree(world.api.get("/v3/emote-sets/" + set.id()).body()).path("emotes");
    assertThat(inRest.valueStream().map(each -> each.path("name").asString()))
        .as("stored order in REST")
        .containsExactly("late", "early", "foreign");
  }

  private static List<String> names(JsonNode set, String field) {
    return set.path(field).valueStream().map(each -> each.path("name").asString()).toList();
  }

  @Test
  void mergedAndDeletedEmotesAreNotFound() throws Exception {
    Emote live = world.emote(DevUser.STREAMER, "live");
    Emote deleted = world.emote(DevUser.STREAMER, "deleted");
    world.update(CollectionNames.EMOTES, deleted.id(), Updates.set("deleted", true));
    Emote merged = world.emote(DevUser.STREAMER, "merged");
    world.update(
        CollectionNames.EMOTES,
        merged.id(),
        Updates.set("merged", new Emote.Merged(live.id(), World.NOW).toBson()));
    String ids = "[\"" + deleted.id() + "\",\"" + live.id() + "\",\"" + merged.id() + "\"]";
    assertThat(world.ok(null, "{ emotesByID(list: " + ids + ") { name } }").toString())
        .isEqualTo("{\"emotesByID\":[{\"name\":\"live\"}]}");
    String owned = "{ user(id: \"" + live.ownerId() + "\") { owned_emotes { id } } }";
    assertThat(world.ok(null, owned).toString())
        .contains(live.id().toString())
        .doesNotContain(deleted.id().toString(), merged.id().toString());
    for (Id gone : List.of(deleted.id(), merged.id(), world.newId())) {
      assertThat(world.ok(null, "{ emote(id: \"" + gone + "\") { id } }").path("emote").isNull())
          .isTrue();
      assertThat(world.api.get("/v3/emotes/" + gone).statusCode()).isEqualTo(404);
      world.refused(
          "404 LOAD_ERROR",
          world.admin,
          "mutation { emote(id: \""
              + gone
              + "\") { merge(target_id: \""
              + live.id()
              + "\") { id }"
              + " } }");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1,0,0,0,0",
    "2,0,0,0,0",
    "4,0,0,8,4",
    "8,0,6,0,8",
    "16,6,0,0,17",
    "32,0,0,4,32",
    "64,0,0,16,64",
    "128,0,0,0,0",
    "255,6,6,28,125"
  })
  void editorBits(int written, int sets, int emotes, int user, int read) throws Exception {
    Id owner = world.idOf(DevUser.STREAMER);
    Id editor = world.idOf(DevUser.EDITOR);
    world.collection(CollectionNames.USER_EDITORS).deleteMany(new BsonDocument());
    try (World.Grant _ = world.grant(DevUser.EDITOR, Permission.FLAGS_ACCEPT_EDITOR_INVITES)) {
      JsonNode rows =
          world.ok(
              world.streamer,
              "mutation($u: ObjectID!, $e: ObjectID!, $d: UserEditorUpdate!) { user(id: $u) {"
                  + " editors(editor_id: $e, data: $d) { id permissions visible } } }",
              "u",
              owner,
              "e",
              editor,
              "d",
              Map.of("permissions", written, "visible", false));
      assertThat(rows.at("/user/editors").toString())
          .isEqualTo("[{\"id\":\"" + editor + "\",\"permissions\":" + read + ",\"visible\":true}]");
    }
    UserEditor row =
        UserEditor.fromBson(
            world.collection(CollectionNames.USER_EDITORS).find().iterator().next());
    assertThat(row.permissions().emoteSet()).isEqualTo(sets);
    assertThat(row.permissions().emote()).isEqualTo(emotes);
    assertThat(row.permissions().user()).isEqualTo(user);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|{emote:{allow:2}}|{emote:{deny:2}}",
        "1|{emote:{allow:12}}|{emote:{deny:12}}",
        "2|{emote_set:{allow:2}}|{emote_set:{deny:2}}",
        "3|{emote_set:{allow:2}}|{emote_set:{deny:2}}",
        "13|{ticket:{allow:2}}|{ticket:{deny:2}}",
        "24|{user:{allow:8}}|{user:{deny:8}}",
        "30|{user:{allow:1024}}|{user:{deny:1024}}",
        "31|{role:{allow:2}}|{role:{deny:2}}",
        "32|{ticket:{allow:20}}|{ticket:{deny:20}}",
        "33|{user:{allow:128}}|{user:{deny:128}}",
        "41|{emote:{allow:16},emote_moderation_request:{allow:2}}"
            + "|{emote:{deny:16},emote_moderation_request:{deny:2}}",
        "42|{emote_set:{allow:4}}|{emote_set:{deny:4}}",
        "56|{badge:{allow:2},paint:{allow:2}}|{badge:{deny:2},paint:{deny:2}}",
        "62|{admin:{allow:2}}|{admin:{deny:2}}",
        "14|{}|{}",
        "23|{}|{}",
        "25|{}|{}",
        "48|{}|{}",
        "54|{}|{}",
        "55|{}|{}",
        "57|{}|{}",
        "58|{}|{}"
      })
  void roleBits(int bit, String allows, String denies) throws Exception {
    String text = Long.toUnsignedString(1L << bit);
    String both = bit == 2 || bit == 3 ? "12" : text;
    String shown = allows.equals("{}") ? "0" : both;
    JsonNode allowing = createRole(text, "0");
    assertThat(stored(allowing)).isEqualTo(BsonDocument.parse(allows));
    if (bit != 62) { // which has all the others
      assertThat(allowing.path("allowed").asString()).isEqualTo(shown);
    }
    assertThat(allowing.path("denied").asString()).isEqualTo("0");
    JsonNode denying = createRole(text, text);
    assertThat(stored(denying)).as("denials win").isEqualTo(BsonDocument.parse(denies));
    assertThat(denying.path("allowed").asString()).isEqualTo("0");
    assertThat(denying.path("denied").asString()).isEqualTo(shown);
  }

  /** Two old bits stand for one permission: a denial by either wins. */
  @Test
  void denialsWinAlsoByAnotherBit() throws Exception {
    JsonNode role = createRole("4", "8");
    assertThat(stored(role)).isEqualTo(BsonDocument.parse("{emote_set:{deny:2}}"));
    assertThat(role.path("allowed").asString()).isEqualTo("0");
    assertThat(role.path("denied").asString()).isEqualTo("12");
  }

  private JsonNode createRole(String allowed, String denied) throws Exception {
    return world
        .ok(
            world.admin,
            "mutation($d: CreateRoleInput!) { createRole(data: $d) { id allowed denied } }",
            "d",
            Map.of("name", "Bits", "color", 0, "allowed", allowed, "denied", denied))
        .path("createRole");
  }

  private BsonDocument stored(JsonNode role) {
    BsonDocument document =
        world.require(CollectionNames.ROLES, Id.parse(role.path("id").asString()));
    return Role.fromBson(document).permissions().toBson();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1|1|{emote:{deny:127},emote_set:{deny:127},user:{deny:8189}}",
        "2|2|{user:{deny:2}}",
        "4|0|{}",
        "8|8|{flags:{allow:1}}",
        "16|2|{user:{deny:2}}",
        "31|11|{emote:{deny:127},emote_set:{deny:127},user:{deny:8191},flags:{allow:1}}"
      })
  void banEffects(long written, long read, String permissions) throws Exception {
    User victim = world.person("9" + written, Platform.DISCORD);
    JsonNode ban =
        world
            .ok(
                world.admin,
                "mutation($v: ObjectID!, $e: BanEffect!) { createBan(victim_id: $v, reason: \"x\","
                    + " effects: $e, expire_at: \"2999-01-01T00:00:00Z\") { id effects expire_at }"
                    + " }",
                "v",
                victim.id(),
                "e",
                written)
            .path("createBan");
    assertThat(ban.path("effects").asLong()).isEqualTo(read);
    assertThat(ban.path("expire_at").asString()).isEqualTo("2999-01-01T00:00:00+00:00");
    BsonDocument stored =
        world.require(CollectionNames.USER_BANS, Id.parse(ban.path("id").asString()));
    assertThat(stored.getDocument("permissions")).isEqualTo(BsonDocument.parse(permissions));
    assertThat(stored.isNull("removed")).as("explicit").isTrue();
    assertThat(world.require(CollectionNames.USERS, victim.id()).getBoolean("has_bans").getValue())
        .isTrue();
  }

  @Test
  void rolesAreListedByRankAndThenFieldsHaveDefaults() throws Exception {
    Role low = world.role();
    Role high = world.role();
    JsonNode roles =
        world
            .ok(null, "{ roles { id position color invisible allowed denied members { id } } }")
            .path("roles");
    List<Integer> positions =
        roles.valueStream().map(role -> role.path("position").asInt()).toList();
    assertThat(positions).isSortedAccordingTo((a, b) -> Integer.compare(b, a));
    List<String> ids = roles.valueStream().map(role -> role.path("id").asString()).toList();
    assertThat(ids.indexOf(high.id().toString())).isLessThan(ids.indexOf(low.id().toString()));
    JsonNode bare = roles.get(ids.indexOf(high.id().toString()));
    assertThat(bare.toString())
        .isEqualTo(
            "{\"id\":\""
                + high.id()
                + "\",\"position\":"
                + high.rank()
                + ",\"color\":0,\"invisible\":false,\"allowed\":\"0\",\"denied\":\"0\","
                + "\"members\":[]}");
    assertThat(
            world.ok(null, "{ role(id: \"" + world.newId() + "\") { id } }").path("role").isNull())
        .isTrue();
  }
}
