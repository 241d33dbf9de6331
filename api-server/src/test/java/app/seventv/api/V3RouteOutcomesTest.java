package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.Emote;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permissions;
import app.seventv.model.Role;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each plain route of the old API, when all is well and when it is not (api-v3.md §7). */
class V3RouteOutcomesTest extends SharedWorld {
  private static final byte[] GIF = "GIF89a and more".getBytes(StandardCharsets.UTF_8);
  private static final String SOUND = "{\"name\":\"upped\",\"tags\":[\"tag\"],\"flags\":1}";

  private void assertStatus(int status, String path) throws Exception {
    HttpResponse<String> response = world.api.get(path);
    assertThat(response.statusCode()).as(path + " " + response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .as(path)
        .startsWith("application/json");
  }

  @Test
  @Covers(value = "GET /v3/docs", outcomes = SUCCESS)
  @Covers(
      value = "GET /v3/config/{name}",
      outcomes = {SUCCESS, BAD_INPUT})
  @Covers(
      value = "GET /v3/chatterino/version/{os}/{branch}",
      outcomes = {SUCCESS, BAD_INPUT})
  void documents() throws Exception {
    assertStatus(200, "/v3/docs");
    assertStatus(200, "/v3/config/extension");
    assertStatus(404, "/v3/config/Extension");
    assertStatus(200, "/v3/chatterino/version/macos/stable");
    assertStatus(404, "/v3/chatterino/version/macos/nightly");
    assertStatus(404, "/v3/chatterino/version/amiga/stable");
  }

  @Test
  @Covers(
      value = "GET /v3/emotes/{id}",
      outcomes = {SUCCESS, BAD_INPUT})
  void emotes() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "read");
    assertStatus(200, "/v3/emotes/" + emote.id());
    assertStatus(400, "/v3/emotes/nonsense");
    assertStatus(404, "/v3/emotes/" + world.newId());
    world
        .collection(CollectionNames.EMOTES)
        .updateOne(Filters.eq("_id", emote.id().toBson()), Updates.set("deleted", true));
    assertStatus(404, "/v3/emotes/" + emote.id());
  }

  @Test
  @Covers(value = "GET /v3/emote-sets/global", outcomes = SUCCESS)
  @Covers(
      value = "GET /v3/emote-sets/{id}",
      outcomes = {SUCCESS, BAD_INPUT})
  void sets() throws Exception {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    assertStatus(200, "/v3/emote-sets/global");
    assertStatus(200, "/v3/emote-sets/" + set.id());
    assertStatus(400, "/v3/emote-sets/nonsense");
    assertStatus(404, "/v3/emote-sets/" + world.newId());
  }

  @Test
  @Covers(
      value = "GET /v3/users/{id}",
      outcomes = {SUCCESS, BAD_INPUT})
  @Covers(
      value = "GET /v3/users/{platform}/{platform_id}",
      outcomes = {SUCCESS, BAD_INPUT})
  void users() throws Exception {
    assertStatus(200, "/v3/users/" + world.idOf(DevUser.STREAMER));
    assertStatus(400, "/v3/users/@me");
    assertStatus(404, "/v3/users/" + world.newId());
    assertStatus(200, "/v3/users/TWITCH/" + DevUser.STREAMER.id());
    assertStatus(404, "/v3/users/youtube/" + DevUser.STREAMER.id());
    assertStatus(400, "/v3/users/myspace/" + DevUser.STREAMER.id());
  }

  private HttpResponse<String> upload(@Nullable String token, @Nullable String data, byte[] image)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(world.api.uri("/v3/emotes")).POST(BodyPublishers.ofByteArray(image));
    if (data != null) {
      request.header("x-emote-data", data);
    }
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    return world.api.send(request);
  }

  @Test
  @Covers(
      value = "POST /v3/emotes",
      outcomes = {SUCCESS, BAD_INPUT})
  void uploads() throws Exception {
    HttpResponse<String> done = upload(world.streamer, SOUND, GIF);
    assertThat(done.statusCode()).as(done.body()).isEqualTo(201);
    assertThat(TestApi.JSON.readTree(done.body()).path("lifecycle").asInt(-9)).isZero();
    assertThat(upload(world.streamer, null, GIF).statusCode()).isEqualTo(400);
    for (String data :
        new String[] {"{", "[]", "{\"name\":\"two words\"}", "{\"name\":\"a\",\"tags\":[\"x\"]}"}) {
      assertThat(upload(world.streamer, data, GIF).statusCode()).as(data).isEqualTo(400);
    }
    assertThat(upload(world.streamer, SOUND, new byte[] {1}).statusCode()).isEqualTo(400);
    byte[] big = new byte[7 * 1024 * 1024 + 1];
    assertThat(upload(world.streamer, SOUND, big).statusCode()).isIn(400, 413);
  }

  @Test
  @Covers(value = "POST /v3/emotes", outcomes = PERMISSION)
  void uploadsNeedASessionAndThePermission() throws Exception {
    assertThat(upload(null, SOUND, GIF).statusCode()).isEqualTo(401);
    Id role = world.role().id();
    world
        .collection(CollectionNames.ROLES)
        .updateOne(Filters.eq("_id", role.toBson()), Updates.set("permissions.emote.deny", 2L));
    world.entitle(DevUser.VIEWER, EntitlementNode.role(role));
    assertThat(upload(world.viewer, SOUND, GIF).statusCode()).isEqualTo(403);
  }

  @Test
  @Covers(value = "POST /v3/emotes", outcomes = CONFLICT)
  void peopleWithTooManyPendingRequestsWait() throws Exception {
    int allowed =
        Objects.requireNonNull(
            Role.fromBson(
                    Objects.requireNonNull(
                        world
                            .collection(CollectionNames.ROLES)
                            .find(Filters.eq("rank", 0))
                            .first()))
                .permissions()
                .limit(Permissions.Limit.EMOTE_MODERATION_REQUEST_LIMIT));
    for (int i = 0; i < allowed; i++) {
      if (i == allowed - 1) {
        HttpResponse<String> last = upload(world.editor, SOUND, GIF);
        assertThat(last.statusCode()).as(last.body()).isEqualTo(201);
      }
      world.put(
          CollectionNames.EMOTE_MODERATION_REQUESTS,
          new EmoteModerationRequest(
              world.newId(),
              world.idOf(DevUser.EDITOR),
              EmoteModerationRequest.Kind.PUBLIC_LISTING,
              null,
              world.newId(),
              EmoteModerationRequest.Status.PENDING,
              null,
              List.of(),
              0,
              World.NOW,
              null));
    }
    HttpResponse<String> refused = upload(world.editor, SOUND, GIF);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
    assertThat(refused.body()).contains("20000");
  }

  @Test
  @Covers(
      value = "POST /v3/auth/logout",
      outcomes = {SUCCESS, PERMISSION, BAD_INPUT})
  @Covers(value = "GET /v3/auth/logout", outcomes = BAD_INPUT)
  void signingOut() throws Exception {
    String token = world.api.login(DevUser.VIEWER);
    assertThat(logout(token, "https://evil.example", "").statusCode()).isEqualTo(403);
    assertThat(logout(null, null, "?token=forged").statusCode()).isEqualTo(401);
    assertThat(world.api.get("/v3/auth/logout?token=forged").statusCode()).isEqualTo(401);
    assertThat(logout(token, TestApi.SITE, "").statusCode()).isEqualTo(204);
    assertThat(logout(token, TestApi.SITE, "").statusCode()).isEqualTo(401);
    assertThat(logout(null, null, "").statusCode()).isEqualTo(204);
  }

  private HttpResponse<String> logout(@Nullable String token, @Nullable String origin, String query)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(world.api.uri("/v3/auth/logout" + query))
            .POST(BodyPublishers.noBody());
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    if (origin != null) {
      request.header("origin", origin);
    }
    return world.api.send(request);
  }

  @Test
  @Covers(value = "UserOps.delete", outcomes = BAD_INPUT)
  @Covers(value = "UserOps.refreshSubscriptions", outcomes = BAD_INPUT)
  @Covers(value = "EmoteOps.update (deleted)", outcomes = BAD_INPUT)
  void malformedIdsAreRefusedBeforeAnythingIsDone() throws Exception {
    for (String operation :
        new String[] {
          "user(id: \"nonsense\") { delete }",
          "user(id: \"nonsense\") { refreshSubscriptions }",
          "emote(id: \"nonsense\") { update(params: {deleted: true}) { id } }"
        }) {
      world.invalid(world.admin, "mutation { " + operation + " }");
    }
  }

  @Test
  @Covers(value = "POST /egvault/v1/subscriptions/{target}/reactivate", outcomes = BAD_INPUT)
  void malformedTargetsAreRefused() throws Exception {
    HttpResponse<String> refused =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/egvault/v1/subscriptions/nonsense/reactivate"))
                .header("authorization", "Bearer " + world.viewer)
                .POST(BodyPublishers.noBody()));
    assertThat(refused.statusCode()).isEqualTo(400);
  }
}
