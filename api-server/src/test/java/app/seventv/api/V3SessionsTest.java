package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementEdge;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Tokens, cookies, sessions, bans and origins of the old API (api-v3.md §1, §4). */
class V3SessionsTest extends SharedWorld {
  private static final String READ = "/v3/emote-sets/global";
  private static final String ACTOR = "{\"query\":\"{actor{username}}\"}";

  /** Who a request with these headers comes from; "" for nobody, the status if it is refused. */
  private String actor(String... headers) throws Exception {
    HttpResponse<String> response = ask(headers);
    return response.statusCode() == 200
        ? TestApi.JSON.readTree(response.body()).at("/data/actor/username").asString("")
        : Integer.toString(response.statusCode());
  }

  private HttpResponse<String> ask(String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(world.api.uri("/v3/gql"))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(ACTOR));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return world.api.send(request);
  }

  private static Id sessionOf(String token) {
    return Id.parse(claims(token).path("jti").asString());
  }

  private static JsonNode claims(String token) {
    String payload = token.split("\\.", -1)[1];
    return TestApi.JSON.readTree(
        new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8));
  }

  @Test
  void tokensComeInSeveralForms() throws Exception {
    String token = world.viewer;
    String viewer = DevUser.VIEWER.login();
    String streamer = DevUser.STREAMER.login();
    assertThat(actor("authorization", "Bearer " + token)).isEqualTo(viewer);
    assertThat(actor("authorization", token)).isEqualTo(viewer);
    assertThat(actor("authorization", '"' + token + '"')).isEqualTo(viewer);
    assertThat(actor("authorization", "Bearer \"" + token + '"')).isEqualTo(viewer);
    assertThat(actor("cookie", "a=b; seventv-auth=" + token)).isEqualTo(viewer);
    assertThat(actor("cookie", "seventv-auth=%22" + token + "%22")).isEqualTo(viewer);
    assertThat(actor("cookie", "seventv-auth=" + token, "authorization", world.streamer))
        .as("the cookie wins")
        .isEqualTo(viewer);
    assertThat(actor("cookie", "seventv-auth=x", "authorization", world.streamer))
        .as("even when it is invalid")
        .isEqualTo("401");
    assertThat(actor("cookie", "other=x", "authorization", world.streamer)).isEqualTo(streamer);
    assertThat(actor("authorization", "bearer " + token)).isEqualTo("401");
    assertThat(actor("authorization", "Bearer bnVsbA.e30.AAAA"))
        .as("a null header")
        .isEqualTo("401");
    assertThat(actor("authorization", "Bearer " + "x".repeat(8000))).isEqualTo("401");
    assertThat(actor("cookie", "=x")).as("no cookie header").isEqualTo("400");
    assertThat(actor("cookie", "seventv-auth=%zz")).isEqualTo("400");
    assertThat(actor()).isEmpty();
    HttpResponse<String> elsewhere =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/v3/gql?token=" + token))
                .POST(BodyPublishers.ofString(ACTOR)));
    assertThat(elsewhere.body())
        .as("a query is no token but for signing in and out")
        .contains("null");
  }

  @Test
  void invalidSessionsAreRefusedAndTheirCookiesTakenAway() throws Exception {
    HttpResponse<String> refused = ask("cookie", "seventv-auth=x");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(TestApi.JSON.readTree(refused.body()).path("error_code").asInt()).isEqualTo(1000);
    assertThat(refused.headers().allValues("set-cookie"))
        .singleElement()
        .satisfies(cookie ->
            assertThat(cookie)
                .startsWith("seventv-auth=;")
                .containsPattern("Domain=\\.?7tv\\.io;") // RFC 6265 §5.2.3: the dot says nothing
                .contains("Path=/", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"));
    HttpResponse<String> header = ask("authorization", "x");
    assertThat(header.headers().allValues("set-cookie")).isEmpty();
    HttpResponse<String> others = ask("authorization", "x", "cookie", "other=x");
    assertThat(others.headers().allValues("set-cookie")).as("only what came").isEmpty();
    HttpResponse<String> ignored = ask("authorization", "x", "x-ignore-auth-failure", "true");
    assertThat(ignored.statusCode()).isEqualTo(200);
    assertThat(ignored.headers().firstValue("x-auth-failure")).contains("true");
    assertThat(ask("authorization", "x", "x-ignore-auth-failure", "1").statusCode()).isEqualTo(401);
    HttpResponse<String> signIn =
        world.api.send(
            HttpRequest.newBuilder(world.api.uri("/v3/auth?platform=twitch"))
                .header("cookie", "seventv-auth=x"));
    assertThat(signIn.statusCode()).as("signing in does without").isEqualTo(303);
    assertThat(signIn.headers().firstValue("x-auth-failure")).contains("true");
  }

  private void updateSession(Id session, String field, Object value) {
    world
        .collection(CollectionNames.USER_SESSIONS)
        .updateOne(Filters.eq("_id", session.toBson()), Updates.set(field, value));
  }

  @Test
  void sessionsEndWithTheirRowAndTheirUser() throws Exception {
    String token = world.api.login(DevUser.EDITOR);
    Id session = sessionOf(token);
    updateSession(session, "last_used_at", new BsonDateTime(0));
    assertThat(actor("authorization", token)).isEqualTo(DevUser.EDITOR.login());
    BsonDocument row = world.require(CollectionNames.USER_SESSIONS, session);
    assertThat(row.getDateTime("last_used_at").getValue())
        .isGreaterThan(Instant.now().minus(Duration.ofMinutes(10)).toEpochMilli());
    updateSession(session, "user_id", world.idOf(DevUser.VIEWER).toBson());
    assertThat(actor("authorization", token)).as("somebody else's").isEqualTo("401");
    updateSession(session, "user_id", world.idOf(DevUser.EDITOR).toBson());
    assertThat(actor("authorization", token)).isEqualTo(DevUser.EDITOR.login());
    updateSession(session, "expires_at", new BsonDateTime(System.currentTimeMillis() - 1));
    assertThat(actor("authorization", token)).as("over").isEqualTo("401");
    updateSession(session, "expires_at", row.getDateTime("expires_at"));
    BsonDocument user = world.require(CollectionNames.USERS, world.idOf(DevUser.EDITOR));
    world.collection(CollectionNames.USERS).deleteOne(Filters.eq("_id", user.get("_id")));
    assertThat(actor("authorization", token)).as("no user").isEqualTo("401");
    world.collection(CollectionNames.USERS).insertOne(user);
    world.collection(CollectionNames.USER_SESSIONS).deleteOne(Filters.eq("_id", session.toBson()));
    assertThat(actor("authorization", token)).as("no row").isEqualTo("401");
  }

  /** A ban and the role without permissions end what somebody has in hand, at once. */
  @Test
  void bansCountOnSessionsInHand() throws Exception {
    String token = world.api.login(DevUser.EDITOR);
    Id editor = world.idOf(DevUser.EDITOR);
    String ban =
        "mutation($v: ObjectID!, $e: BanEffect!) { createBan(victim_id: $v, reason: \"x\", effects:"
            + " $e) { id } }";
    String edit =
        "mutation($b: ObjectID!) { editBan(ban_id: $b, expire_at: \"2020-01-01T00:00:00Z\") { id }"
            + " }";
    String create =
        "mutation($u: ObjectID!) { createEmoteSet(user_id: $u, data: {name: \"x\"}) { id } }";
    String id = world.ok(world.admin, ban, "v", editor, "e", 1).at("/createBan/id").asString();
    assertThat(actor("authorization", token)).as("may still sign in").isNotEqualTo("401");
    world.refused("403 LACKING_PRIVILEGES", token, create, "u", editor);
    world.ok(world.admin, edit, "b", id);
    world.ok(token, create, "u", editor);
    for (int effect : new int[] {2, 16}) {
      id = world.ok(world.admin, ban, "v", editor, "e", effect).at("/createBan/id").asString();
      assertThat(actor("authorization", token)).isEqualTo("401");
      HttpResponse<String> upload =
          world.api.send(
              HttpRequest.newBuilder(world.api.uri("/v3/emotes"))
                  .header("authorization", token)
                  .POST(BodyPublishers.ofString("x")));
      assertThat(upload.statusCode()).isEqualTo(401);
      world.ok(world.admin, edit, "b", id);
      assertThat(actor("authorization", token)).isEqualTo(DevUser.EDITOR.login());
    }
    EntitlementNode banned = EntitlementNode.role(Id.parse("01GHVA0W78000DYB7VMB9MMHQV"));
    world.entitle(DevUser.EDITOR, banned);
    assertThat(actor("authorization", token)).isEqualTo("401");
    world
        .collection(CollectionNames.ENTITLEMENT_EDGES)
        .deleteOne(new EntitlementEdge(EntitlementNode.user(editor), banned, null).toBson());
    assertThat(actor("authorization", token)).isEqualTo(DevUser.EDITOR.login());
  }

  // --- signing in ---------------------------------------------------------------------------

  private HttpResponse<String> finish(String platform, DevUser person, @Nullable String replaced)
      throws Exception {
    HttpResponse<String> start = world.api.get("/v3/auth?platform=" + platform);
    String location = start.headers().firstValue("location").orElseThrow();
    String back =
        world
            .api
            .send(HttpRequest.newBuilder(URI.create(location + "&user=" + person.login())))
            .headers()
            .firstValue("location")
            .orElseThrow();
    String csrf = start.headers().firstValue("set-cookie").orElseThrow();
    assertThat(csrf)
        .startsWith("seventv-csrf=")
        .contains("HttpOnly", "Secure", "SameSite=None", "Path=/", "Domain=.")
        .doesNotContain("Expires");
    String cookie = csrf.split(";", 2)[0];
    return world.api.send(
        HttpRequest.newBuilder(world.api.uri("/v3/auth" + back.substring(back.indexOf('?'))))
            .header("cookie", replaced == null ? cookie : cookie + "; seventv-auth=" + replaced));
  }

  @Test
  void aSignInReplacesTheSession() throws Exception {
    String before = world.api.login(DevUser.STREAMER);
    HttpResponse<String> done = finish("twitch", DevUser.STREAMER, before);
    String token = done.headers().firstValue("location").orElseThrow().split("token=", 2)[1];
    assertThat(done.headers().allValues("set-cookie"))
        .anySatisfy(cookie ->
            assertThat(cookie)
                .startsWith("seventv-auth=" + token + ";")
                .contains("HttpOnly", "Secure", "SameSite=None", "Path=/", "Domain=.")
                .containsPattern("Expires=\\w{3}, \\d\\d? \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT"));
    assertThat(actor("authorization", before)).as("ended").isEqualTo("401");
    assertThat(actor("authorization", token)).isEqualTo(DevUser.STREAMER.login());
    JsonNode claims = claims(token);
    assertThat(claims.path("exp").asLong() - claims.path("iat").asLong())
        .isBetween(Duration.ofDays(30).toSeconds() - 1, Duration.ofDays(30).toSeconds() + 1);
    assertThat(token.split("\\.", -1)[1])
        .as("the extension knows plain base64 only")
        .doesNotContain("-", "_");
    assertThat(world.audited(sessionOf(token), "create")).isTrue();
    assertThat(world.audited(sessionOf(before), "delete")).isTrue();
  }

  @Test
  void aNewUserIsAnnouncedAndNoted() throws Exception {
    world.forgetEvents();
    HttpResponse<String> done = finish("discord", DevUser.EDITOR, null);
    String token = done.headers().firstValue("location").orElseThrow().split("token=", 2)[1];
    assertThat(world.nextEvents()).containsExactly("user.create", "user_session.create");
    Id user = Id.parse(claims(token).path("sub").asString());
    assertThat(user).isNotEqualTo(world.idOf(DevUser.ADMIN));
    assertThat(world.audited(user, "create")).isTrue();
    finish("discord", DevUser.EDITOR, null);
    assertThat(world.nextEvents()).as("known now").containsExactly("user_session.create");
  }

  @Test
  void aRefusedSignInLeavesNothingBehind() throws Exception {
    Bare bare = new Bare(CollectionNames.USERS, CollectionNames.USER_SESSIONS);
    world
        .collection(CollectionNames.ROLES)
        .updateOne(
            Filters.eq("rank", 0),
            Updates.bitwiseXor("permissions.user.allow", Permission.USER_LOGIN.bit()));
    try {
      HttpResponse<String> refused = finish("kick", DevUser.ADMIN, null);
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("20000");
    } finally {
      world
          .collection(CollectionNames.ROLES)
          .updateOne(
              Filters.eq("rank", 0),
              Updates.bitwiseXor("permissions.user.allow", Permission.USER_LOGIN.bit()));
    }
    assertThat(bare.now()).isEqualTo(bare.before);
  }

  /** Numbers of documents. */
  private final class Bare {
    private final String[] collections;
    private final List<Long> before;

    Bare(String... collections) {
      this.collections = collections;
      this.before = now();
    }

    List<Long> now() {
      return List.of(collections).stream()
          .map(name -> world.collection(name).countDocuments())
          .toList();
    }
  }

  @Test
  void anAccountThatMayNotSignInIsRefused() throws Exception {
    Id viewer = world.idOf(DevUser.VIEWER);
    world
        .collection(CollectionNames.USERS)
        .updateOne(
            Filters.eq("_id", viewer.toBson()), Updates.set("connections.0.allow_login", false));
    HttpResponse<String> refused = finish("twitch", DevUser.VIEWER, null);
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.body()).contains("20000");
    world
        .collection(CollectionNames.USERS)
        .updateOne(
            Filters.eq("_id", viewer.toBson()), Updates.set("connections.0.allow_login", true));
    assertThat(finish("twitch", DevUser.VIEWER, null).statusCode()).isEqualTo(303);
  }

  // --- origins ------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "https://twitch.tv,true",
    "https://www.twitch.tv,true",
    "https://dashboard.twitch.tv,true",
    "https://WWW.TWITCH.TV,true",
    "https://kick.com,true",
    "https://old.7tv.app,true",
    "http://127.0.0.1:8083,true",
    "https://eviltwitch.tv,false",
    "https://twitch.tv.evil.example,false",
    "https://twitch.tv@evil.example,false",
    "https://evil.example/twitch.tv,false",
    "https://evil.example#.twitch.tv,false",
    "http://127.0.0.1:9999,false",
    "null,false",
    "twitch.tv,false"
  })
  void onlyOurPagesMaySendCookies(String origin, boolean allowed) throws Exception {
    for (String method : List.of("GET", "OPTIONS")) {
      HttpResponse<String> response =
          world.api.send(
              HttpRequest.newBuilder(world.api.uri(READ))
                  .header("origin", origin)
                  .method(method, BodyPublishers.noBody()));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("access-control-allow-origin")).contains(origin);
      assertThat(response.headers().firstValue("access-control-allow-credentials").isPresent())
          .isEqualTo(allowed);
      assertThat(response.headers().firstValue("access-control-max-age").isPresent())
          .isEqualTo(method.equals("OPTIONS"));
      assertThat(response.headers().firstValue("access-control-expose-headers").isPresent())
          .isEqualTo(method.equals("GET"));
      assertThat(String.join(",", response.headers().allValues("vary")).toLowerCase(Locale.ROOT))
          .contains("origin", "access-control-request-method", "access-control-request-headers");
    }
    assertThat(actor("cookie", "seventv-auth=" + world.viewer, "origin", origin))
        .as("changes with a cookie")
        .isEqualTo(allowed ? DevUser.VIEWER.login() : "");
  }
}
