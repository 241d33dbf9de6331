package app.seventv.website;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.trace.Trace;
import app.seventv.core.trace.TraceContext;
import app.seventv.website.EmbedKey.Kind;
import com.github.benmanes.caffeine.cache.Ticker;
import com.sun.net.httpserver.HttpServer;
import graphql.ExecutionInput;
import graphql.ParseAndValidate;
import graphql.ParseAndValidateResult;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.UnExecutableSchemaGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Both sources of embeds against an API that answers the specification's examples. */
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class EmbedsTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  private HttpServer api;
  private HttpClient client;
  private volatile byte[] answer = {};
  private volatile int status = 200;
  private final AtomicReference<@Nullable String> traceparent = new AtomicReference<>();
  private final AtomicReference<String> asked = new AtomicReference<>("");

  @BeforeEach
  void start() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/",
        exchange -> {
          traceparent.set(exchange.getRequestHeaders().getFirst(TraceContext.TRACEPARENT));
          asked.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(status, answer.length);
          try (var body = exchange.getResponseBody()) {
            body.write(answer);
          }
        });
    api.start();
    client = HttpClient.newHttpClient();
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    api.stop(0);
  }

  private GraphqlApi graphql() {
    URI endpoint = URI.create("http://127.0.0.1:" + api.getAddress().getPort() + "/v4/gql");
    return new GraphqlApi(client, endpoint, Duration.ofSeconds(10));
  }

  private Embed v4(Kind kind, JsonNode body) throws Exception {
    answer = JSON.writeValueAsBytes(body);
    Embed embed = await(new V4Embeds(graphql()).lookup(new EmbedKey(kind, TestSite.EMOTE_ID)));
    assertFitsSchema("v4.graphqls");
    return embed;
  }

  @Test
  void theApiGoesOnWithTheTraceOfWhoAsks() throws Exception {
    answer = JSON.writeValueAsBytes(JSON.createObjectNode());
    EmbedCache cache =
        new EmbedCache(new V4Embeds(graphql()), Ticker.systemTicker(), ForkJoinPool.commonPool());
    TraceContext trace =
        new TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true, "");
    CompletableFuture<Embed> lookup =
        Trace.call(trace, () -> cache.lookup(new EmbedKey(Kind.EMOTE, TestSite.EMOTE_ID)));
    lookup.handle((embed, failure) -> 0).get(20, TimeUnit.SECONDS);
    assertThat(traceparent.get()).isEqualTo(trace.traceparent());
  }

  /** What was asked is a valid operation of the API's schema. */
  private void assertFitsSchema(String file) throws IOException {
    Path sdl = Path.of(System.getProperty("project.root", "../.."), "websites", "schema", file);
    GraphQLSchema schema =
        UnExecutableSchemaGenerator.makeUnExecutableSchema(
            new SchemaParser().parse(Files.readString(sdl)));
    String query = JSON.readTree(asked.get()).path("query").asString("");
    ParseAndValidateResult result =
        ParseAndValidate.parseAndValidate(schema, ExecutionInput.newExecutionInput(query).build());
    assertThat(result.getErrors()).isEmpty();
  }

  private static Embed await(CompletableFuture<Embed> lookup)
      throws ExecutionException, InterruptedException, TimeoutException {
    return lookup.get(20, TimeUnit.SECONDS);
  }

  private static JsonNode example(String file, String name) {
    return read(file).path(name).path("response").path("body");
  }

  private static JsonNode read(String file) {
    try (InputStream in = EmbedsTest.class.getResourceAsStream("/examples/" + file)) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PageMeta meta(Embed embed) {
    assertThat(embed).isInstanceOf(Embed.Found.class);
    return ((Embed.Found) embed).meta();
  }

  private static ObjectNode emote(JsonNode body) {
    return (ObjectNode) body.at("/data/emotes/emote");
  }

  @Test
  void namesAnEmoteItsOwnerAndItsTags() throws Exception {
    PageMeta meta = meta(v4(Kind.EMOTE, example("02-one-emote.json", "found")));
    assertThat(meta.title()).isEqualTo("waveHi by BobPaints");
    assertThat(meta.description()).isEqualTo("Animated emote · #wave · #hello");
    assertThat(meta.path()).isEqualTo("/emotes/01HR77R8QTG9546HKCPQYHBXCB");
    assertThat(meta.index()).isTrue();
    assertThat(meta.author())
        .contains(new PageMeta.Author("BobPaints", "/users/01G4F65JT0E6N8M0RZCSACRMJW"));
    assertThat(asked.get()).contains("\"variables\":{\"id\":\"" + TestSite.EMOTE_ID + "\"}");
  }

  @Test
  void showsTheLargestGifElseTheLargestPng() throws Exception {
    JsonNode body = example("02-one-emote.json", "found");
    emote(body).set("images", JSON.readTree(IMAGES));
    assertThat(meta(v4(Kind.EMOTE, body)).image())
        .contains(new PageMeta.Image("https://cdn/4x.gif", "image/gif", 128, 128, "waveHi"));
    emote(body).set("images", JSON.readTree(IMAGES.replace("gif", "webp")));
    assertThat(meta(v4(Kind.EMOTE, body)).image().map(PageMeta.Image::url))
        .contains("https://cdn/4x_static.png");
    emote(body).putArray("images");
    assertThat(meta(v4(Kind.EMOTE, body)).image()).isEmpty();
  }

  private static final String IMAGES =
      """
      [
        {"url": "https://cdn/1x.gif", "mime": "image/gif", "width": 32, "height": 32},
        {"url": "https://cdn/4x.gif", "mime": "image/gif", "width": 128, "height": 128},
        {"url": "https://cdn/4x.avif", "mime": "image/avif", "width": 128, "height": 128},
        {"url": "https://cdn/4x_static.png", "mime": "image/png", "width": 128, "height": 128}
      ]
      """;

  @Test
  void keepsPrivateEmotesQuietAndUnlistedOnesOutOfSight() throws Exception {
    JsonNode body = example("02-one-emote.json", "found");
    emote(body).set("images", JSON.readTree(IMAGES));
    ((ObjectNode) emote(body).path("flags")).put("nsfw", true);
    PageMeta flagged = meta(v4(Kind.EMOTE, body));
    assertThat(flagged.title()).isEqualTo("waveHi by BobPaints");
    assertThat(flagged.image()).isEmpty();
    assertThat(flagged.index()).isFalse();

    ((ObjectNode) emote(body).path("flags")).put("nsfw", false).put("publicListed", false);
    assertThat(meta(v4(Kind.EMOTE, body)).image()).isEmpty();

    ((ObjectNode) emote(body).path("flags")).put("private", true);
    assertThat(v4(Kind.EMOTE, body)).isEqualTo(new Embed.Hidden());
  }

  @Test
  void knowsMissingAndDeletedEntities() throws Exception {
    JsonNode missing = example("02-one-emote.json", "missing_or_hidden");
    assertThat(v4(Kind.EMOTE, missing)).isEqualTo(new Embed.NotFound());
    JsonNode hidden = example("04-one-user.json", "hidden_or_unknown");
    assertThat(v4(Kind.USER, hidden)).isEqualTo(new Embed.NotFound());
    JsonNode deleted = example("02-one-emote.json", "found");
    emote(deleted).put("deleted", true);
    assertThat(v4(Kind.EMOTE, deleted)).isEqualTo(new Embed.NotFound());
  }

  @Test
  void describesAUser() throws Exception {
    PageMeta meta = meta(v4(Kind.USER, example("04-one-user.json", "found")));
    assertThat(meta.title()).isEqualTo("Alice_Plays");
    assertThat(meta.description()).isEqualTo("Subscriber");
    assertThat(meta.ogType()).isEqualTo("profile");
    assertThat(meta.themeColor()).contains("#F97316");
    assertThat(meta.image().map(PageMeta.Image::width)).contains(128);
  }

  @Test
  void describesASetButNotASpecialOne() throws Exception {
    String set =
        """
        {"data": {"emoteSets": {"emoteSet": {"id": "S", "name": "Main", "kind": "NORMAL",
          "capacity": 1000, "owner": null,
          "emotes": {"totalCount": 2, "items": [{"alias": "hi"}, {"alias": "spinny"}]}}}}}
        """;
    PageMeta meta = meta(v4(Kind.EMOTE_SET, JSON.readTree(set)));
    assertThat(meta.title()).isEqualTo("Main");
    assertThat(meta.description()).isEqualTo("Emote set · 2/1000 · hi, spinny");
    JsonNode personal = JSON.readTree(set.replace("NORMAL", "PERSONAL"));
    assertThat(v4(Kind.EMOTE_SET, personal)).isEqualTo(new Embed.Hidden());
  }

  @Test
  void asksTheOldApiForTheOldSite() throws Exception {
    JsonNode user = read("gql-user-by-connection.json");
    answer = JSON.writeValueAsBytes(user);
    V3Embeds source = new V3Embeds(graphql());
    PageMeta meta = meta(await(source.lookup(new EmbedKey(Kind.USER, TestSite.EMOTE_ID))));
    assertFitsSchema("v3.graphqls");
    assertThat(meta.title()).isEqualTo("PixelHarbor");
    assertThat(meta.image().map(PageMeta.Image::url).orElse("")).startsWith("https://cdn.7tv.app/");
    ((ObjectNode) user.at("/data/user")).put("id", "00000000000000000000000000");
    answer = JSON.writeValueAsBytes(user);
    assertThat(await(source.lookup(new EmbedKey(Kind.USER, TestSite.EMOTE_ID))))
        .isEqualTo(new Embed.NotFound());
  }

  @Test
  void failsOnErrorsStatusesAndOversizedAnswers() {
    assertFails("{\"errors\":[{\"message\":\"RATE_LIMIT_EXCEEDED\"}]}", 200, "refused");
    assertFails("{}", 503, "503");
    assertFails("not json", 200, "");
    assertFails(" ".repeat(GraphqlApi.MAX_ANSWER_BYTES + 1), 200, "");
  }

  private void assertFails(String body, int answerStatus, String reason) {
    answer = body.getBytes(StandardCharsets.UTF_8);
    status = answerStatus;
    CompletableFuture<Embed> lookup =
        new V4Embeds(graphql()).lookup(new EmbedKey(Kind.EMOTE, TestSite.EMOTE_ID));
    assertThat(lookup)
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining(reason);
  }

  @Test
  void hexColoursOnly() throws Exception {
    JsonNode body = example("04-one-user.json", "found");
    ((ObjectNode) body.at("/data/users/user/highestRoleColor")).put("hex", "red\" onload=\"x");
    assertThat(meta(v4(Kind.USER, body)).themeColor()).isEqualTo(Optional.empty());
  }
}
