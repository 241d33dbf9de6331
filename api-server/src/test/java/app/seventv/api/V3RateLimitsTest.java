package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.RateLimitResource;
import app.seventv.model.RateLimits;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Every use of every rate limit, with its headers (api-v3.md §5). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class V3RateLimitsTest {
  private static final String PRESENCE = "{\"kind\":1,\"data\":{\"id\":\"1\"}}";
  private static final String PREFILL =
      "{\"prefill\":{\"first_name\":\"a\",\"last_name\":\"b\",\"email\":\"c\"}}";
  private static final String BILLING = "/egvault/v1/subscriptions";

  /** Of no use in the old API. */
  private static final Set<RateLimitResource> UNUSED = EnumSet.of(RateLimitResource.EMOTE_UPLOAD);

  private World world;
  private StripeDouble stripe;
  private BsonDocument untouched;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    stripe = new StripeDouble();
    world = new World(folder, stripe.settings());
    untouched =
        Objects.requireNonNull(
            world.collection(CollectionNames.ROLES).find(Filters.eq("rank", 0)).first());
  }

  @AfterAll
  void stop() throws Exception {
    world.close();
    stripe.close();
  }

  @AfterEach
  void restore() {
    world.collection(CollectionNames.ROLES).replaceOne(Filters.eq("rank", 0), untouched);
  }

  /** What everybody may do of a resource. */
  private void limit(RateLimitResource resource, long intervalSeconds, long requests) {
    world
        .collection(CollectionNames.ROLES)
        .updateOne(
            Filters.eq("rank", 0),
            Updates.set(
                "permissions.ratelimits." + resource.key(),
                new RateLimits(intervalSeconds, requests, null, null).toBson()));
  }

  private HttpResponse<String> graphql(@Nullable String token, String query) throws Exception {
    return world.call(
        token, "POST", "/v3/gql", TestApi.JSON.writeValueAsString(Map.of("query", query)));
  }

  /** Headers of one resource, without their common start. */
  private static Map<String, String> headers(HttpResponse<String> response, RateLimitResource of) {
    String start = "x-ratelimit-" + of.key() + "-";
    Map<String, String> found = new LinkedHashMap<>();
    response
        .headers()
        .map()
        .forEach((name, values) -> {
          if (name.startsWith(start)) {
            found.put(name.substring(start.length()), values.getFirst());
          }
        });
    return found;
  }

  private static Map<String, String> values(String limit, String left, String reset, String used) {
    return Map.of("limit", limit, "remaining", left, "reset", reset, "used", used);
  }

  private static final Map<String, String> CLOSED = values("0", "0", "0", "0");

  private void assertRefused(RateLimitResource resource, HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(429);
    JsonNode body = TestApi.JSON.readTree(response.body());
    assertThat(body.propertyNames()).containsExactly("status", "error_code", "error");
    assertThat(body.path("status").asString()).isEqualTo("Too Many Requests");
    assertThat(body.path("error_code").asInt()).isEqualTo(7000);
    assertThat(headers(response, resource)).as(resource.key()).isEqualTo(CLOSED);
  }

  private void assertRefusedInError(RateLimitResource resource, HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode error = TestApi.JSON.readTree(response.body()).at("/errors/0/extensions");
    assertThat(error.path("status").asInt() + " " + error.path("code").asString(""))
        .as(resource.key() + " " + response.body())
        .isEqualTo("429 RATE_LIMIT_EXCEEDED");
    String start = "x-ratelimit-" + resource.key() + "-";
    Map<String, String> told = new LinkedHashMap<>();
    error
        .path("headers")
        .propertyStream()
        .forEach(
            each -> told.put(each.getKey().substring(start.length()), each.getValue().asString()));
    assertThat(told).isEqualTo(CLOSED);
    assertThat(headers(response, resource)).as("no fields of HTTP").isEmpty();
  }

  /** One way to use a resource. */
  @FunctionalInterface
  private interface Use {
    HttpResponse<String> send() throws Exception;
  }

  private Map<RateLimitResource, List<Use>> restUses() {
    String streamer = world.streamer;
    String me = BILLING + "/@me";
    return Map.of(
        RateLimitResource.GLOBAL,
        List.of(
            () -> world.call(null, "GET", "/v3/emote-sets/global", null),
            () -> world.call(null, "GET", "/v3/docs", null),
            () -> world.call(null, "GET", "/v3/users/nonsense", null),
            () -> world.call(streamer, "GET", "/v3/emote-sets/global", null),
            () -> graphql(null, "{actor{id}}")),
        RateLimitResource.LOGIN,
        List.of(
            () -> world.call(null, "GET", "/v3/auth?platform=twitch", null),
            () -> world.call(null, "GET", "/v3/auth?platform=twitch&callback=true", null)),
        RateLimitResource.PROFILE_PICTURE_UPLOAD,
        List.of(
            () -> picture(streamer),
            () ->
                world.api.send(
                    HttpRequest.newBuilder(world.api.uri("/v3/emotes"))
                        .header("authorization", "Bearer " + streamer)
                        .header("x-emote-data", "{\"name\":\"limited\"}")
                        .POST(BodyPublishers.ofString("GIF89a and more")))),
        RateLimitResource.USER_PRESENCE_WRITE,
        List.of(() ->
            world.call(
                null,
                "POST",
                "/v3/users/" + world.idOf(DevUser.STREAMER) + "/presences",
                PRESENCE)),
        RateLimitResource.EGVAULT_SUBSCRIBE,
        List.of(
            () ->
                world.call(
                    streamer,
                    "POST",
                    BILLING + "?renew_interval=monthly&payment_method=stripe&next=true",
                    PREFILL),
            () -> world.call(streamer, "POST", me + "/reactivate", null)),
        RateLimitResource.EGVAULT_PAYMENT_METHOD,
        List.of(
            () -> world.call(streamer, "PATCH", me + "/payment-method?next=true", null),
            () -> world.call(streamer, "DELETE", me, null)),
        RateLimitResource.EGVAULT_REDEEM,
        List.of(() ->
            world.call(
                streamer,
                "POST",
                "/egvault/v1/redeem",
                "{\"code\":\"x\",\"captcha_token\":\"y\"}")));
  }

  private HttpResponse<String> picture(String token) throws Exception {
    return world.api.send(
        HttpRequest.newBuilder(world.api.uri("/v3/users/@me/profile-picture"))
            .header("authorization", "Bearer " + token)
            .PUT(BodyPublishers.ofString("GIF89a and more")));
  }

  private Map<RateLimitResource, List<String>> graphqlUses() {
    Id user = world.idOf(DevUser.STREAMER);
    Id emote = world.emote(DevUser.STREAMER, "limited").id();
    Id set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL).id();
    String ofEmote = "{emote(id:\"" + emote + "\"){%s}}";
    String ofSet = "mutation{emoteSet(id:\"" + set + "\"){%s}}";
    String ofUser = "mutation{user(id:\"" + user + "\"){%s}}";
    return Map.of(
        RateLimitResource.SEARCH,
        List.of(
            "{emotes(query:\"\"){count}}",
            "{users(query:\"\"){id}}",
            "{modRequests{total}}",
            "{reports{id}}",
            ofEmote.formatted("channels{total}"),
            ofEmote.formatted("activity{id}"),
            "{user(id:\"" + user + "\"){activity{id}}}"),
        RateLimitResource.EMOTE_UPDATE,
        List.of("mutation" + ofEmote.formatted("update(params:{name:\"new\"}){id}")),
        RateLimitResource.EMOTE_SET_CREATE,
        List.of("mutation{createEmoteSet(user_id:\"" + user + "\",data:{name:\"a\"}){id}}"),
        RateLimitResource.EMOTE_SET_CHANGE,
        List.of(
            ofSet.formatted("emotes(id:\"" + emote + "\",action:ADD){id}"),
            ofSet.formatted("update(data:{name:\"b\"}){id}"),
            ofSet.formatted("delete")),
        RateLimitResource.USER_CHANGE_CONNECTIONS,
        List.of(ofUser.formatted("connections(id:\"1\",data:{emote_set_id:\"" + set + "\"}){id}")),
        RateLimitResource.USER_CHANGE_EDITOR,
        List.of(
            ofUser.formatted(
                "editors(editor_id:\""
                    + world.idOf(DevUser.EDITOR)
                    + "\",data:{permissions:16}){id}")),
        RateLimitResource.USER_CHANGE_COSMETICS,
        List.of(
            ofUser.formatted(
                "cosmetics(update:{id:\"" + Id.NIL + "\",kind:PAINT,selected:true})")));
  }

  @Test
  void everyResourceIsCountedWhereItShouldBe() throws Exception {
    Map<RateLimitResource, List<Use>> rest = restUses();
    Map<RateLimitResource, List<String>> graphql = graphqlUses();
    Set<RateLimitResource> all = EnumSet.copyOf(rest.keySet());
    all.addAll(graphql.keySet());
    all.addAll(UNUSED);
    assertThat(all).containsExactlyInAnyOrder(RateLimitResource.values());
    try (World.Grant _ =
        world.grant(
            DevUser.STREAMER,
            Permission.USER_USE_CUSTOM_PROFILE_PICTURE,
            Permission.EMOTE_MODERATION_REQUEST_MANAGE,
            Permission.TICKET_MANAGE_ABUSE)) {
      for (Map.Entry<RateLimitResource, List<Use>> each : rest.entrySet()) {
        limit(each.getKey(), 60, 0);
        for (Use use : each.getValue()) {
          assertRefused(each.getKey(), use.send());
        }
        restore();
      }
      for (Map.Entry<RateLimitResource, List<String>> each : graphql.entrySet()) {
        limit(each.getKey(), 60, 0);
        for (String query : each.getValue()) {
          assertRefusedInError(each.getKey(), graphql(world.streamer, query));
        }
        restore();
      }
    }
  }

  private HttpResponse<String> presence(@Nullable String token) throws Exception {
    return world.call(token, "POST", "/v3/users/" + world.newId() + "/presences", PRESENCE);
  }

  @Test
  void aWindowFillsAndOpensAgain() throws Exception {
    RateLimitResource resource = RateLimitResource.USER_PRESENCE_WRITE;
    limit(resource, 3600, 2);
    HttpResponse<String> first = presence(world.viewer);
    assertThat(first.statusCode()).as("charged whatever the status").isEqualTo(404);
    assertThat(headers(first, resource)).isEqualTo(values("2", "1", "3600", "1"));
    assertThat(headers(presence(world.viewer), resource))
        .containsEntry("remaining", "0")
        .containsEntry("used", "1");
    HttpResponse<String> refused = presence(world.viewer);
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(headers(refused, resource))
        .containsEntry("limit", "2")
        .containsEntry("remaining", "-1")
        .containsEntry("used", "0");
    assertThat(Integer.parseInt(headers(refused, resource).getOrDefault("reset", "")))
        .isBetween(3000, 3600);
    assertThat(presence(world.editor).statusCode()).as("a window of one's own").isEqualTo(404);
    assertThat(presence(null).statusCode()).as("of the address").isEqualTo(404);
    limit(resource, 1, 2); // a window that lasts longer than the new one is cut short
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> presence(world.viewer).statusCode() == 404);
  }

  @Test
  void whatIsUsedAddsUpOverAGraphqlRequest() throws Exception {
    RateLimitResource resource = RateLimitResource.SEARCH;
    limit(resource, 3600, 3);
    HttpResponse<String> two =
        graphql(world.editor, "{a:users(query:\"\"){id} b:users(query:\"\"){id}}");
    assertThat(headers(two, resource)).isEqualTo(values("3", "1", "3600", "2"));
    String one = "{\"query\":\"{users(query:\\\"\\\"){id}}\"}";
    HttpResponse<String> batch =
        world.call(world.editor, "POST", "/v3/gql", "[" + one + "," + one + "]");
    assertThat(headers(batch, resource))
        .as("of the one that was let through")
        .containsEntry("remaining", "0")
        .containsEntry("used", "1");
    List<JsonNode> refusals =
        TestApi.JSON
            .readTree(batch.body())
            .valueStream()
            .map(answer -> answer.at("/errors/0/extensions/headers/x-ratelimit-search-remaining"))
            .filter(left -> !left.isMissingNode())
            .toList();
    assertThat(refusals).hasSize(1);
    assertThat(refusals.getFirst().asString()).isEqualTo("-1");
  }

  @Test
  void rolesLiftLimits() throws Exception {
    limit(RateLimitResource.USER_PRESENCE_WRITE, 3600, 0);
    assertThat(presence(world.viewer).statusCode()).isEqualTo(429);
    assertThat(presence(world.admin).headers().map().keySet())
        .as("Admin.BypassRateLimit")
        .noneMatch(name -> name.startsWith("x-ratelimit"));
    Id role = world.role().id();
    world
        .collection(CollectionNames.ROLES)
        .updateOne(
            Filters.eq("_id", role.toBson()),
            Updates.set(
                "permissions", BsonDocument.parse("{ratelimits:{user_change_editor:null}}")));
    limit(RateLimitResource.USER_CHANGE_EDITOR, 3600, 0);
    String leave =
        "mutation{user(id:\""
            + world.idOf(DevUser.STREAMER)
            + "\"){editors(editor_id:\""
            + world.idOf(DevUser.VIEWER)
            + "\",data:{}){id}}}";
    assertRefusedInError(RateLimitResource.USER_CHANGE_EDITOR, graphql(world.viewer, leave));
    world.entitle(DevUser.VIEWER, EntitlementNode.role(role));
    HttpResponse<String> unlimited = graphql(world.viewer, leave);
    assertThat(unlimited.body()).doesNotContain("errors");
    assertThat(headers(unlimited, RateLimitResource.USER_CHANGE_EDITOR)).isEmpty();
  }

  /** Pages of other origins may read them, also where the request is refused. */
  @Test
  void pagesMayReadTheHeaders() throws Exception {
    for (int status : new int[] {200, 429}) {
      if (status == 429) {
        limit(RateLimitResource.GLOBAL, 3600, 0);
      }
      HttpResponse<String> answer =
          world.api.send(
              HttpRequest.newBuilder(world.api.uri("/v3/emote-sets/global"))
                  .header("origin", "https://kick.com"));
      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(answer.headers().firstValue("access-control-allow-origin"))
          .contains("https://kick.com");
      assertThat(String.join(",", answer.headers().allValues("access-control-expose-headers")))
          .contains(
              "x-auth-failure",
              "x-ratelimit-global-limit",
              "x-ratelimit-global-remaining",
              "x-ratelimit-global-reset",
              "x-ratelimit-global-used");
    }
    HttpResponse<String> preflight = world.call(null, "OPTIONS", "/v3/emote-sets/global", null);
    assertThat(preflight.statusCode()).isEqualTo(200);
    assertThat(headers(preflight, RateLimitResource.GLOBAL)).isEmpty();
  }
}
