package app.seventv.devstack.story;

import app.seventv.devstack.Port;
import app.seventv.devstack.login.DevUser;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Steps 4 and 5: the emote is found by name, and the v3 API shows it in the person's set. */
final class ReadSteps {
  private static final Duration INDEX_LIMIT = Duration.ofSeconds(30);
  private static final long POLL_MS = 200;

  private ReadSteps() {}

  static List<StoryStep> all() {
    return List.of(
        new StoryStep(
            "search finds the emote by name", "mongo-typesense", INDEX_LIMIT, ReadSteps::search),
        StoryStep.of("v3 rest shows the emote by id", "api", ReadSteps::emoteById),
        StoryStep.of("v3 rest shows the set", "api", ReadSteps::setById),
        StoryStep.of("v3 rest shows it in the person's set", "api", ReadSteps::userByConnection),
        StoryStep.of("v3 graphql shows it in the person's set", "api", ReadSteps::v3Graphql));
  }

  private static void search(StoryContext story) throws Exception {
    String query =
        "query($name: String) { emotes { search(query: $name, sort: {sortBy: TOP_ALL_TIME, order:"
            + " DESCENDING}, page: 1, perPage: 20) { totalCount items { id defaultName } } } }";
    // A new emote is not listed publicly yet; those who may see unlisted ones find it.
    String token = story.require(StoryContext.ADMIN_TOKEN);
    String id = story.require(UploadSteps.EMOTE_ID);
    while (true) {
      JsonNode found =
          story
              .v4(token, query, Map.of("name", story.require(UploadSteps.EMOTE_NAME)))
              .path("emotes")
              .path("search")
              .path("items");
      for (JsonNode item : found) {
        if (item.path("id").asString("").equals(id)) {
          return;
        }
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  private static JsonNode v3(StoryContext story, String path) throws Exception {
    return story.sendForJson(
        story.request(story.addresses().http(Port.API, "/v3" + path)).build(), 200);
  }

  private static void emoteById(StoryContext story) throws Exception {
    JsonNode emote = v3(story, "/emotes/" + story.require(UploadSteps.EMOTE_ID));
    if (!emote.path("name").asString("").equals(story.require(UploadSteps.EMOTE_NAME))
        || !emote.path("animated").asBoolean(false)
        || emote.path("host").path("files").size() < 4) {
      throw new StoryFailure("the emote is " + emote);
    }
  }

  private static void setById(StoryContext story) throws Exception {
    expectEmote(story, v3(story, "/emote-sets/" + story.require(LiveSteps.SET_ID)));
  }

  private static void userByConnection(StoryContext story) throws Exception {
    JsonNode connection = v3(story, "/users/twitch/" + DevUser.STREAMER.id());
    if (!connection.path("username").asString("").equals(DevUser.STREAMER.login())) {
      throw new StoryFailure("the connection is " + connection);
    }
    expectEmote(story, connection.path("emote_set"));
  }

  private static void v3Graphql(StoryContext story) throws Exception {
    String query =
        "query($id: String!) { userByConnection(platform: TWITCH, id: $id) { id username"
            + " emote_sets { id name emotes { id name data { animated } } } } }";
    String body =
        JsonMapper.shared()
            .writeValueAsString(
                Map.of("query", query, "variables", Map.of("id", DevUser.STREAMER.id())));
    JsonNode answer =
        story.sendForJson(
            story
                .request(story.addresses().http(Port.API, "/v3/gql"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            200);
    JsonNode sets = answer.path("data").path("userByConnection").path("emote_sets");
    for (JsonNode set : sets) {
      if (set.path("id").asString("").equals(story.require(LiveSteps.SET_ID))) {
        expectEmote(story, set);
        return;
      }
    }
    throw new StoryFailure("the answer is " + answer);
  }

  private static void expectEmote(StoryContext story, JsonNode set) throws StoryFailure {
    String id = story.require(UploadSteps.EMOTE_ID);
    for (JsonNode emote : set.path("emotes")) {
      if (emote.path("id").asString("").equals(id)) {
        return;
      }
    }
    throw new StoryFailure("the set does not hold the emote: " + set);
  }
}
