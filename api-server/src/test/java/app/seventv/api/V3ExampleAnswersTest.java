package app.seventv.api;

import static app.seventv.api.ExampleDocuments.example;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.search.EmoteSearchDocument;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The examples that need a search index, an upload or a signed-in editor. */
class V3ExampleAnswersTest extends SharedWorld {
  private static final Id SET = Id.parse("01FY6Q61G00009MPAZTMB56KM7");

  /** As the browser extension sends them (api-v3.md §14.1). */
  private static final String CHANGE =
      """
      mutation ChangeEmoteInSet(\
      $id: ObjectID!, $action: ListItemAction!, $emote_id: ObjectID!, $name: String) {
        emoteSet(id: $id) {
         id
         emotes(id: $emote_id, action: $action, name: $name) { id name }
        }
      }
      """;

  private static final String SEARCH =
      """
      query SearchEmotes(\
      $query: String!, $page: Int, $sort: Sort, $limit: Int, $filter: EmoteSearchFilter) {
        emotes(query: $query, page: $page, sort: $sort, limit: $limit, filter: $filter) {
          count
          items {
            id name state trending
            owner { id username display_name style { color paint_id } }
            flags
            host { url files { name format width height } }
          }
        }
      }
      """;

  @Test
  void everyExampleHasATest() throws Exception {
    String tests;
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      tests =
          files
              .filter(file -> file.toString().endsWith("Test.java"))
              .map(V3ExampleAnswersTest::text)
              .collect(Collectors.joining());
    }
    try (Stream<Path> examples = Files.list(Path.of("src/test/resources/v3"))) {
      assertThat(examples.map(file -> '"' + file.getFileName().toString() + '"'))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(tests).contains(name));
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Id emote(String id, String name) {
    Emote emote = world.emote(DevUser.STREAMER, name);
    BsonDocument moved = emote.toBson();
    moved.put("_id", Id.parse(id).toBson());
    world.collection(CollectionNames.EMOTES).insertOne(moved);
    return Id.parse(id);
  }

  private JsonNode change(Id emote, String name) throws Exception {
    return world.api.v3(
        world.streamer,
        CHANGE,
        Map.of("id", SET.toString(), "action", "ADD", "emote_id", emote.toString(), "name", name));
  }

  @Test
  void setsAreChangedAsTheExtensionDoesIt() throws Exception {
    JsonNode expected = TestApi.JSON.readTree(example("gql-change-emote-in-set.json"));
    EmoteSet made = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    BsonDocument set = world.require(CollectionNames.EMOTE_SETS, made.id());
    set.put("_id", SET.toBson());
    world.collection(CollectionNames.EMOTE_SETS).insertOne(set);
    JsonNode answer = TestApi.JSON.nullNode();
    for (JsonNode each : expected.at("/data/emoteSet/emotes")) {
      Id emote = emote(each.path("id").asString(), "another");
      answer = change(emote, each.path("name").asString());
    }
    assertThat(answer).isEqualTo(expected);

    ObjectNode refusal = (ObjectNode) TestApi.JSON.readTree(example("gql-error.json"));
    JsonNode refused = change(world.emote(DevUser.STREAMER, "more").id(), "tinyHat");
    // The wording is ours (api-v3.md §3), but it stands in both places behind the code.
    String message = refused.at("/errors/0/message").asString();
    assertThat(message).startsWith("BAD_REQUEST ");
    ((ObjectNode) refusal.at("/errors/0")).put("message", message);
    ((ObjectNode) refusal.at("/errors/0/extensions")).put("message", message);
    assertThat(refused).isEqualTo(refusal);
  }

  @Test
  void emotesAreSearchedAsTheExtensionDoesIt(@TempDir Path folder) throws Exception {
    JsonNode expected = TestApi.JSON.readTree(example("gql-search-emotes.json"));
    Id id = Id.parse(expected.at("/data/emotes/items/0/id").asString());
    try (TestApi own = new TestApi(folder, "")) {
      ExampleDocuments.seed(own.database, TestApi.JSON.readTree(example("rest-emote-by-id.json")));
      List<Id> ranked = List.of(world.newId(), world.newId(), world.newId(), id);
      BsonArray ranking = new BsonArray(ranked.stream().map(Id::toBson).toList());
      own.database
          .getCollection(CollectionNames.API_RANKINGS, BsonDocument.class)
          .insertOne(
              new BsonDocument("_id", new BsonString("trending_day")).append("emotes", ranking));
      Emote emote =
          Emote.fromBson(
              Objects.requireNonNull(
                  own.database
                      .getCollection(CollectionNames.EMOTES, BsonDocument.class)
                      .find(Filters.eq("_id", id.toBson()))
                      .first()));
      own.index("/collections", EmoteSearchDocument.SCHEMA.toJson().toString());
      own.index(
          "/collections/emotes/documents", EmoteSearchDocument.of(emote, World.NOW).toString());
      JsonNode answer =
          own.v3(
              null,
              SEARCH,
              Map.of(
                  "query",
                  "harbor",
                  "page",
                  1,
                  "limit",
                  50,
                  "sort",
                  Map.of("value", "popularity", "order", "DESCENDING"),
                  "filter",
                  Map.of(
                      "category", "TOP",
                      "exact_match", false,
                      "case_sensitive", false,
                      "ignore_tags", false,
                      "zero_width", false,
                      "animated", false,
                      "aspect_ratio", "")));
      assertThat(answer).isEqualTo(expected);
    }
  }

  @Test
  void uploadsAreAnswered() throws Exception {
    JsonNode expected = TestApi.JSON.readTree(example("rest-emote-upload-201.json"));
    HttpResponse<String> response =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/v3/emotes"))
                .header("authorization", "Bearer " + world.streamer)
                .header("x-emote-data", "{\"name\":\"dockBell\",\"tags\":[\"bell\"],\"flags\":256}")
                .POST(
                    HttpRequest.BodyPublishers.ofByteArray(
                        "GIF89a and the rest".getBytes(StandardCharsets.UTF_8))));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    ObjectNode answer = (ObjectNode) TestApi.JSON.readTree(response.body());
    assertThat(Id.parseOrNull(answer.path("id").asString())).isNotNull();
    answer.set("id", expected.path("id"));
    assertThat(TestApi.JSON.writeValueAsString(answer))
        .isEqualTo(TestApi.JSON.writeValueAsString(expected));
  }

  @Test
  void whoComesTooOftenIsToldSo() throws Exception {
    BsonDocument none =
        BsonDocument.parse("{interval_seconds: {$numberLong: '60'}, requests: {$numberLong: '0'}}");
    world
        .collection(CollectionNames.ROLES)
        .updateOne(
            Filters.eq("rank", 0), Updates.set("permissions.ratelimits.user_presence_write", none));
    HttpResponse<String> refused =
        world.api.send(
            HttpRequest.newBuilder(
                    world.api.uri("/v3/users/" + world.idOf(DevUser.STREAMER) + "/presences"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"kind\":1,\"data\":{\"id\":\"1\"}}")));
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.body())
        .isEqualTo(
            TestApi.JSON.writeValueAsString(
                TestApi.JSON.readTree(example("error-rate-limited.json"))));
    for (String name : List.of("limit", "remaining", "reset", "used")) {
      assertThat(refused.headers().firstValue("x-ratelimit-user_presence_write-" + name))
          .contains("0");
    }
  }
}
