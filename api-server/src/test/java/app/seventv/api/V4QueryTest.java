package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Document;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.search.EmoteSearchDocument;
import app.seventv.model.search.UserSearchDocument;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What the new site asks, and the transport's limits. */
class V4QueryTest extends OneApi {
  private static final Instant NOW = Instant.parse("2026-02-01T00:00:00.250Z");
  private static final Id WAVE = Id.parse("01HR77R8QTG9546HKCPQYHBXCB");
  private static final Id MERGED = Id.parse("01HK153X00QB7CHW1NH4W84M0D");
  private static final Id UNLISTED = Id.parse("01HY46F6CH7Q1C5K0GDZPJY8FA");
  private static final Id SET = Id.parse("01GRZYQFV0ZBAY31YG75H3DZ6A");
  private static final String SEARCH =
      """
      query EmoteSearch($query: String, $perPage: Int!, $isDefaultSetSet: Boolean!,
          $defaultSetId: Id!) {
        emotes {
          search(query: $query, tags: { tags: [], match: ANY },
              sort: { sortBy: TOP_ALL_TIME, order: DESCENDING },
              filters: { exactMatch: false }, page: 1, perPage: $perPage) {
            items {
              id defaultName
              owner { mainConnection { platformDisplayName } }
              images { url mime size scale width frameCount }
              ranking(ranking: TRENDING_WEEKLY)
              inEmoteSets(emoteSetIds: [$defaultSetId]) @include(if: $isDefaultSetSet) {
                emoteSetId emote { id alias }
              }
            }
            totalCount pageCount
          }
        }
      }
      """;

  @BeforeAll
  void start() throws Exception {
    Id owner = owner();
    insert(CollectionNames.EMOTES, emote(WAVE, owner, "waveHi", Emote.FLAG_PUBLIC_LISTED, null));
    insert(CollectionNames.EMOTES, emote(UNLISTED, owner, "waveSecret", 0, null));
    insert(CollectionNames.EMOTES, emote(MERGED, owner, "old", Emote.FLAG_PUBLIC_LISTED, WAVE));
    insert(CollectionNames.EMOTE_SETS, set(owner));
    BsonDocument ranking =
        new BsonDocument("_id", new BsonString("trending_week"))
            .append("emotes", new BsonArray(List.of(UNLISTED.toBson(), WAVE.toBson())));
    api.database.getCollection("api_rankings", BsonDocument.class).insertOne(ranking);
    api.index("/collections", EmoteSearchDocument.SCHEMA.toJson().toString());
    api.index("/collections", UserSearchDocument.SCHEMA.toJson().toString());
    for (Id id : List.of(WAVE, UNLISTED)) {
      Emote emote =
          Emote.fromBson(
              Objects.requireNonNull(
                  api.database
                      .getCollection(CollectionNames.EMOTES, BsonDocument.class)
                      .find(new BsonDocument("_id", id.toBson()))
                      .first()));
      api.index("/collections/emotes/documents", EmoteSearchDocument.of(emote, NOW).toString());
    }
  }

  private Id owner() throws Exception {
    String token = api.login(DevUser.STREAMER);
    return Id.parse(
        api.v4(token, "{ users { me { id } } }", Map.of()).at("/data/users/me/id").asString());
  }

  private void insert(String collection, Document document) {
    api.database.getCollection(collection, BsonDocument.class).insertOne(document.toBson());
  }

  private static Emote emote(Id id, Id owner, String name, int flags, @Nullable Id target) {
    Image image = new Image("emote/" + id + "/1x.webp", "image/webp", 1, 4210, 32, 32, 24);
    return new Emote(
        id,
        owner,
        name,
        List.of("wave"),
        new ImageSet(new ImageSet.Processed(image), List.of(image)),
        flags,
        1,
        List.of(),
        target == null ? null : new Emote.Merged(target, NOW),
        new Emote.Scores(0, 0, 0, 0, 0, 0, 5),
        false,
        NOW,
        null);
  }

  private static EmoteSet set(Id owner) {
    List<EmoteSet.Entry> entries = new ArrayList<>();
    entries.add(new EmoteSet.Entry(WAVE, "hi", NOW, 0, owner, null));
    entries.add(new EmoteSet.Entry(MERGED, "spinny", NOW, 1, owner, null));
    entries.add(
        new EmoteSet.Entry(Id.parse("01HZZZZZZZZZZZZZZZZZZZZZZZ"), "gone", NOW, 0, null, null));
    return new EmoteSet(
        SET,
        "Set",
        null,
        List.of(),
        entries,
        10,
        owner,
        null,
        EmoteSet.Kind.NORMAL,
        false,
        NOW,
        null);
  }

  private JsonNode search(Map<String, ?> variables) throws Exception {
    return api.v4(null, SEARCH, variables);
  }

  @Test
  void theDirectoryFindsListedEmotes() throws Exception {
    JsonNode answer =
        search(
            Map.of(
                "query",
                "wave",
                "perPage",
                72,
                "isDefaultSetSet",
                true,
                "defaultSetId",
                SET.toString()));
    JsonNode result = answer.at("/data/emotes/search");
    assertThat(result.path("totalCount").asInt()).as(answer.toString()).isEqualTo(1);
    assertThat(result.path("pageCount").asInt()).isEqualTo(1);
    JsonNode item = result.at("/items/0");
    assertThat(item.path("id").asString()).isEqualTo(WAVE.toString());
    assertThat(item.path("ranking").asInt()).isEqualTo(2);
    assertThat(item.at("/owner/mainConnection/platformDisplayName").asString())
        .isEqualTo(DevUser.STREAMER.displayName());
    assertThat(item.at("/images/0/url").asString())
        .isEqualTo("https://cdn.7tv.app/emote/" + WAVE + "/1x.webp");
    assertThat(item.at("/inEmoteSets/0/emote/alias").asString()).isEqualTo("hi");
  }

  @Test
  void searchTextsCannotBringOperators() throws Exception {
    String tagged =
        "query($tags: [String!]!) { emotes { search(tags: {tags: $tags, match: ANY}, sort: {sortBy:"
            + " UPLOAD_DATE, order: DESCENDING}) { totalCount } } }";
    for (String tag : List.of("x` || flag_private: `true", "wave\\", "a,b")) {
      JsonNode refused = api.v4(null, tagged, Map.of("tags", List.of(tag)));
      assertThat(refused.at("/errors/0/message").asString())
          .isEqualTo(
              "Failed to parse \"[String!]\": invalid tags (occurred while parsing \"Tags\")");
    }
    JsonNode found = api.v4(null, tagged, Map.of("tags", List.of("wave")));
    assertThat(found.at("/data/emotes/search/totalCount").asInt())
        .as(found.toString())
        .isEqualTo(1);
    JsonNode old =
        api.v3(
            null,
            "query($q: String!) { emotes(query: $q, filter: {exact_match: true}) { count } }",
            Map.of("q", "w\\` && score_top_all_time:>0"));
    assertThat(old.at("/data/emotes/count").asInt(-1)).as(old.toString()).isZero();
  }

  /** The site sends an empty default set together with {@code include(if: false)} (P16). */
  @Test
  void anUnusedMalformedIdIsNoError() throws Exception {
    JsonNode answer =
        search(Map.of("query", "wave", "perPage", 1, "isDefaultSetSet", false, "defaultSetId", ""));
    assertThat(answer.has("errors")).as(answer.toString()).isFalse();
    JsonNode used =
        search(Map.of("query", "wave", "perPage", 1, "isDefaultSetSet", true, "defaultSetId", ""));
    assertThat(used.at("/errors/0/message").asString())
        .isEqualTo("Failed to parse \"Id\": invalid id length: 0");
    assertThat(used.at("/errors/0/extensions").isMissingNode()).isTrue();
  }

  @Test
  void setsShowWhatResolves() throws Exception {
    JsonNode answer =
        api.v4(
            null,
            "query($id: Id!) { emoteSets { emoteSet(id: $id) { updatedAt emotes(page: 1, perPage:"
                + " 10) { items { id alias flags { zeroWidth } emote { id defaultName } }"
                + " totalCount pageCount } } } }",
            Map.of("id", SET.toString()));
    JsonNode set = answer.at("/data/emoteSets/emoteSet");
    assertThat(set.path("updatedAt").asString()).isEqualTo("2026-02-01T00:00:00.250+00:00");
    assertThat(set.at("/emotes/totalCount").asInt()).isEqualTo(2);
    assertThat(set.at("/emotes/items/1/id").asString()).isEqualTo(MERGED.toString());
    assertThat(set.at("/emotes/items/1/emote/id").asString()).isEqualTo(WAVE.toString());
    assertThat(set.at("/emotes/items/1/flags/zeroWidth").asBoolean()).isTrue();
  }

  /** Some need two loads in a row; alone in a query, nothing else sets the second one going. */
  @Test
  @Timeout(60)
  void eachListOfIdsOfAUserIsAnsweredAlone() throws Exception {
    String token = api.login(DevUser.STREAMER);
    for (int i = 0; i < 20; i++) {
      assertThat(me(token, "editableEmoteSetIds")).contains(SET.toString());
      assertThat(me(token, "roleIds")).isNotEmpty();
      assertThat(me(token, "editableEmoteSetIds roleIds editorFor { userId }")).isNotEmpty();
    }
  }

  private List<String> me(String token, String fields) throws Exception {
    JsonNode answer = api.v4(token, "{ users { me { " + fields + " } } }", Map.of());
    assertThat(answer.has("errors")).as(answer.toString()).isFalse();
    return answer
        .at("/data/users/me")
        .path(fields.split(" ", 2)[0])
        .valueStream()
        .map(JsonNode::asString)
        .toList();
  }

  @Test
  void privateMattersOfOthersAreRefused() throws Exception {
    JsonNode answer =
        api.v4(
            api.login(DevUser.VIEWER),
            "query($id: Id!) { users { user(id: $id) { id permissions { emote { upload } } } } }",
            Map.of("id", owner().toString()));
    assertThat(answer.at("/errors/0/message").asString())
        .isEqualTo("LACKING_PRIVILEGES you are not allowed to see this user's permissions");
    assertThat(answer.at("/errors/0/extensions").propertyNames())
        .containsExactly("code", "status", "fields", "message");
  }

  @Test
  void unservedFieldsSaySo() throws Exception {
    JsonNode answer = api.v4(null, "{ roles { roles { id } } }", Map.of());
    assertThat(answer.at("/errors/0/message").asString()).isEqualTo("BAD_REQUEST not implemented");
    assertThat(answer.at("/errors/0/extensions/status").asInt()).isEqualTo(501);
  }

  @Test
  void theServedSchemasAreThePublishedOnes() throws Exception {
    String v4 = api.v4(null, "{ _service { sdl } }", Map.of()).at("/data/_service/sdl").asString();
    assertThat(v4)
        .isEqualTo(
            GraphqlSchema.resource("v4.graphqls")
                + GraphqlSchema.resource("v4-extensions.graphqls"));
    String v3 = api.v3(null, "{ _service { sdl } }", Map.of()).at("/data/_service/sdl").asString();
    assertThat(v3).isEqualTo(GraphqlSchema.resource("v3.graphqls"));
    JsonNode types = api.v4(null, "{ __schema { types { name } } }", Map.of());
    assertThat(types.at("/data/__schema/types").findValuesAsString("name"))
        .contains("EmoteSetOperation", "JSONObject", "Id");
  }

  @Test
  void limitsHold() throws Exception {
    StringBuilder many = new StringBuilder("{");
    for (int i = 0; i < 401; i++) {
      many.append(" a").append(i).append(": __typename");
    }
    JsonNode complex = api.v4(null, many.append(" }").toString(), Map.of());
    assertThat(complex.at("/errors/0/message").asString()).isEqualTo("Query is too complex.");
    assertThat(complex.path("data").isNull()).isTrue();
    JsonNode deep = api.v4(null, "{ users ".repeat(40) + "}".repeat(40), Map.of());
    assertThat(deep.at("/errors/0/message").asString())
        .isEqualTo("The recursion depth of the query cannot be greater than `32`");
    assertThat(post("[" + "{\"query\":\"{__typename}\"},".repeat(30) + "{}]").statusCode())
        .isEqualTo(400);
    HttpResponse<String> batch = post("[{\"query\":\"{__typename}\"},{\"query\":\"{ nope }\"}]");
    assertThat(batch.statusCode()).isEqualTo(200);
    JsonNode answers = TestApi.JSON.readTree(batch.body());
    assertThat(answers.at("/0/data/__typename").asString()).isEqualTo("Query");
    assertThat(answers.at("/1/errors").size()).isEqualTo(1);
    assertThat(answers.at("/1/extensions").isMissingNode()).isTrue();
    assertThat(post("{").statusCode()).isEqualTo(400);
    assertThat(post("{\"query\":\"forsen\"}").body()).isEqualTo("{\"data\":\"forsen1\"}");
  }

  private HttpResponse<String> post(String body) throws Exception {
    return api.send(
        HttpRequest.newBuilder(api.uri("/v4/gql"))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** Names may be symbols alone; a search for them finds what it can, but does not fail. */
  @Test
  void exactSearchesForSymbolsAloneAreAnswered() throws Exception {
    String query = "query($q:String!){emotes(query:$q,filter:{exact_match:true}){count}}";
    for (String text : List.of("&&", "*", "\"", " ", "\t", "\u0000", ":)", "😀", "\\", "`")) {
      JsonNode answer = api.v3(null, query, Map.of("q", text));
      assertThat(answer.path("errors").isMissingNode()).as("%s: %s", text, answer).isTrue();
    }
    JsonNode missing = api.v3(null, query, Map.of("q", "waveHi2"));
    assertThat(missing.at("/data/emotes/count").asInt(-1)).isZero();
  }
}
