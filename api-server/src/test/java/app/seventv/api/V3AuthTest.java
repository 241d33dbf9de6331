package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.Platform;
import app.seventv.model.User;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sign-in and linking by the old API, with all four platforms (api-v3.md §4.5). */
class V3AuthTest extends SharedWorld {

  /** The state of a sign-in between its two steps. */
  private record Begun(String cookie, String callback) {}

  private Begun begin(String platform, DevUser person, @Nullable String token) throws Exception {
    HttpRequest.Builder first =
        HttpRequest.newBuilder(
            world.api.uri(
                "/v3/auth?platform=" + platform + (token == null ? "" : "&link_connection=true")));
    if (token != null) {
      first.header("authorization", "Bearer " + token);
    }
    HttpResponse<String> start = world.api.send(first);
    assertThat(start.statusCode()).as(start.body()).isEqualTo(303);
    String location = start.headers().firstValue("location").orElseThrow();
    assertThat(location).contains("code_challenge=", "state=");
    HttpResponse<String> authorized =
        world.api.send(HttpRequest.newBuilder(URI.create(location + "&user=" + person.login())));
    assertThat(authorized.statusCode()).as(authorized.body()).isEqualTo(302);
    String back = authorized.headers().firstValue("location").orElseThrow();
    return new Begun(
        start.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0],
        "/v3/auth" + back.substring(back.indexOf('?')));
  }

  private HttpResponse<String> finish(Begun begun) throws Exception {
    return world.api.send(
        HttpRequest.newBuilder(world.api.uri(begun.callback())).header("cookie", begun.cookie()));
  }

  private static String location(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(303);
    return response.headers().firstValue("location").orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"twitch", "discord", "youtube", "kick"})
  @Covers(value = "GET /v3/auth", outcomes = SUCCESS)
  void everyPlatformSignsIn(String platform) throws Exception {
    HttpResponse<String> done = finish(begin(platform, DevUser.STREAMER, null));
    String location = location(done);
    assertThat(location)
        .startsWith("https://old.7tv.app/auth/callback#platform=" + platform + "&token=");
    String token = location.substring(location.indexOf("token=") + 6);
    assertThat(world.ok(token, "{ actor { connections { platform } } }").toString())
        .contains(platform.toUpperCase(Locale.ROOT));
    assertThat(done.headers().allValues("set-cookie"))
        .anyMatch(cookie -> cookie.startsWith("seventv-csrf=;"));
  }

  @Test
  void aNewAccountIsAnnounced() throws Exception {
    world.forgetEvents();
    location(finish(begin("discord", DevUser.EDITOR, null)));
    assertThat(world.nextEvents()).containsExactly("user.create", "user_session.create");
    location(finish(begin("discord", DevUser.EDITOR, null)));
    assertThat(world.nextEvents()).containsExactly("user_session.create");
  }

  @Test
  @Covers(
      value = "GET /v3/auth",
      outcomes = {SUCCESS, CONFLICT})
  void accountsAreLinkedOnce() throws Exception {
    assertThat(location(finish(begin("kick", DevUser.VIEWER, world.viewer))))
        .isEqualTo("https://old.7tv.app/auth/callback#platform=kick&linked=true");
    User viewer = world.user(DevUser.VIEWER);
    assertThat(viewer.connection(Platform.KICK)).isNotNull();
    HttpResponse<String> again = finish(begin("kick", DevUser.VIEWER, world.viewer));
    assertThat(location(again)).endsWith("linked=true"); // refreshed
    assertThat(world.user(DevUser.VIEWER).connections()).hasSize(viewer.connections().size());
    HttpResponse<String> foreign = finish(begin("kick", DevUser.VIEWER, world.editor));
    assertThat(foreign.statusCode()).isEqualTo(400);
    assertThat(foreign.body()).contains("11000");
  }

  @Test
  @Covers(value = "GET /v3/auth", outcomes = BAD_INPUT)
  void aSignInBelongsToItsBrowserAndItsState() throws Exception {
    Begun own = begin("twitch", DevUser.VIEWER, null);
    Begun other = begin("twitch", DevUser.EDITOR, null);
    assertThat(finish(new Begun(other.cookie(), own.callback())).statusCode()).isEqualTo(400);
    assertThat(world.api.get(own.callback()).statusCode()).isEqualTo(400);
    String stolen = own.callback().replaceAll("state=[^&]*", "state=" + stateOf(other.callback()));
    // Another browser's code with the own state and cookie: the verifier does not fit.
    assertThat(finish(new Begun(other.cookie(), stolen)).statusCode()).isEqualTo(500);
    assertThat(world.api.get("/v3/auth?platform=myspace").statusCode()).isEqualTo(400);
    assertThat(world.api.get("/v3/auth?platform=twitch&link_connection=true").statusCode())
        .isEqualTo(400);
  }

  @Test
  void aTokenInTheQueryHasToBeGood() throws Exception {
    String path = "/v3/auth?platform=twitch";
    for (String step : new String[] {"", "&link_connection=true", "&callback=true"}) {
      HttpResponse<String> refused = world.api.get(path + step + "&token=bad");
      assertThat(refused.statusCode()).as(step).isEqualTo(401);
      assertThat(refused.body()).contains("\"error_code\":10000");
    }
    String good = "&token=" + world.viewer;
    assertThat(world.api.get(path + good).statusCode()).isEqualTo(303);
    assertThat(world.api.get(path + "&link_connection=true" + good).statusCode()).isEqualTo(303);
    HttpResponse<String> signedIn = // the token is for those who have no session
        world.api.send(
            HttpRequest.newBuilder(world.api.uri(path + "&token=bad"))
                .header("authorization", "Bearer " + world.viewer));
    assertThat(signedIn.statusCode()).isEqualTo(303);
  }

  private static String stateOf(String callback) {
    for (String part : callback.substring(callback.indexOf('?') + 1).split("&", -1)) {
      if (part.startsWith("state=")) {
        return part.substring("state=".length());
      }
    }
    throw new AssertionError(callback);
  }

  @Test
  @Covers(value = "GET /v3/auth", outcomes = PERMISSION)
  void bannedPeopleStayOutside() throws Exception {
    HttpResponse<String> refused = finish(begin("twitch", DevUser.BANNED, null));
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("20000");
  }

  @Test
  void linkingInTheNewApiNeedsAStartInTheSameBrowser() throws Exception {
    HttpResponse<String> response =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/v4/auth/link/finish"))
                .header("authorization", "Bearer " + world.viewer)
                .header("content-type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        TestApi.JSON.writeValueAsString(
                            Map.of("platform", "twitch", "code", "somebody-elses")))));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("not started in this browser");
  }

  @Test
  void aCodeOfTheNewApiBelongsToTheStateItWasAskedWith() throws Exception {
    assertThat(finishNew("/back?x=1#own", "/back?x=1#own").statusCode()).isEqualTo(200);
    assertThat(finishNew("/back?x=1#own", null).statusCode()).isEqualTo(200); // older pages
    for (String other : new String[] {"", "/back?x=1#other"}) {
      HttpResponse<String> refused = finishNew("/back?x=1#own", other);
      assertThat(refused.statusCode()).as(other).isEqualTo(400);
      assertThat(refused.body()).contains("state mismatch");
    }
  }

  private HttpResponse<String> finishNew(String returnTo, @Nullable String state) throws Exception {
    HttpResponse<String> start =
        world.api.send(
            HttpRequest.newBuilder(
                world.api.uri(
                    "/v4/auth/login?platform=twitch&return_to="
                        + URLEncoder.encode(returnTo, StandardCharsets.UTF_8))));
    String location = start.headers().firstValue("location").orElseThrow();
    HttpResponse<String> authorized =
        world.api.send(HttpRequest.newBuilder(URI.create(location + "&user=pixelpanda")));
    String back = authorized.headers().firstValue("location").orElseThrow();
    Map<String, String> body = new HashMap<>();
    body.put("platform", "twitch");
    body.put("code", back.replaceAll(".*[?&]code=([^&]*).*", "$1"));
    if (state != null) {
      body.put("state", state);
    }
    return world.api.send(
        HttpRequest.newBuilder(world.api.uri("/v4/auth/login/finish"))
            .header(
                "cookie", start.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0])
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(TestApi.JSON.writeValueAsString(body))));
  }

  @Test
  @Covers(
      value = "GET /v3/auth/logout",
      outcomes = {SUCCESS, PERMISSION})
  void foreignPagesSignNobodyOut() throws Exception {
    for (String origin :
        new String[] {"https://evil7tv.app", "https://7tv.app.evil.example", "null"}) {
      HttpResponse<String> refused =
          world.api.send(
              HttpRequest.newBuilder(world.api.uri("/v3/auth/logout"))
                  .header("origin", origin)
                  .header("authorization", "Bearer " + world.viewer));
      assertThat(refused.statusCode()).as(origin).isEqualTo(403);
    }
    HttpResponse<String> nameless =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/v3/auth/logout"))
                .header("sec-fetch-site", "cross-site")
                .header("cookie", "seventv-auth=" + world.viewer));
    assertThat(nameless.statusCode()).as("no referrer").isEqualTo(403);
    assertThat(world.ok(world.viewer, "{ actor { id } }").path("actor").isNull()).isFalse();
  }
}
