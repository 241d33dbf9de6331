package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.Emote;
import app.seventv.model.Id;
import app.seventv.model.bus.BusBatch;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.OutputFormat;
import app.seventv.model.imageprocessor.ProcessImageRequest;
import com.mongodb.client.model.Filters;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Subscription;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The API's part of the platform's story: sign in, upload, add to a set, read it everywhere. */
class StoryTest extends OneApi {
  private static final byte[] GIF = "GIF89a and the rest".getBytes(StandardCharsets.UTF_8);
  private static final String ADD =
      "mutation($set: Id!, $emote: EmoteSetEmoteId!) { emoteSets { emoteSet(id: $set) {"
          + " addEmote(id: $emote) { id emotes { totalCount } } } } }";
  private static final String CREATE =
      "mutation($name: String!) { emoteSets { create(name: $name, tags: []) { id capacity } } }";

  private Connection nats;
  private String token;

  @BeforeAll
  void start() throws Exception {
    nats = Nats.connect(api.nats.uri());
    token = api.login(DevUser.STREAMER);
  }

  @AfterAll
  void stop() throws Exception {
    nats.close();
  }

  private String uploadLive(String name) throws Exception {
    HttpResponse<String> uploaded =
        api.upload(token, "{\"name\":\"" + name + "\",\"tags\":[\"wave\"]}", GIF);
    assertThat(uploaded.statusCode()).as(uploaded.body()).isEqualTo(201);
    String id = TestApi.JSON.readTree(uploaded.body()).path("emote_id").asString();
    nats.publish("image_processor.emote." + id, ImageProcessorDouble.success(id).toByteArray());
    await().atMost(Duration.ofSeconds(10)).until(() -> !emote(id).imageSet().isPending());
    return id;
  }

  private Emote emote(String id) {
    return Emote.fromBson(
        Objects.requireNonNull(
            api.database
                .getCollection("emotes", BsonDocument.class)
                .find(Filters.eq("_id", Id.parse(id).toBson()))
                .first()));
  }

  private String createSet(String name) throws Exception {
    JsonNode created = api.v4(token, CREATE, Map.of("name", name));
    return created.at("/data/emoteSets/create/id").asString();
  }

  private JsonNode add(String set, String emote, String alias) throws Exception {
    return api.v4(
        token, ADD, Map.of("set", set, "emote", Map.of("emoteId", emote, "alias", alias)));
  }

  @Test
  void aPersonSignsInUploadsAndShowsAnEmote() throws Exception {
    JsonNode me =
        api.v4(token, "{ users { me { id mainConnection { platformDisplayName } } } }", Map.of());
    assertThat(me.at("/data/users/me/mainConnection/platformDisplayName").asString())
        .isEqualTo(DevUser.STREAMER.displayName());
    String userId = me.at("/data/users/me/id").asString();

    String emoteId = uploadLive("panelWave");
    Emote emote = emote(emoteId);
    assertThat(emote.hasFlags(Emote.FLAG_ANIMATED)).isTrue();
    assertThat(emote.aspectRatio()).isEqualTo(2.0);
    assertThat(emote.imageSet().outputs()).hasSize(12);
    assertThat(
            api.database
                .getCollection("emote_moderation_requests")
                .countDocuments(Filters.eq("emote_id", emote.id().toBson())))
        .isEqualTo(1);
    assertRequest(emoteId);

    String setId = createSet("Story set");
    JsonNode active =
        api.v4(
            token,
            "mutation($u: Id!, $s: Id!) { users { user(id: $u) { activeEmoteSet(emoteSetId: $s)"
                + " { style { activeEmoteSetId } } } } }",
            Map.of("u", userId, "s", setId));
    assertThat(active.at("/data/users/user/activeEmoteSet/style/activeEmoteSetId").asString())
        .isEqualTo(setId);

    Subscription bus = nats.subscribe(BusBatch.SUBJECT);
    nats.flush(Duration.ofSeconds(5));
    JsonNode added = add(setId, emoteId, "wave");
    assertThat(added.at("/data/emoteSets/emoteSet/addEmote/emotes/totalCount").asInt())
        .as(added.toString())
        .isEqualTo(1);
    assertAnnounced(bus, setId, emoteId);

    JsonNode rest =
        TestApi.JSON.readTree(api.get("/v3/users/twitch/" + DevUser.STREAMER.id()).body());
    assertThat(rest.at("/emote_set/emotes/0/name").asString()).isEqualTo("wave");
    assertThat(rest.at("/emote_set/emotes/0/data/host/files/0/name").asString())
        .isEqualTo("1x.webp");
    JsonNode old =
        api.v3(
            null,
            "query($p: ConnectionPlatform!, $id: String!) { user: userByConnection(platform: $p,"
                + " id: $id) { username emote_sets { emotes { id name data { listed } } } } }",
            Map.of("p", "TWITCH", "id", DevUser.STREAMER.id()));
    assertThat(old.at("/data/user/emote_sets").findValuesAsString("name")).contains("wave");
  }

  private void assertRequest(String emoteId) {
    ProcessImageRequest request =
        api.processor.requests.stream()
            .filter(each -> each.getTask().getEvents().getMetadataMap().containsValue(emoteId))
            .findFirst()
            .orElseThrow();
    assertThat(request.getPriority()).isEqualTo(5);
    assertThat(request.getInputUpload().getDrivePath().getPath())
        .isEqualTo("emote/" + emoteId + "/input.{ext}");
    assertThat(request.getInputUpload().getBinary().toByteArray()).isEqualTo(GIF);
    assertThat(request.getTask().getOutput().getDrivePath().getPath())
        .isEqualTo("emote/" + emoteId + "/{scale}x{static}.{ext}");
    assertThat(request.getTask().getOutput().getFormatsList())
        .extracting(each -> each.getFormat())
        .containsExactly(
            OutputFormat.WebpAnim,
            OutputFormat.WebpStatic,
            OutputFormat.AvifAnim,
            OutputFormat.AvifStatic,
            OutputFormat.GifAnim,
            OutputFormat.PngStatic);
    assertThat(request.getTask().getOutput().getScaling().getScalesList())
        .containsExactly(1, 2, 3, 4);
    assertThat(request.getTask().getEvents().getOnSuccess().getTopic())
        .isEqualTo("image_processor.emote." + emoteId);
  }

  private static void assertAnnounced(Subscription bus, String setId, String emoteId)
      throws InterruptedException {
    List<BusEvent> events;
    do { // what was done before is published after its answer, too
      Message message = bus.nextMessage(Duration.ofSeconds(20));
      assertThat(message).isNotNull();
      events = BusEncoding.decode(message.getData()).batch().events();
    } while (events.getFirst().data() instanceof EntityEvent.OfUser);
    assertThat(events).hasSize(1);
    assertThat(events.getFirst().actor()).isNotNull();
    assertThat(events.getFirst().data())
        .isInstanceOfSatisfying(
            EntityEvent.OfEmoteSet.class,
            event -> {
              assertThat(event.after().id()).isEqualTo(Id.parse(setId));
              assertThat(event.change())
                  .isInstanceOfSatisfying(
                      EmoteSetChange.AddEmote.class,
                      change -> assertThat(change.entry().id()).isEqualTo(Id.parse(emoteId)));
            });
  }

  @Test
  void aTextFileIsRefusedAndNothingIsStored() throws Exception {
    long before = api.database.getCollection("emotes").countDocuments();
    HttpResponse<String> refused =
        api.upload(
            token, "{\"name\":\"text\",\"tags\":[]}", "hello".getBytes(StandardCharsets.UTF_8));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body())
        .isEqualTo(
            "{\"status\":\"Bad Request\",\"error_code\":10000,\"error\":\"bad image format\"}");
    assertThat(api.database.getCollection("emotes").countDocuments()).isEqualTo(before);
  }

  @Test
  void anOversizedUploadIsRefusedInJson() throws Exception {
    HttpResponse<String> refused =
        api.upload(token, "{\"name\":\"big\",\"tags\":[]}", new byte[8 * 1024 * 1024]);
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("failed to read field");
  }

  @Test
  void aFailedImageDeletesTheEmote() throws Exception {
    HttpResponse<String> uploaded = api.upload(token, "{\"name\":\"broken\",\"tags\":[]}", GIF);
    String id = TestApi.JSON.readTree(uploaded.body()).path("emote_id").asString();
    nats.publish(
        "image_processor.emote." + id,
        EventCallback.newBuilder()
            .setFail(EventCallback.Fail.getDefaultInstance())
            .build()
            .toByteArray());
    await().atMost(Duration.ofSeconds(10)).until(() -> emote(id).deleted());
    assertThat(api.get("/v3/emotes/" + id).statusCode()).isEqualTo(404);
  }

  @Test
  void aTakenNameInASetIsAConflict() throws Exception {
    String set = createSet("Conflicts");
    String first = uploadLive("firstOne");
    String second = uploadLive("secondOne");
    add(set, first, "same");
    JsonNode refused = add(set, second, "same");
    assertThat(refused.path("data").isNull()).isTrue();
    assertThat(refused.at("/errors/0/message").asString())
        .isEqualTo("BAD_REQUEST this emote has a conflicting name");
    assertThat(refused.at("/errors/0/extensions/status").asInt()).isEqualTo(409);
    assertThat(refused.at("/errors/0/path").toString())
        .isEqualTo("[\"emoteSets\",\"emoteSet\",\"addEmote\"]");
    assertThat(refused.at("/extensions/analyzer/complexity").asInt()).isEqualTo(6);
  }

  @Test
  void parallelAdditionsUnderOneNameLeaveOneEntry() throws Exception {
    String set = createSet("Race");
    String first = uploadLive("racerA");
    String second = uploadLive("racerB");
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<JsonNode>> running =
          List.of(first, second).stream()
              .map(emote ->
                  CompletableFuture.supplyAsync(
                      () -> {
                        try {
                          return add(set, emote, "winner");
                        } catch (Exception e) {
                          throw new IllegalStateException(e);
                        }
                      },
                      executor))
              .toList();
      long refused =
          running.stream().map(CompletableFuture::join).filter(each -> each.has("errors")).count();
      assertThat(refused).isEqualTo(1);
    }
    JsonNode stored = TestApi.JSON.readTree(api.get("/v3/emote-sets/" + set).body());
    assertThat(stored.path("emote_count").asInt()).isEqualTo(1);
  }

  @Test
  void entriesAreRenamedAndRemoved() throws Exception {
    String set = createSet("Edits");
    String emote = uploadLive("editMe");
    add(set, emote, "before");
    JsonNode renamed =
        api.v4(
            token,
            "mutation($s: Id!, $e: Id!) { emoteSets { emoteSet(id: $s) {"
                + " updateEmoteAlias(id: {emoteId: $e}, alias: \"after\") { alias } } } }",
            Map.of("s", set, "e", emote));
    assertThat(renamed.at("/data/emoteSets/emoteSet/updateEmoteAlias/alias").asString())
        .as(renamed.toString())
        .isEqualTo("after");
    JsonNode removed =
        api.v3(
            token,
            "mutation($s: Id!, $e: ObjectID!) { emoteSet(id: $s) { id emotes(id: $e, action:"
                + " REMOVE) { id } } }",
            Map.of("s", set, "e", emote));
    assertThat(removed.at("/data/emoteSet/emotes").isEmpty()).as(removed.toString()).isTrue();
    assertThat(
            api.database
                .getCollection("events")
                .countDocuments(
                    Filters.and(
                        Filters.eq("data.target_id", Id.parse(set).toBson()),
                        Filters.in("data.data.kind", "add_emote", "rename_emote", "remove_emote"))))
        .isEqualTo(3);
  }

  @Test
  void withoutASessionNothingIsChanged() throws Exception {
    assertThat(api.upload(null, "{\"name\":\"anon\",\"tags\":[]}", GIF).statusCode())
        .isEqualTo(401);
    JsonNode refused = api.v4(null, CREATE, Map.of("name", "anonymous"));
    assertThat(refused.at("/errors/0/extensions/code").asString()).isEqualTo("LOGIN_REQUIRED");
  }

  @Test
  void aForeignSetIsNotEditable() throws Exception {
    String set = createSet("Mine");
    String emote = uploadLive("notYours");
    String viewer = api.login(DevUser.VIEWER);
    JsonNode refused = api.v4(viewer, ADD, Map.of("set", set, "emote", Map.of("emoteId", emote)));
    assertThat(refused.at("/errors/0/message").asString())
        .isEqualTo("LACKING_PRIVILEGES you are not an editor for this user");
  }

  @Test
  void anEndedSessionIsRefusedUnlessIgnored() throws Exception {
    String own = api.login(DevUser.EDITOR);
    HttpResponse<String> out =
        api.send(
            HttpRequest.newBuilder(api.uri("/v4/auth/logout"))
                .header("authorization", "Bearer " + own)
                .POST(HttpRequest.BodyPublishers.noBody()));
    assertThat(out.statusCode()).isEqualTo(200);
    HttpResponse<String> refused =
        api.send(
            HttpRequest.newBuilder(api.uri("/v3/emote-sets/global"))
                .header("authorization", "Bearer " + own));
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.body())
        .isEqualTo(
            "{\"status\":\"Unauthorized\",\"error_code\":1000,\"error\":\"invalid session\"}");
    HttpResponse<String> ignored =
        api.send(
            HttpRequest.newBuilder(api.uri("/v3/emote-sets/global"))
                .header("authorization", "Bearer " + own)
                .header("x-ignore-auth-failure", "true"));
    assertThat(ignored.statusCode()).isEqualTo(200);
    assertThat(ignored.headers().firstValue("x-auth-failure")).contains("true");
  }

  @Test
  void aBannedPersonCannotSignIn() {
    assertThat(catchThrowable(() -> api.login(DevUser.BANNED))).hasMessageContaining("403");
  }

  @Test
  void theOldSitesSignInAndOutWork() throws Exception {
    HttpResponse<String> start = api.get("/v3/auth?platform=twitch");
    assertThat(start.statusCode()).as(start.body()).isEqualTo(303);
    String cookie = start.headers().firstValue("set-cookie").orElseThrow();
    assertThat(cookie).startsWith("seventv-csrf=").contains("SameSite=None", "Domain=.7tv.io");
    String location = start.headers().firstValue("location").orElseThrow();
    HttpResponse<String> authorized =
        api.send(HttpRequest.newBuilder(URI.create(location + "&user=" + DevUser.VIEWER.login())));
    assertThat(authorized.statusCode()).as(authorized.body()).isEqualTo(302);
    String back = authorized.headers().firstValue("location").orElseThrow();
    String query = back.substring(back.indexOf('?'));
    assertThat(api.get("/v3/auth" + query).statusCode()).isEqualTo(400);
    HttpResponse<String> finish =
        api.send(
            HttpRequest.newBuilder(api.uri("/v3/auth" + query))
                .header("cookie", cookie.split(";", 2)[0]));
    assertThat(finish.statusCode()).as(finish.body()).isEqualTo(303);
    assertThat(finish.headers().firstValue("location").orElseThrow())
        .startsWith("https://old.7tv.app/auth/callback#platform=twitch&token=");
    String auth =
        finish.headers().allValues("set-cookie").stream()
            .filter(each -> each.startsWith("seventv-auth="))
            .findFirst()
            .orElseThrow()
            .split(";", 2)[0];
    HttpResponse<String> out =
        api.send(HttpRequest.newBuilder(api.uri("/v3/auth/logout")).header("cookie", auth));
    assertThat(out.statusCode()).isEqualTo(307);
    assertThat(out.headers().firstValue("set-cookie").orElseThrow()).startsWith("seventv-auth=;");
    HttpResponse<String> refused =
        api.send(HttpRequest.newBuilder(api.uri("/v3/emote-sets/global")).header("cookie", auth));
    assertThat(refused.statusCode()).isEqualTo(401);
  }

  @Test
  void corsAndUnknownRoutesFollowTheContract() throws Exception {
    HttpResponse<String> missing =
        api.send(
            HttpRequest.newBuilder(api.uri("/v4/nowhere")).header("origin", "https://twitch.tv"));
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.body())
        .isEqualTo("{\"status\":\"Not Found\",\"error_code\":10000,\"error\":\"route not found\"}");
    assertThat(missing.headers().firstValue("access-control-allow-origin"))
        .contains("https://twitch.tv");
    assertThat(missing.headers().firstValue("access-control-allow-credentials")).contains("true");
    HttpResponse<String> evil =
        api.send(
            HttpRequest.newBuilder(api.uri("/v4/gql"))
                .header("origin", "https://eviltwitch.tv")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
    assertThat(evil.statusCode()).isEqualTo(200);
    assertThat(evil.headers().firstValue("access-control-allow-credentials")).isEmpty();
  }
}
