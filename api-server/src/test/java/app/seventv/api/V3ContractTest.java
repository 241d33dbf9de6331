package app.seventv.api;

import static app.seventv.api.ExampleDocuments.example;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Id;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The published v3 examples: with the documents behind them, the answers are theirs to the byte.
 */
class V3ContractTest extends OneApi {
  private void assertAnswers(String path, String name) throws Exception {
    JsonNode expected = TestApi.JSON.readTree(example(name));
    ExampleDocuments.seed(api.database, expected);
    assertExact(path, expected);
  }

  private void assertExact(String path, JsonNode expected) throws Exception {
    HttpResponse<String> response = api.get(path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("application/json");
    assertThat(response.body()).isEqualTo(TestApi.JSON.writeValueAsString(expected));
  }

  @Test
  void userByConnection() throws Exception {
    assertAnswers("/v3/users/twitch/900100200", "rest-user-by-connection.json");
  }

  @Test
  void userById() throws Exception {
    assertAnswers("/v3/users/01FY3Z34DG000AXYZMK1SRZRFK", "rest-user-by-id.json");
  }

  @Test
  void emoteById() throws Exception {
    assertAnswers("/v3/emotes/01G56BR1T00007XB76V7RMM31V", "rest-emote-by-id.json");
  }

  @Test
  void personalSet() throws Exception {
    assertAnswers("/v3/emote-sets/01HKPQQ5TN7ARKYNQGA21S1CQ6", "rest-emote-set-personal.json");
  }

  @Test
  void globalSet() throws Exception {
    JsonNode expected = TestApi.JSON.readTree(example("rest-emote-set-global.json"));
    ExampleDocuments.seed(api.database, expected);
    api.database
        .getCollection("global_config")
        .updateOne(
            Filters.exists("emote_set_id"),
            Updates.set("emote_set_id", Id.parse(expected.path("id").asString()).toBson()));
    assertExact("/v3/emote-sets/global", expected);
  }

  @Test
  void graphqlUserOfTheExtension() throws Exception {
    ExampleDocuments.seed(
        api.database, TestApi.JSON.readTree(example("rest-user-by-connection.json")));
    ExampleDocuments.editor(
        api.database,
        Id.parse("01FKRM3S80000F3YPY6FHHNHZP"),
        Id.parse("01FY3Z34DG000AXYZMK1SRZRFK"));
    JsonNode answer =
        api.v3(
            null,
            """
            query GetUserByConnection($platform: ConnectionPlatform!, $id: String!) {
              user: userByConnection(platform: $platform, id: $id) {
                id username display_name avatar_url
                style { color paint_id }
                connections { platform emote_set_id }
                editors { id }
                editor_of { id permissions }
                roles
              }
            }
            """,
            Map.of("platform", "TWITCH", "id", "900100200"));
    assertThat(TestApi.JSON.writeValueAsString(answer))
        .isEqualTo(
            TestApi.JSON.writeValueAsString(
                TestApi.JSON.readTree(example("gql-user-by-connection.json"))));
  }

  @Test
  void unknownAccountsAre404() throws Exception {
    HttpResponse<String> response = api.get("/v3/users/twitch/1");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body())
        .isEqualTo(
            TestApi.JSON.writeValueAsString(
                TestApi.JSON.readTree(example("error-not-found.json"))));
  }

  @Test
  void bothIdScalarsAreTakenForAVariable() throws Exception {
    JsonNode answer =
        api.v3(
            null,
            "query($list: [Id!]!) { emotesByID(list: $list) { id } user(id:"
                + " \"01FY3Z34DG000AXYZMK1SRZZZZ\") { id username } }",
            Map.of("list", List.of("65f0a1b2c3d4e5f601234567")));
    assertThat(answer.has("errors")).as(answer.toString()).isFalse();
    assertThat(answer.at("/data/user/username").asString()).isEqualTo("*DeletedUser");
    assertThat(answer.at("/data/user/id").asString()).isEqualTo(Id.NIL.toString());
  }

  @Test
  void getIsServedButNotToPages() throws Exception {
    HttpResponse<String> plain = api.get("/v3/gql?query=%7B__typename%7D");
    assertThat(plain.body()).contains("\"__typename\":\"Query\"");
    HttpResponse<String> fromPage =
        api.send(
            HttpRequest.newBuilder(api.uri("/v3/gql?query=%7B__typename%7D"))
                .header("origin", "https://evil.example"));
    assertThat(fromPage.statusCode()).isEqualTo(400);
  }
}
