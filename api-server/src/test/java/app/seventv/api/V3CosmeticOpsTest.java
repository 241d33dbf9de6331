package app.seventv.api;

import static app.seventv.api.Covers.Outcome.BAD_INPUT;
import static app.seventv.api.Covers.Outcome.CONFLICT;
import static app.seventv.api.Covers.Outcome.PERMISSION;
import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.Badge;
import app.seventv.model.CollectionNames;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import app.seventv.model.Paint;
import app.seventv.model.Subscription;
import app.seventv.model.SubscriptionId;
import app.seventv.model.imageprocessor.DrivePath;
import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.InputFileMetadata;
import app.seventv.model.imageprocessor.OutputFile;
import com.mongodb.client.model.Filters;
import com.sun.net.httpserver.HttpServer;
import io.nats.client.Nats;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Paints, badges and granted periods of the old GraphQL API (api-v3.md §11.5, §13.5). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing the bus client can be interrupted
class V3CosmeticOpsTest {
  private static final Id PRODUCT = Id.parse("01FEVKBBTGRAT7FCY276TNTJ4A");
  private static final String CREATE =
      "mutation($d: CosmeticPaintInput!) { createCosmeticPaint(definition: $d) }";
  private static final String UPDATE =
      "mutation($p: ObjectID!, $d: CosmeticPaintInput!) { cosmetics(id: $p) { updatePaint("
          + "definition: $d) { name function shape stops { at } shadows { radius x_offset } } } }";
  private static final String REPROCESS =
      "mutation($p: [ObjectID!], $b: [ObjectID!]) { reprocessCosmeticImage(paint_ids: $p,"
          + " badge_ids: $b) { paints { id success error } badges { success error } } }";
  private static final String PERIOD =
      "mutation($u: ObjectID!, $c: SubscriptionPeriodCreate!) { user(id: $u) {"
          + " createSubscriptionPeriod(create: $c) { success invoiceId paymentDeclined } } }";

  @TempDir static Path folder;
  private World world;
  private HttpServer images;
  private String imageOrigin = "";

  @BeforeAll
  void start() throws Exception {
    images = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    images.createContext(
        "/",
        exchange -> {
          byte[] body = "GIF89a and so on".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(
              exchange.getRequestURI().getPath().equals("/ok.gif") ? 200 : 404, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    images.start();
    imageOrigin = "http://127.0.0.1:" + images.getAddress().getPort();
    world = new World(folder, "paint_image_origins = [\"" + imageOrigin + "\"]\n");
  }

  @AfterAll
  void stop() throws Exception {
    world.close();
    images.stop(0);
  }

  @BeforeEach
  void quiet() throws Exception {
    world.forgetEvents();
  }

  private static Map<String, Object> paint(String name, String function, Object... more) {
    Map<String, Object> paint = new LinkedHashMap<>();
    paint.put("name", name);
    paint.put("function", function);
    paint.put("repeat", false);
    paint.put("stops", List.of(Map.of("at", 0.25, "color", -1), Map.of("at", 1, "color", 7)));
    paint.put(
        "shadows",
        List.of(Map.of("x_offset", "1.5", "y_offset", "-2", "radius", "0.1", "color", 9)));
    for (int i = 0; i < more.length; i += 2) {
      paint.put((String) more[i], more[i + 1]);
    }
    return paint;
  }

  private Paint stored(Id id) {
    return Paint.fromBson(world.require(CollectionNames.PAINTS, id));
  }

  @Test
  @Covers(value = "Mutation.createCosmeticPaint", outcomes = SUCCESS)
  @Covers(value = "CosmeticOps.updatePaint", outcomes = SUCCESS)
  void gradientsAreCreatedAndChanged() throws Exception {
    Id id =
        Id.parse(
            world
                .ok(world.admin, CREATE, "d", paint("Sun set", "LINEAR_GRADIENT", "angle", 45))
                .path("createCosmeticPaint")
                .asString());
    assertThat(world.nextEvents()).containsExactly("paint.create");
    JsonNode after =
        world
            .ok(world.admin, UPDATE, "p", id, "d", paint("Moon", "RADIAL_GRADIENT"))
            .at("/cosmetics/updatePaint");
    assertThat(after.toString())
        .isEqualTo(
            "{\"name\":\"Moon\",\"function\":\"RADIAL_GRADIENT\",\"shape\":\"ellipse\","
                + "\"stops\":[{\"at\":0.25},{\"at\":1.0}],"
                + "\"shadows\":[{\"radius\":0.1,\"x_offset\":1.5}]}");
    assertThat(world.nextEvents()).containsExactly("paint.change_name", "paint.change_data");
    JsonNode listed =
        world
            .ok(
                null,
                "query($l: [ObjectID!]) { cosmetics(list: $l) { paints { id name } badges { id } }"
                    + " }",
                "l",
                List.of(id.toString()))
            .path("cosmetics");
    assertThat(listed.at("/paints/0/name").asString()).isEqualTo("Moon");
    assertThat(listed.path("badges").isEmpty()).isTrue();
  }

  @Test
  @Covers(
      value = "Mutation.createCosmeticPaint",
      outcomes = {PERMISSION, BAD_INPUT})
  @Covers(
      value = "CosmeticOps.updatePaint",
      outcomes = {PERMISSION, BAD_INPUT})
  void badPaintsAreRefused() throws Exception {
    Map<String, Object> good = paint("Good", "LINEAR_GRADIENT");
    world.refused("403 LACKING_PRIVILEGES", world.streamer, CREATE, "d", good);
    world.refused("403 LACKING_PRIVILEGES", world.streamer, UPDATE, "p", world.newId(), "d", good);
    world.refused("404 LOAD_ERROR", world.admin, UPDATE, "p", world.newId(), "d", good);
    world.invalid(world.admin, CREATE, "d", paint("", "LINEAR_GRADIENT"));
    world.invalid(world.admin, CREATE, "d", paint("A", "CONIC"));
    world.invalid(world.admin, CREATE, "d", paint("A", "LINEAR_GRADIENT", "angle", 361));
    world.invalid(
        world.admin,
        CREATE,
        "d",
        paint("A", "LINEAR_GRADIENT", "stops", List.of(Map.of("at", 1.5, "color", 1))));
    Map<String, Object> shadow =
        Map.of("x_offset", "left", "y_offset", "0", "radius", "0", "color", 1);
    world.refused(
        "400 BAD_REQUEST",
        world.admin,
        CREATE,
        "d",
        paint("A", "LINEAR_GRADIENT", "shadows", List.of(shadow)));
    for (String url :
        List.of(
            "not a url",
            "http://169.254.169.254/latest/meta-data",
            "http://127.0.0.1:1/x.png",
            imageOrigin + "/missing.gif")) {
      world.refused(
          "400 BAD_REQUEST", world.admin, CREATE, "d", paint("A", "URL", "image_url", url));
    }
  }

  private static OutputFile output(String path) {
    return OutputFile.newBuilder()
        .setPath(DrivePath.newBuilder().setDrive("s3").setPath(path))
        .setContentType("image/webp")
        .setWidth(32)
        .setHeight(32)
        .setFrameCount(1)
        .setSize(10)
        .setScale(1)
        .build();
  }

  private static EventCallback success(String folder) {
    return EventCallback.newBuilder()
        .setId("65f0a1b2c3d4e5f601234567")
        .setSuccess(
            EventCallback.Success.newBuilder()
                .setDrive("s3")
                .setInputMetadata(
                    InputFileMetadata.newBuilder()
                        .setPath(
                            DrivePath.newBuilder().setDrive("s3").setPath(folder + "/input.gif"))
                        .setContentType("image/gif")
                        .setWidth(32)
                        .setHeight(32)
                        .setFrameCount(1)
                        .setSize(99))
                .addFiles(output(folder + "/1x.webp")))
        .build();
  }

  @Test
  @Covers(value = "Mutation.createCosmeticPaint", outcomes = SUCCESS)
  @Covers(value = "CosmeticOps.updatePaint", outcomes = CONFLICT)
  @Covers(value = "Mutation.reprocessCosmeticImage", outcomes = SUCCESS)
  void imagesAreFetchedProcessedAndProcessedAgain() throws Exception {
    Map<String, Object> image = paint("Photo", "URL", "image_url", imageOrigin + "/ok.gif");
    Id id =
        Id.parse(world.ok(world.admin, CREATE, "d", image).path("createCosmeticPaint").asString());
    world.refused("409 BAD_REQUEST", world.admin, UPDATE, "p", id, "d", image);
    Id layer = stored(id).data().layers().getFirst().id();
    String folderName = "paint/" + id + "/layer/" + layer;
    try (var nats = Nats.connect(world.api.nats.uri())) {
      nats.publish(
          "image_processor.paint-layer." + id + "." + layer, success(folderName).toByteArray());
      await().atMost(Duration.ofSeconds(10)).until(() -> world.audited(id, "process"));
    }
    JsonNode shown =
        world.ok(
            null,
            "query($l: [ObjectID!]) { cosmetics(list: $l) { paints { function image_url } } }",
            "l",
            List.of(id.toString()));
    assertThat(shown.at("/cosmetics/paints/0/image_url").asString())
        .isEqualTo("https://cdn.7tv.app/" + folderName + "/1x.webp");
    JsonNode again =
        world
            .ok(world.admin, REPROCESS, "p", List.of(id.toString(), world.newId().toString()))
            .at("/reprocessCosmeticImage/paints");
    assertThat(again.at("/0/success").asBoolean()).isTrue();
    assertThat(again.at("/1/error").asString()).isEqualTo("paint not found");
  }

  @Test
  @Covers(
      value = "Mutation.reprocessCosmeticImage",
      outcomes = {PERMISSION, BAD_INPUT})
  void badgesShowWebpAndAreProcessedAgainByFewPeople() throws Exception {
    Image webp = new Image("badge/x/1x.webp", "image/webp", 1, 1, 18, 18, 1);
    Image png = new Image("badge/x/1x.png", "image/png", 1, 1, 18, 18, 1);
    Badge badge =
        world.put(
            CollectionNames.BADGES,
            new Badge(
                world.newId(),
                "Founder",
                "Was here first",
                List.of("founder"),
                new ImageSet(new ImageSet.Processed(webp), List.of(webp, png)),
                world.idOf(DevUser.ADMIN),
                World.NOW,
                null));
    JsonNode shown =
        world.ok(
            null,
            "query($l: [ObjectID!]) { cosmetics(list: $l) { badges { id kind tag tooltip host {"
                + " url files { name } } } } }",
            "l",
            List.of(badge.id().toString()));
    assertThat(shown.at("/cosmetics/badges/0/host/files").toString())
        .isEqualTo("[{\"name\":\"1x.webp\"}]");
    assertThat(shown.at("/cosmetics/badges/0/tag").asString()).isEqualTo("founder");
    world.refused("403 LACKING_PRIVILEGES", null, REPROCESS, "b", List.of(badge.id().toString()));
    JsonNode done = world.ok(world.admin, REPROCESS, "b", List.of(badge.id().toString()));
    assertThat(done.at("/reprocessCosmeticImage/badges/0/success").asBoolean()).isTrue();
    world.invalid(world.admin, REPROCESS, "b", List.of("x"));
  }

  private static Map<String, Object> period(Id product, String start, String end) {
    return Map.of(
        "product_id",
        product.toString(),
        "kind",
        "monthly",
        "start",
        start,
        "end",
        end,
        "reason",
        "prize");
  }

  @Test
  @Covers(value = "UserOps.createSubscriptionPeriod", outcomes = SUCCESS)
  @Covers(value = "UserOps.refreshSubscriptions", outcomes = SUCCESS)
  void aGrantedPeriodMakesASubscriberWithAPersonalSet() throws Exception {
    Id viewer = world.idOf(DevUser.VIEWER);
    Map<String, Object> create = period(PRODUCT, "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z");
    JsonNode result =
        world
            .ok(world.admin, PERIOD, "u", viewer, "c", create)
            .at("/user/createSubscriptionPeriod");
    assertThat(result.toString())
        .isEqualTo("{\"success\":true,\"invoiceId\":null,\"paymentDeclined\":false}");
    SubscriptionId subscription = new SubscriptionId(viewer, PRODUCT);
    Subscription stored =
        Subscription.fromBson(
            Objects.requireNonNull(
                world
                    .collection(CollectionNames.SUBSCRIPTIONS)
                    .find(Filters.eq("_id", subscription.toBson()))
                    .first()));
    assertThat(stored.state()).isEqualTo(Subscription.State.CANCEL_AT_END);
    assertThat(
            world
                .collection(CollectionNames.ENTITLEMENT_EDGES)
                .countDocuments(
                    Filters.eq("_id.to", EntitlementNode.subscription(subscription).toBson())))
        .isEqualTo(1);
    assertThat(world.user(DevUser.VIEWER).style().personalEmoteSetId()).isNotNull();
    assertThat(world.nextEvents()).containsExactly("emote_set.create");
    world
        .collection(CollectionNames.SUBSCRIPTION_PERIODS)
        .deleteMany(Filters.eq("subscription_id", subscription.toBson()));
    String refresh = "mutation($u: ObjectID!) { user(id: $u) { refreshSubscriptions } }";
    world.ok(world.admin, refresh, "u", viewer);
    assertThat(
            world
                .collection(CollectionNames.ENTITLEMENT_EDGES)
                .countDocuments(
                    Filters.eq("_id.to", EntitlementNode.subscription(subscription).toBson())))
        .isZero();
  }

  @Test
  @Covers(
      value = "UserOps.createSubscriptionPeriod",
      outcomes = {PERMISSION, BAD_INPUT, CONFLICT})
  @Covers(value = "UserOps.refreshSubscriptions", outcomes = PERMISSION)
  void periodsAreForManagersOfUsers() throws Exception {
    Id viewer = world.idOf(DevUser.VIEWER);
    Map<String, Object> good = period(PRODUCT, "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z");
    world.refused("403 LACKING_PRIVILEGES", world.streamer, PERIOD, "u", viewer, "c", good);
    world.refused("404 LOAD_ERROR", world.admin, PERIOD, "u", world.newId(), "c", good);
    Map<String, Object> unknown =
        period(world.newId(), "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z");
    world.refused("404 LOAD_ERROR", world.admin, PERIOD, "u", viewer, "c", unknown);
    Map<String, Object> backwards = period(PRODUCT, "2021-01-01T00:00:00Z", "2020-01-01T00:00:00Z");
    world.refused("400 BAD_REQUEST", world.admin, PERIOD, "u", viewer, "c", backwards);
    world.invalid(world.admin, PERIOD, "u", viewer, "c", period(PRODUCT, "now", "later"));
    Map<String, Object> paid = new LinkedHashMap<>(good);
    paid.put("invoice", Map.of("price", 4.99));
    world.refused("400 BAD_REQUEST", world.admin, PERIOD, "u", viewer, "c", paid);
    world.refused(
        "403 LACKING_PRIVILEGES",
        world.streamer,
        "mutation($u: ObjectID!) { user(id: $u) { refreshSubscriptions } }",
        "u",
        viewer);
  }
}
