package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import graphql.introspection.IntrospectionQuery;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What strangers send to the old API: odd bodies, oversized documents, halves of characters. */
class V3HostileRequestsTest extends SharedWorld {
  private static final String JSON = "application/json";
  private static final int MAX_FIELDS = 50_000;
  private static final String HELLO = "{\"query\":\"{__typename}\"}";

  private HttpResponse<String> post(String path, String type, byte[] body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(world.api.uri(path))
            .header("authorization", "Bearer " + world.streamer)
            .header("content-type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    return world.api.send(request);
  }

  private HttpResponse<String> post(String path, String type, String body) throws Exception {
    return post(path, type, body.getBytes(StandardCharsets.UTF_8));
  }

  private String message(String query, Map<String, ?> variables) throws Exception {
    JsonNode answer = world.api.v3(null, query, variables);
    assertThat(answer.path("data").isNull()).as(answer.toString()).isTrue();
    return answer.at("/errors/0/message").asString("");
  }

  private static String repeated(int times, String text) {
    return IntStream.range(0, times)
        .mapToObj(i -> text.replace("#", Integer.toString(i)))
        .collect(Collectors.joining(" "));
  }

  // --- GraphQL transport --------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "7",
        "\"x\"",
        "[]",
        "[1]",
        "{}",
        "{\"query\":null}",
        "{\"query\":7}",
        "{\"query\":\"{__typename}\",\"operationName\":7}",
        "{\"query\":\"{__typename}\",\"variables\":[]}",
        "{\"extensions\":{\"persistedQuery\":{\"version\":1}}}"
      })
  void unreadableGraphqlBodiesAre400(String body) throws Exception {
    assertThat(post("/v3/gql", JSON, body).statusCode()).as(body).isEqualTo(400);
  }

  @Test
  void bytesThatAreNoUtf8Are400() throws Exception {
    byte[] body = HELLO.getBytes(StandardCharsets.UTF_8);
    body[12] = (byte) 0xFF;
    assertThat(post("/v3/gql", JSON, body).statusCode()).isEqualTo(400);
  }

  @Test
  void anyContentTypeIsReadAsJson() throws Exception {
    for (String type : List.of(JSON, "text/plain", "application/graphql-response+json")) {
      assertThat(post("/v3/gql", type, HELLO).body()).as(type).contains("\"Query\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v3/gql", "/v4/gql"})
  void multipartBodiesCarryOperationsButNoFiles(String path) throws Exception {
    String type = "multipart/form-data; boundary=X";
    String part = "--X\r\ncontent-disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n";
    String map = part.formatted("map", "{}");
    String one = part.formatted("operations", HELLO);
    String batch = part.formatted("operations", "[" + HELLO + "]");
    assertThat(post(path, type, one + map + "--X--\r\n").body()).startsWith("{\"data\":");
    String shouted = "Multipart/FORM-DATA; Boundary=X"; // case does not matter (RFC 9110 §8.3)
    assertThat(post(path, shouted, one + "--X--\r\n").body()).startsWith("{\"data\":");
    assertThat(post(path, type, batch + map + "--X--\r\n").body()).startsWith("[{\"data\":");
    for (String bad : List.of(map, one + part.formatted("0", "file"), "", "nonsense")) {
      HttpResponse<String> refused = post(path, type, bad + "--X--\r\n");
      assertThat(refused.statusCode()).as(bad).isEqualTo(400);
      assertThat(refused.body()).startsWith("Invalid request: "); // plain text
    }
  }

  @Test
  void aBatchHasOneToThirtyRequests() throws Exception {
    String thirty = "[" + String.join(",", Collections.nCopies(30, HELLO)) + "]";
    String more = "[" + String.join(",", Collections.nCopies(31, HELLO)) + "]";
    JsonNode answers = TestApi.JSON.readTree(post("/v3/gql", JSON, thirty).body());
    assertThat(answers.size()).isEqualTo(30);
    HttpResponse<String> refused = post("/v3/gql", JSON, more);
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("\"error_code\":10000");
  }

  @Test
  void eachRequestOfABatchIsJudgedByItself() throws Exception {
    String complex = "{\"query\":\"{" + repeated(401, "a#:__typename") + "}\"}";
    JsonNode answers =
        TestApi.JSON.readTree(post("/v3/gql", JSON, "[" + complex + "," + HELLO + "]").body());
    assertThat(answers.at("/0/errors/0/message").asString()).isEqualTo("Query is too complex.");
    assertThat(answers.at("/1/data/__typename").asString()).isEqualTo("Query");
  }

  // --- sizes --------------------------------------------------------------------------------

  @Test
  void fourHundredFieldsAreTheLimitAndTheOnlyComplaint() throws Exception {
    world.ok(null, "{" + repeated(400, "a#:__typename") + "}");
    assertThat(message("{" + repeated(1000, "a#:nonsense") + "}", Map.of()))
        .isEqualTo("Query is too complex.");
    String expanded =
        "{"
            + repeated(41, "a#:emoteSetsByID(list:[]){...f}")
            + "} fragment f on EmoteSet{"
            + repeated(10, "b#:id")
            + "}";
    assertThat(message(expanded, Map.of())).isEqualTo("Query is too complex.");
  }

  @Test
  void thirtyTwoLevelsAreTheLimit() throws Exception {
    String open = "... on Query{";
    world.ok(null, "{" + open.repeat(31) + "__typename" + "}".repeat(32));
    assertThat(message("{" + open.repeat(32) + "__typename" + "}".repeat(33), Map.of()))
        .contains("recursion depth");
  }

  @Test
  void introspectionIsForEverybodyButNotInCircles() throws Exception {
    assertThat(world.ok(null, IntrospectionQuery.INTROSPECTION_QUERY).at("/__schema/types").size())
        .isGreaterThan(100);
    String circles = "{__schema{types{" + "fields{type{".repeat(8) + "name" + "}".repeat(19);
    assertThat(message(circles, Map.of())).contains("good faith");
    assertThat(message("{" + repeated(50, "a#:__schema{types{name}}") + "}", Map.of()))
        .contains("good faith");
  }

  @Test
  void documentsThatAreLongButEmptyAreRefusedQuickly() throws Exception {
    message("{...a} fragment a on Query{...b} fragment b on Query{...a}", Map.of());
    message("query " + "@a".repeat(7000) + "{__typename}", Map.of());
    message("query(" + repeated(3000, "$a#:Int") + "){__typename}", Map.of());
    message("{__typename} fragment f on Query{" + "__typename ".repeat(7000) + "}", Map.of());
    message("{__typename" + " ".repeat(10) + "#".repeat(270_000) + "\n}", Map.of());
  }

  @Override
  String settings() {
    assertThat(ApiServer.definition().config("").get(ApiConfig.GRAPHQL_MAX_FIELDS))
        .isEqualTo(1_000_000);
    return "graphql_max_fields = " + MAX_FIELDS + "\n"; // a million take their time
  }

  /** Two sets of two hundred entries, whose owner has the two sets, whose entries … */
  @Test
  void listsWithinListsEndAtTheMostFields() throws Exception {
    Emote emote = world.emote(DevUser.EDITOR, "bomb");
    List<BsonDocument> entries = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      entries.add(new EmoteSet.Entry(emote.id(), "bomb" + i, World.NOW, 0, null, null).toBson());
    }
    for (int i = 0; i < 2; i++) {
      EmoteSet set = world.set(DevUser.EDITOR, EmoteSet.Kind.NORMAL);
      world
          .collection(CollectionNames.EMOTE_SETS)
          .updateOne(Filters.eq("_id", set.id().toBson()), Updates.set("emotes", entries));
    }
    String nested = "emote_sets{emotes{id data{owner{";
    String user = "query($u: ObjectID!){user(id:$u){%s}}";
    Id owner = world.idOf(DevUser.EDITOR);
    String once = user.formatted(nested + "id" + "}".repeat(4));
    assertThat(world.ok(null, once, "u", owner).toString()).hasSizeGreaterThan(10_000);
    String thrice = user.formatted(nested.repeat(3) + "id" + "}".repeat(12));
    assertThat(message(thrice, Map.of("u", owner.toString())))
        .isEqualTo("The answer is too large.");
    world.ok(null, once, "u", owner);
  }

  // --- scalars ------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"TWITCH,true", "\"TWITCH\",true", "twitch,false", "MYSPACE,false", "1,false"})
  void enumLikeScalarsAreEnumsOrStrings(String literal, boolean known) throws Exception {
    JsonNode answer =
        world.api.v3(null, "{userByConnection(platform:" + literal + ",id:\"1\"){id}}", Map.of());
    assertThat(answer.has("errors")).as(answer.toString()).isEqualTo(!known);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "emotes(query:\"\",limit:0){count}",
        "emotes(query:\"\",limit:101){count}",
        "emotes(query:\"\",filter:{aspect_ratio:\"123456789012345678901234567890123\"}){count}",
        "emotes(query:\"\",page:101){count}",
        "emotes(query:\"\",page:-1){count}",
        "emotes(query:\"\",page:99999999999999999999){count}",
        "emotes(query:\"\",page:1.0){count}",
        "emotes(query:\"\",page:\"1\"){count}",
        "users(query:\"\",limit:101){id}",
        "users(query:\"\",page:11){id}",
        "emote(id:5){id}",
        "emote(id:\"\"){id}",
        "emote(id:null){id}",
        "emote{id}",
        "emote(id:\"81234567890123456789012345\"){id}",
        "emote(id:\"IIIIIIIIIIIIIIIIIIIIIIIIII\"){id}"
      })
  void argumentsOutsideTheirLimitsAreRefusedWithoutExtensions(String field) throws Exception {
    world.invalid(null, "{" + field + "}");
  }

  @Test
  void listsOfIdsHaveTheirLimits() throws Exception {
    String id = "0".repeat(24);
    for (Map.Entry<String, Integer> each :
        Map.of("emoteSetsByID", 300, "emotesByID", 100, "usersByID", 100).entrySet()) {
      String query = "query($l: [ObjectID!]!){" + each.getKey() + "(list:$l){id}}";
      world.ok(null, query, "l", Collections.nCopies(each.getValue(), id));
      world.invalid(null, query, "l", Collections.nCopies(each.getValue() + 1, id));
    }
  }

  @Test
  void lengthsOfTextsAreInBytes() throws Exception {
    String query = "query($q: String!){users(query:$q){id}}";
    world.invalid(null, query, "q", "é".repeat(51));
    world.invalid(null, query, "q", "a".repeat(101));
  }

  // --- halves of characters -----------------------------------------------------------------

  @Test
  void halvesOfCharactersAreNotStored() throws Exception {
    Id target = world.emote(DevUser.VIEWER, "target").id();
    String report =
        "{\"query\":\"mutation($d: CreateReportInput!){createReport(data:$d){subject}}\","
            + "\"variables\":{\"d\":{\"target_kind\":2,\"target_id\":\""
            + target
            + "\","
            + "\"subject\":\"%s\",\"body\":\"b\"}}}";
    for (String half : List.of("a\\ud800b", "\\uDC00", "\\uD83D \\uDE00", "\\ude00\\ud83d")) {
      HttpResponse<String> refused = post("/v3/gql", JSON, report.formatted(half));
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
    }
    byte[] raw = report.formatted("a?~b").getBytes(StandardCharsets.UTF_8);
    int at = new String(raw, StandardCharsets.US_ASCII).indexOf("a?~b");
    raw[at] = (byte) 0xED;
    raw[at + 1] = (byte) 0xA0;
    raw[at + 2] = (byte) 0x80;
    assertThat(post("/v3/gql", JSON, raw).statusCode()).isEqualTo(400);
    assertThat(world.collection(CollectionNames.TICKETS).countDocuments()).isZero();
    for (String whole : List.of("\\ud83d\\ude00", "\\\\ud800", "\uD7FF", "\uE000")) {
      HttpResponse<String> taken = post("/v3/gql", JSON, report.formatted(whole));
      assertThat(taken.body()).as(whole).contains("subject").doesNotContain("errors");
    }
  }

  // --- REST ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "400|{",
        "422|[]",
        "422|7",
        "422|{\"kind\":1}",
        "422|{\"kind\":\"1\",\"data\":{}}",
        "422|{\"kind\":99999999999999999999999,\"data\":{}}",
        "422|{\"kind\":1.0,\"data\":{}}",
        "422|{\"kind\":1,\"data\":[]}",
        "422|{\"kind\":1,\"passive\":1,\"data\":{\"id\":\"1\"}}",
        "501|{\"kind\":2,\"data\":{\"id\":\"1\"}}",
        "501|{\"kind\":-1,\"data\":{\"id\":\"1\"}}",
        "400|{\"kind\":1,\"data\":{\"id\":\"\"}}",
        "400|{\"kind\":1,\"data\":{\"id\":\"\\ud800\"}}",
        "422|{\"kind\":1,\"data\":{\"id\":1}}"
      })
  void oddPresencesAreRefusedInJson(int status, String body) throws Exception {
    String path = "/v3/users/" + world.idOf(DevUser.STREAMER) + "/presences";
    HttpResponse<String> refused = post(path, JSON, body);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(status);
    assertThat(TestApi.JSON.readTree(refused.body()).path("error_code").asInt()).isEqualTo(10000);
    assertThat(post(path, "text/plain", "{}").statusCode()).isEqualTo(415);
  }

  /** The extension parses every answer as JSON, also those of the layers below the routes. */
  @ParameterizedTest
  @ValueSource(strings = {"/v3/users/twitch/%00", "/v3/emotes/%ED%A0%80"})
  void refusalsOfTheHttpLayerAreJsonToo(String path) throws Exception {
    HttpResponse<String> refused = world.api.get(path);
    assertThat(refused.statusCode()).isEqualTo(400);
    JsonNode body = TestApi.JSON.readTree(refused.body());
    assertThat(body.path("status").asString()).isEqualTo("Bad Request");
    assertThat(body.path("error_code").asInt()).isEqualTo(10000);
  }

  @Test
  void oversizedBodiesAreRefusedInJson() throws Exception {
    String path = "/v3/users/" + world.idOf(DevUser.STREAMER) + "/presences";
    try {
      HttpResponse<String> refused = post(path, JSON, "{\"x\":\"" + "x".repeat(3_000_000) + "\"}");
      assertThat(refused.statusCode()).isEqualTo(413);
      assertThat(TestApi.JSON.readTree(refused.body()).path("error_code").asInt()).isEqualTo(10000);
    } catch (IOException e) {
      // The server need not read on, so the client may see the end before the answer.
      assertThat(e).isNotNull();
    }
  }

  @Test
  void aWrongMethodIsToldInTheHeaderAlone() throws Exception {
    HttpResponse<String> refused = world.api.get("/v3/users/x/presences");
    assertThat(refused.statusCode()).isEqualTo(405);
    assertThat(refused.headers().firstValue("allow")).contains("POST");
    assertThat(refused.body()).isEmpty();
  }
}
