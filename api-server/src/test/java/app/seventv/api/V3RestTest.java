package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.EntitlementNode.Kind;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.bus.UserPresence;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import io.nats.client.Nats;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The v3 routes beside the plain reads (api-v3.md §7). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing the bus client can be interrupted
class V3RestTest {
  private static final byte[] GIF = "GIF89a and more".getBytes(StandardCharsets.UTF_8);

  @TempDir static Path folder;
  private World world;

  @BeforeAll
  void start() throws Exception {
    world = new World(folder);
  }

  @AfterAll
  void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void quiet() throws Exception {
    world.forgetEvents();
  }

  private static String example(String name) throws Exception {
    try (InputStream in =
        Objects.requireNonNull(V3RestTest.class.getResourceAsStream("/v3/" + name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private HttpResponse<String> post(String path, Object body) throws Exception {
    return world.api.send(
        HttpRequest.newBuilder(world.api.uri(path))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(TestApi.JSON.writeValueAsString(body))));
  }

  private HttpResponse<String> put(@Nullable String token, String path, byte[] body)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(world.api.uri(path)).PUT(BodyPublishers.ofByteArray(body));
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    return world.api.send(request);
  }

  private static void assertError(HttpResponse<String> response, int status, int code) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(TestApi.JSON.readTree(response.body()).path("error_code").asInt()).isEqualTo(code);
  }

  private static Map<String, Object> presence(String platform, String id) {
    return Map.of("kind", 1, "passive", false, "data", Map.of("platform", platform, "id", id));
  }

  @Test
  @Covers(value = "POST /v3/users/{id}/presences", outcomes = SUCCESS)
  void aPresenceIsAnnouncedWithPersonalSets() throws Exception {
    Emote approved =
        world.emote(DevUser.VIEWER, "ok", Emote.FLAG_PUBLIC_LISTED | Emote.FLAG_APPROVED_PERSONAL);
    Emote other = world.emote(DevUser.VIEWER, "no", Emote.FLAG_PUBLIC_LISTED);
    EmoteSet special = world.set(null, EmoteSet.Kind.SPECIAL);
    for (Id id : List.of(approved.id(), other.id(), world.newId())) {
      EmoteSet.Entry entry = new EmoteSet.Entry(id, "n" + id, World.NOW, 0, null, null);
      world
          .collection(CollectionNames.EMOTE_SETS)
          .updateOne(
              Filters.eq("_id", special.id().toBson()), Updates.push("emotes", entry.toBson()));
    }
    world.entitle(DevUser.STREAMER, EntitlementNode.of(Kind.EMOTE_SET, special.id()));
    Id streamer = world.idOf(DevUser.STREAMER);
    HttpResponse<String> response =
        post("/v3/users/" + streamer + "/presences", presence("TWITCH", "4242"));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode body = TestApi.JSON.readTree(response.body());
    JsonNode shape = TestApi.JSON.readTree(example("rest-presence.json"));
    assertThat(body.propertyNames()).containsExactlyElementsOf(shape.propertyNames());
    assertThat(body.path("user_id").asString()).isEqualTo(streamer.toString());
    UserPresence presence = (UserPresence) world.nextBatch().events().getFirst().data();
    assertThat(presence.channel().id()).isEqualTo("4242");
    UserPresence.PersonalEmoteSet set = presence.personalEmoteSets().getFirst();
    assertThat(set.emoteSet().emotes()).hasSize(2);
    assertThat(set.emotes()).extracting(Emote::id).containsExactly(approved.id());
    assertThat(set.emoteOwners()).containsKey(world.idOf(DevUser.VIEWER));
  }

  @Test
  void passivePresencesAreForOneSession() throws Exception {
    String path = "/v3/users/" + world.idOf(DevUser.STREAMER) + "/presences";
    Map<String, String> channel = Map.of("platform", "TWITCH", "id", "4243");
    Id session = world.newId();
    world.forgetEvents();
    assertThat(announced(path, Map.of("kind", 1, "passive", true, "data", channel))).isNull();
    Map<String, Object> self =
        Map.of("kind", 1, "passive", true, "session_id", session.toString(), "data", channel);
    assertThat(announced(path, self)).isEqualTo(session);
    Map<String, Object> chatting =
        Map.of("kind", 1, "passive", false, "session_id", session.toString(), "data", channel);
    assertThat(announced(path, chatting)).isNull();
  }

  /** The session that a presence on the bus is for; null for the whole channel. */
  private @Nullable Id announced(String path, Map<String, Object> presence) throws Exception {
    assertThat(post(path, presence).statusCode()).isEqualTo(200);
    return ((UserPresence) world.nextBatch().events().getFirst().data()).sessionId();
  }

  @Test
  void presencesAreLimitedAlsoWhereRolesSayNothing() throws Exception {
    try (TestApi own = new TestApi(folder.resolve("limit"), "presences_per_minute = 2\n")) {
      own.database
          .getCollection(CollectionNames.ROLES)
          .updateMany(Filters.empty(), Updates.unset("permissions.ratelimits"));
      String body = TestApi.JSON.writeValueAsString(presence("TWITCH", "1"));
      for (int status : new int[] {404, 404, 429}) {
        HttpResponse<String> response =
            own.send(
                HttpRequest.newBuilder(own.uri("/v3/users/" + world.newId() + "/presences"))
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofString(body)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
      }
    }
  }

  @Test
  @Covers(value = "POST /v3/users/{id}/presences", outcomes = BAD_INPUT)
  void badPresencesAreRefused() throws Exception {
    String path = "/v3/users/" + world.idOf(DevUser.STREAMER) + "/presences";
    assertError(post(path, Map.of("kind", 2, "data", Map.of("id", "1"))), 501, 10000);
    assertError(post(path, presence("TWITCH", "")), 400, 10000);
    assertError(post(path, presence("TWITCH", "x".repeat(101))), 400, 10000);
    assertError(post(path, presence("YOUTUBE", "é")), 400, 10000);
    assertError(post(path, presence("KICK", "4294967296")), 400, 10000);
    assertError(post(path, presence("VIMEO", "1")), 422, 10000);
    assertError(post(path, Map.of("kind", "1")), 422, 10000);
    assertError(
        post("/v3/users/" + world.newId() + "/presences", presence("TWITCH", "1")), 404, 12000);
    HttpResponse<String> broken =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri(path))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{")));
    assertError(broken, 400, 10000);
    HttpResponse<String> text =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri(path)).POST(BodyPublishers.ofString("{}")));
    assertError(text, 415, 10000);
    assertThat(world.api.get(path).statusCode()).isEqualTo(405);
  }

  @Test
  @Covers(
      value = "POST /v3/bridge/event-api",
      outcomes = {SUCCESS, BAD_INPUT})
  void theBridgeGivesAvatars() throws Exception {
    JsonNode expected = TestApi.JSON.readTree(example("rest-bridge-event-api.json"));
    try (TestApi own = new TestApi(folder.resolve("bridge"), "")) {
      ExampleDocuments.seed(
          own.database, TestApi.JSON.readTree(example("rest-user-by-connection.json")));
      for (String identifier : List.of("username:PixelHarbor", "id:01FY3Z34DG000AXYZMK1SRZRFK")) {
        HttpResponse<String> response =
            own.send(
                HttpRequest.newBuilder(own.uri("/v3/bridge/event-api"))
                    .header("content-type", "application/json")
                    .POST(
                        BodyPublishers.ofString(
                            TestApi.JSON.writeValueAsString(
                                Map.of("identifiers", List.of(identifier))))));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode dispatch = TestApi.JSON.readTree(response.body()).path(0);
        assertThat(dispatch.at("/body/object/data/host/url").asString()).startsWith("https://");
        assertThat(dispatch.path("body").propertyNames())
            .containsExactlyElementsOf(expected.at("/0/body").propertyNames());
        assertThat(dispatch.at("/body/object/data").propertyNames())
            .containsExactlyElementsOf(expected.at("/0/body/object/data").propertyNames());
        assertThat(dispatch.at("/body/object/data/user/connections"))
            .isEqualTo(expected.at("/0/body/object/data/user/connections"));
      }
    }
    assertThat(post("/v3/bridge/event-api", Map.of("identifiers", List.of())).body())
        .isEqualTo("[]");
    Object bad = Map.of("identifiers", List.of("username:ok", "username:not ok"));
    assertError(post("/v3/bridge/event-api", bad), 422, 10000);
    Object many = Map.of("identifiers", Collections.nCopies(101, "username:a"));
    assertError(post("/v3/bridge/event-api", many), 400, 10000);
  }

  @Test
  @Covers(
      value = "PUT /v3/users/{id}/profile-picture",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT, CONFLICT})
  void profilePicturesAreUploaded() throws Exception {
    Id streamer = world.idOf(DevUser.STREAMER);
    String own = "/v3/users/@me/profile-picture";
    assertError(put(null, own, GIF), 401, 1000);
    assertError(put(world.streamer, own, GIF), 403, 20000);
    try (World.Grant _ =
        world.grant(DevUser.STREAMER, Permission.USER_USE_CUSTOM_PROFILE_PICTURE)) {
      String byId = "/v3/users/" + streamer + "/profile-picture";
      assertError(put(world.viewer, byId, GIF), 403, 20000);
      assertError(
          put(world.admin, "/v3/users/" + world.newId() + "/profile-picture", GIF), 404, 12000);
      assertError(put(world.streamer, own, new byte[] {1}), 400, 21000);
      HttpResponse<String> done = put(world.streamer, own, GIF);
      assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
      assertThat(done.body()).isEmpty();
      assertError(put(world.streamer, byId, GIF), 409, 11000);
      Id picture =
          Objects.requireNonNull(world.user(DevUser.STREAMER).style().pendingProfilePicture());
      try (var nats = Nats.connect(world.api.nats.uri())) {
        nats.publish(
            "image_processor.profile-picture." + picture,
            ImageProcessorDouble.success(picture.toString()).toByteArray());
        await()
            .atMost(Duration.ofSeconds(10))
            .until(
                () -> picture.equals(world.user(DevUser.STREAMER).style().activeProfilePicture()));
      }
      assertThat(world.user(DevUser.STREAMER).style().pendingProfilePicture()).isNull();
      assertThat(world.nextEvents()).containsExactly("user_profile_picture.process");
      JsonNode user = TestApi.JSON.readTree(world.api.get("/v3/users/" + streamer).body());
      assertThat(user.path("avatar_url").asString()).startsWith("//cdn.7tv.app/");
    }
  }

  @Test
  void configurationVersionsAndDocumentation() throws Exception {
    JsonNode config = TestApi.JSON.readTree(world.api.get("/v3/config/extension").body());
    JsonNode shape = TestApi.JSON.readTree(example("rest-config-extension.json"));
    assertThat(config.propertyNames()).containsExactlyElementsOf(shape.propertyNames());
    assertThat(config.at("/compatibility/0/issues/0").propertyNames())
        .containsExactlyElementsOf(shape.at("/compatibility/0/issues/0").propertyNames());
    assertThat(world.api.get("/v3/config/extension-beta").body()).contains("3.0.10.1000");
    assertError(world.api.get("/v3/config/other"), 404, 10000);

    assertThat(world.api.get("/v3/chatterino/version/win/stable").body())
        .isEqualTo(
            TestApi.JSON.writeValueAsString(
                TestApi.JSON.readTree(example("rest-chatterino-version-win.json"))));
    assertThat(world.api.get("/v3/chatterino/version/linux/beta").body()).contains("tag/v7.5.3");
    assertError(world.api.get("/v3/chatterino/version/Win/stable"), 404, 10000);

    JsonNode docs = TestApi.JSON.readTree(world.api.get("/v3/docs").body());
    assertThat(docs.path("openapi").asString()).startsWith("3.");
    assertThat(docs.path("paths").has("/v3/users/{platform}/{platform_id}")).isTrue();
    HttpResponse<String> page = world.api.get("/v3/gql/playground");
    assertThat(page.headers().firstValue("content-type").orElse("")).startsWith("text/html");
  }

  @Test
  void routesThatAreKnownButNotServed() throws Exception {
    Id streamer = world.idOf(DevUser.STREAMER);
    assertError(post("/v3/entitlements", Map.of()), 501, 10000);
    assertError(
        world.api.send(HttpRequest.newBuilder(world.api.uri("/v3/users/" + streamer)).DELETE()),
        501,
        10000);
    String connection = "/v3/users/" + streamer + "/connections/1";
    for (String body : List.of("{\"new_user_id\":\"" + streamer + "\"}", "{}")) {
      HttpResponse<String> response =
          world.api.send(
              HttpRequest.newBuilder(world.api.uri(connection))
                  .header("content-type", "application/json")
                  .method("PATCH", BodyPublishers.ofString(body)));
      assertThat(response.statusCode()).isEqualTo(body.equals("{}") ? 422 : 501);
    }
  }
}
