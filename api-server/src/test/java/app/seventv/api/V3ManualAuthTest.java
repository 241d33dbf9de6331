package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.Platform;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sign-in and linking by a code in a Kick biography (api-v3.md §4.7). */
class V3ManualAuthTest extends SharedWorld {
  private static final String OPERATION = "GET /v3/auth/manual";

  private HttpResponse<String> ask(String query, @Nullable String token) throws Exception {
    return ask(query, token, "Firefox");
  }

  private HttpResponse<String> ask(String query, @Nullable String token, String program)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(world.api.uri("/v3/auth/manual?" + query))
            .header("user-agent", program);
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    return world.api.send(request);
  }

  private String code(DevUser person, @Nullable String token) throws Exception {
    HttpResponse<String> response = ask("platform=KICK&id=" + person.login(), token);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.headers().firstValue("cache-control")).contains("no-store");
    assertThat(response.body()).matches("[0-9a-f]{32}");
    return response.body();
  }

  private HttpResponse<String> verify(DevUser person, @Nullable String token) throws Exception {
    return ask("platform=KICK&verify=1&id=" + person.login(), token);
  }

  @Test
  @Covers(value = OPERATION, outcomes = SUCCESS)
  void aBiographySignsIn() throws Exception {
    world.api.login.writeBiography(DevUser.EDITOR, "I paint.\n" + code(DevUser.EDITOR, null));
    HttpResponse<String> done = verify(DevUser.EDITOR, null);
    assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
    String token = done.headers().firstValue("x-access-token").orElseThrow();
    assertThat(world.ok(token, "{ actor { connections { platform id } } }").toString())
        .contains("KICK", DevUser.EDITOR.id());
  }

  @Test
  @Covers(
      value = OPERATION,
      outcomes = {SUCCESS, CONFLICT})
  void aBiographyLinks() throws Exception {
    world.api.login.writeBiography(DevUser.VIEWER, code(DevUser.VIEWER, world.viewer));
    HttpResponse<String> done = verify(DevUser.VIEWER, world.viewer);
    assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
    assertThat(done.headers().firstValue("x-access-token")).isPresent();
    assertThat(world.user(DevUser.VIEWER).connection(Platform.KICK)).isNotNull();
    world.api.login.writeBiography(DevUser.VIEWER, code(DevUser.VIEWER, world.streamer));
    HttpResponse<String> taken = verify(DevUser.VIEWER, world.streamer);
    assertThat(taken.statusCode()).isEqualTo(400);
    assertThat(taken.body()).contains("11000");
  }

  @Test
  @Covers(value = OPERATION, outcomes = PERMISSION)
  void codesAreGoodOnlyForWhoeverAskedForThem() throws Exception {
    // The biography is public: a code that somebody else was given must not sign a third in.
    String own = code(DevUser.ADMIN, world.streamer);
    world.api.login.writeBiography(DevUser.ADMIN, own);
    assertThat(verify(DevUser.ADMIN, null).statusCode()).isEqualTo(400);
    assertThat(verify(DevUser.ADMIN, world.viewer).statusCode()).isEqualTo(400);
    assertThat(code(DevUser.STREAMER, world.streamer)).isNotEqualTo(own);
  }

  /** Many people share an address. */
  @Test
  @Covers(value = OPERATION, outcomes = PERMISSION)
  void anotherProgramAtTheSameAddressIsSomebodyElse() throws Exception {
    world.api.login.writeBiography(DevUser.STREAMER, code(DevUser.STREAMER, null));
    String query = "platform=KICK&verify=1&id=" + DevUser.STREAMER.login();
    assertThat(ask(query, null, "Chrome").statusCode()).isEqualTo(400);
    assertThat(ask(query, null, "Firefox").statusCode()).isEqualTo(200);
  }

  @Test
  @Covers(value = OPERATION, outcomes = PERMISSION)
  void cookiesLinkNothing() throws Exception {
    HttpResponse<String> refused =
        world.api.send(
            HttpRequest.newBuilder(
                    world.api.uri("/v3/auth/manual?platform=KICK&verify=1&id=pixelpanda"))
                .header("cookie", "seventv-auth=" + world.streamer));
    assertThat(refused.statusCode()).isEqualTo(403);
  }

  @Test
  @Covers(value = OPERATION, outcomes = PERMISSION)
  void bannedPeopleStayOutside() throws Exception {
    // The platform's account is known under another name: the ban is the user's.
    world.setUser(DevUser.BANNED, "connections.0.platform", Platform.KICK.code());
    world.api.login.writeBiography(DevUser.BANNED, code(DevUser.BANNED, null));
    assertThat(verify(DevUser.BANNED, null).statusCode()).isEqualTo(403);
  }

  @Test
  @Covers(value = OPERATION, outcomes = BAD_INPUT)
  void oddQuestionsAreRefused() throws Exception {
    for (String query :
        new String[] {
          "",
          "platform=KICK",
          "id=a",
          "platform=TWITCH&id=a",
          "platform=KICK&id=a%2Fb",
          "platform=KICK&id=" + "a".repeat(101)
        }) {
      assertThat(ask(query, null).statusCode()).as(query).isEqualTo(400);
    }
    assertThat(ask("platform=KICK&verify=1&id=nobody", null).statusCode()).isEqualTo(404);
    world.api.login.writeBiography(DevUser.STREAMER, "no code");
    assertThat(verify(DevUser.STREAMER, null).statusCode()).isEqualTo(400);
  }
}
