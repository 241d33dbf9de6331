package app.seventv.model.search;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Resources;
import app.seventv.model.Role;
import app.seventv.model.User;
import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Workers.md §7.2, over the example documents of data-model.md. */
class SearchDocumentsTest {

  private static final Instant NOW = Instant.ofEpochMilli(1_740_000_000_000L);

  private static BsonDocument stored(String collection) {
    return Resources.bson("documents/" + collection + ".json");
  }

  private static void assertJson(ObjectNode actual, String expected) {
    assertThat(JsonMapper.shared().writeValueAsString(actual))
        .isEqualTo(JsonMapper.shared().writeValueAsString(JsonMapper.shared().readTree(expected)));
  }

  /** Every field present, of the declared type, in the declared order. */
  private static void assertFits(ObjectNode document, SearchSchema schema) {
    assertThat(document.propertyNames())
        .containsExactlyElementsOf(schema.fields().stream().map(SearchSchema.Field::name).toList());
    for (SearchSchema.Field field : schema.fields()) {
      JsonNode value = document.get(field.name());
      boolean fits =
          value.isNull()
              ? field.optional()
              : switch (field.type()) {
                case "string" -> value.isString();
                case "string[]" -> value.isArray();
                case "bool" -> value.isBoolean();
                case "float" -> value.isFloat();
                case "int32" -> value.isInt();
                case "int64" -> value.isLong();
                default -> false;
              };
      assertThat(fits).as(field.name()).isTrue();
    }
  }

  @Test
  void emotes() {
    ObjectNode document = EmoteSearchDocument.of(Emote.fromBson(stored("emotes")), NOW);
    assertFits(document, EmoteSearchDocument.SCHEMA);
    assertJson(
        document,
        """
        {"id": "01JGMQCS1S5JVDHQCZ8QREW4AQ", "owner_id": "01JGFJKB1SZT9MX1ECY1V481JW",
         "default_name": "wavingCat", "tags": ["cat", "wave"], "flag_public_listed": true,
         "flag_private": false, "flag_nsfw": false, "flag_default_zero_width": false,
         "flag_approved_personal": false, "flag_denied_personal": false, "flag_animated": true,
         "aspect_ratio": 1.0, "attribution": [], "merged_into": null, "merged_at": null,
         "score_trending_day": 0, "score_trending_week": 0, "score_trending_month": 0,
         "score_top_daily": 3, "score_top_weekly": 20, "score_top_monthly": 61,
         "score_top_all_time": 840, "deleted": false, "created_at": 1735862412345,
         "updated_at": 1736071200123, "search_updated_at": 1740000000000}\
        """);
  }

  @Test
  void aMergedEmoteCountsAsDeleted() {
    BsonDocument emote = stored("emotes");
    emote.put("merged", new Emote.Merged(Id.NIL, NOW).toBson());
    ObjectNode document = EmoteSearchDocument.of(Emote.fromBson(emote), NOW);
    assertFits(document, EmoteSearchDocument.SCHEMA);
    assertThat(document.get("deleted").booleanValue()).isTrue();
    assertThat(document.get("merged_at").longValue()).isEqualTo(NOW.toEpochMilli());
  }

  @Test
  void emoteSets() {
    ObjectNode document = EmoteSetSearchDocument.of(EmoteSet.fromBson(stored("emote_sets")), NOW);
    assertFits(document, EmoteSetSearchDocument.SCHEMA);
    assertThat(document.get("emotes").get(0).asString()).isEqualTo("01JGMQCS1S5JVDHQCZ8QREW4AQ");
    assertThat(document.get("capacity").intValue()).isEqualTo(1000);
    assertThat(document.get("description").isNull()).isTrue();
  }

  @Test
  void users() {
    Id badge = Id.parse("01JA2B3C4D5E6F7G8H9JAKBMCN");
    BsonDocument stored = stored("users");
    stored.getDocument("style").put("active_badge_id", badge.toBson());
    List<EntitlementNode> grants = List.of(EntitlementNode.role(badge));
    ObjectNode document = UserSearchDocument.of(User.fromBson(stored), grants, NOW);
    assertFits(document, UserSearchDocument.SCHEMA);
    assertThat(document.get("active_badge_id").isNull()).as("not owned").isTrue();
    assertThat(document.get("twitch_names"))
        .extracting(JsonNode::asString)
        .containsExactly("sampleuser", "100200300", "SampleUser");
    assertThat(document.get("entitlement_grants").get(0).asString()).isEqualTo("role:" + badge);
    assertThat(document.get("has_2fa").booleanValue()).isFalse();

    stored
        .getDocument("cached")
        .getArray("entitlements")
        .add(EntitlementNode.of(EntitlementNode.Kind.BADGE, badge).toBson());
    assertThat(
            UserSearchDocument.of(User.fromBson(stored), grants, NOW)
                .get("active_badge_id")
                .asString())
        .as("owned")
        .isEqualTo(badge.toString());
  }

  @Test
  void roles() {
    Role role = Role.fromBson(stored("roles"));
    List<EntitlementNode> grants =
        List.of(EntitlementNode.of(EntitlementNode.Kind.BADGE, role.id()));
    ObjectNode document = RoleSearchDocument.of(role, grants, NOW);
    assertFits(document, RoleSearchDocument.SCHEMA);
    assertThat(document.get("entitlement_grants").get(0).asString())
        .isEqualTo("badge:" + role.id());
    assertThat(document.get("rank").intValue()).isEqualTo(role.rank());
  }

  @Test
  void emotesCanBeSortedByName() {
    assertThat(EmoteSearchDocument.SCHEMA.toJson().get("fields").get(2).toString())
        .isEqualTo(
            "{\"name\":\"default_name\",\"type\":\"string\",\"optional\":false,\"sort\":true}");
  }

  @Test
  void schemasGiveNameTypeAndOptionalOnly() {
    JsonNode schema = EmoteSetSearchDocument.SCHEMA.toJson();
    assertThat(schema.get("name").asString()).isEqualTo("emote_sets");
    assertThat(schema.get("default_sorting_field").asString()).isEqualTo("created_at");
    assertThat(schema.get("fields").get(3).toString())
        .isEqualTo("{\"name\":\"tags\",\"type\":\"string[]\",\"optional\":true}");
    assertThat(schema.get("fields").get(0).toString())
        .isEqualTo("{\"name\":\"id\",\"type\":\"string\",\"optional\":false}");
  }
}
