package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.supervisor.FreePorts;
import com.sun.net.httpserver.HttpServer;
import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Purges with a real NATS server, a disk cache, and Cloudflare's API as a stub. */
class CdnPurgeTest {
  private static final String ID = EdgeFixture.ID;
  private static final String SECRET = "the-secret";
  private static final String BEARER = "Bearer " + SECRET;

  @TempDir Path folder = Path.of(".");

  private String disk() {
    return """
    purge_secret = "%s"
    disk = { directory = "%s" }
    """
        .formatted(SECRET, folder.resolve("disk"));
  }

  private DevNats nats(int port) throws Exception {
    return DevNats.start(Files.createDirectories(folder.resolve("nats")), port, 0);
  }

  /** An edge that is purged by these messages, and has an admin port. */
  private CdnFixture edge(String name, String natsUri, String settings) throws Exception {
    return CdnFixture.start(
        folder.resolve(name), settings, "metrics_bind_address = \"127.0.0.1:0\"\n", natsUri);
  }

  /** An image, one for each version. */
  private static String key(Version version, int scale) {
    return "emote/01F6MZGCNG000255K4X1K7NT0%d/%dx.webp".formatted(version.number(), scale);
  }

  /** A message that purges that image of all versions. */
  private static String purgeOf(int scale) {
    return Arrays.stream(Version.values())
        .map(version -> '"' + key(version, scale) + '"')
        .collect(Collectors.joining(",", "{\"files\":[", "]}"));
  }

  private static void put(CdnFixture cdn, int scale, int content) {
    for (Version version : Version.values()) {
      cdn.origin().put(key(version, scale), new byte[] {(byte) content});
    }
  }

  private static void assertServedOverEveryVersion(CdnFixture cdn, int scale, int content)
      throws Exception {
    for (Version version : Version.values()) {
      assertThat(cdn.get(version, '/' + key(version, scale)).body())
          .as("%dx over %s", scale, version)
          .containsExactly(content);
    }
  }

  private static void assertGone(CdnFixture cdn, int scale) throws Exception {
    for (Version version : Version.values()) {
      assertThat(cdn.get(version, '/' + key(version, scale)).status())
          .as("%dx over %s", scale, version)
          .isEqualTo(404);
    }
  }

  /** Fetches images over every version and removes them from the origin: the cache has the last. */
  private static void keepTheLast(CdnFixture cdn, int scales) throws Exception {
    await().until(() -> cdn.figure("cdn_purge_connected") == 1 && cdn.figure("cdn_disk_up") == 1);
    for (int scale = 1; scale <= scales; scale++) {
      put(cdn, scale, scale);
      assertServedOverEveryVersion(cdn, scale, scale);
      for (Version version : Version.values()) {
        cdn.origin().remove(key(version, scale));
      }
    }
    int kept = scales * Version.values().length;
    await().until(() -> cdn.figure("cdn_disk_entries") == kept);
  }

  /** The disk is there, and knows that it has missed no purge. */
  private static void awaitWarm(CdnFixture cdn) {
    await().until(() -> cdn.figure("cdn_disk_up") == 1 && cdn.figure("cdn_disk_certain") == 1);
  }

  private static void publish(DevNats nats, String subject, String payload) throws Exception {
    Connection connection = Nats.connect(nats.uri());
    try {
      connection.jetStream().publish(subject, payload.getBytes(StandardCharsets.UTF_8));
    } finally {
      connection.close();
    }
  }

  @Test
  void warmAfterARestartAndPurgedForGood() throws Exception {
    try (DevNats nats = nats(0);
        CdnFixture cdn = edge("edge", nats.uri().toString(), disk())) {
      keepTheLast(cdn, 3);
      cdn.restart();
      awaitWarm(cdn);
      assertServedOverEveryVersion(cdn, 1, 1);
      publish(nats, "cdn.purge.request", purgeOf(1));
      for (Version version : Version.values()) {
        await().until(() -> cdn.get(version, '/' + key(version, 1)).status() == 404);
      }
      cdn.restart();
      awaitWarm(cdn);
      assertGone(cdn, 1);
      assertServedOverEveryVersion(cdn, 2, 2);
      for (Version version : Version.values()) {
        String prefix = key(version, 2).substring(0, key(version, 2).lastIndexOf('/'));
        assertThat(cdn.purge(SECRET, "{\"prefixes\":[\"" + prefix + "\"]}")).isEqualTo(200);
      }
      cdn.restart();
      awaitWarm(cdn);
      assertGone(cdn, 2);
      assertGone(cdn, 3);
    }
  }

  @Test
  void whatTheDiskHasIsServedAfterARestart() throws Exception {
    String settings = disk() + "\nmax_age_without_purges = \"7days\"\n";
    try (CdnFixture cdn = CdnFixture.start(folder.resolve("edge"), settings)) {
      await().until(() -> cdn.figure("cdn_disk_up") == 1);
      for (Version version : Version.values()) {
        String key = "emote/" + ID + "/" + version.number() + "x.webp";
        cdn.origin()
            .put(key, new byte[] {7}, "content-type: image/webp", "cache-control: max-age=999");
        assertThat(cdn.get(version, '/' + key).body()).containsExactly(7);
        cdn.origin().answer(key, ScriptedOrigin.error("404 Not Found", "NoSuchKey"));
      }
      await().until(() -> cdn.figure("cdn_disk_entries") == Version.values().length);
      cdn.restart();
      await().until(() -> cdn.figure("cdn_disk_up") == 1);
      for (Version version : Version.values()) {
        String path = "/emote/" + ID + "/" + version.number() + "x.webp";
        Answer warm = cdn.get(version, path);
        assertThat(warm.body()).containsExactly(7);
        assertThat(warm.header("cache-status")).isEqualTo("SevenTV; hit; detail=tier");
        assertThat(warm.header("content-type")).isEqualTo("image/webp");
        assertThat(warm.header("etag")).isEqualTo(ScriptedOrigin.etag(new byte[] {7}));
        assertThat(warm.header("cache-control"))
            .isEqualTo("public, max-age=999, s-maxage=999, immutable");
        assertThat(cdn.get(version, path).header("cache-status")).isEqualTo("SevenTV; hit");
      }
    }
  }

  @Test
  void bothProcessesOfAPodGetEveryPurge() throws Exception {
    try (DevNats nats = nats(0);
        CdnFixture old = edge("old", nats.uri().toString(), "");
        CdnFixture successor = edge("new", nats.uri().toString(), "")) {
      List<CdnFixture> both = List.of(old, successor);
      for (CdnFixture cdn : both) {
        await().until(() -> cdn.figure("cdn_purge_connected") == 1);
        put(cdn, 1, 1);
        assertServedOverEveryVersion(cdn, 1, 1);
        put(cdn, 1, 2);
        assertServedOverEveryVersion(cdn, 1, 1);
      }
      publish(nats, "cdn.purge.request", purgeOf(1));
      for (CdnFixture cdn : both) {
        for (Version version : Version.values()) {
          await().until(() -> cdn.get(version, '/' + key(version, 1)).body()[0] == 2);
        }
      }
    }
  }

  @Test
  void aPurgeWhileItWasAwayIsMadeUpForAndTheRestStaysWarm() throws Exception {
    try (DevNats nats = nats(0);
        CdnFixture cdn = edge("edge", nats.uri().toString(), disk())) {
      keepTheLast(cdn, 2);
      cdn.restart(() -> {
        publish(nats, "cdn.purge.request", purgeOf(1));
        return null;
      });
      awaitWarm(cdn);
      for (Version version : Version.values()) {
        await().until(() -> cdn.get(version, '/' + key(version, 1)).status() == 404);
      }
      assertServedOverEveryVersion(cdn, 2, 2);
    }
  }

  @Test
  void theAdminEndpointWantsItsSecret() throws Exception {
    try (DevNats nats = nats(0);
        EdgeFixture cdn = new EdgeFixture(folder, nats.uri().toString(), disk())) {
      String body = "{\"files\":[\"emote/" + ID + "/1x.webp\",\"x\"]}";
      var stranger = cdn.purge("POST", "", body);
      assertThat(stranger.statusCode()).isEqualTo(401);
      assertThat(stranger.headers().firstValue("www-authenticate")).contains("Bearer");
      assertThat(cdn.purge("POST", "Bearer the-secre", body).statusCode()).isEqualTo(401);
      var get = cdn.purge("GET", BEARER, "");
      assertThat(get.statusCode()).isEqualTo(405);
      assertThat(get.headers().firstValue("allow")).contains("POST");
      assertThat(cdn.purge("POST", BEARER, "{").statusCode()).isEqualTo(400);
      for (String flag : new String[] {"\"true\"", "1", "null"}) {
        var vague = cdn.purge("POST", BEARER, "{\"files\":[],\"everywhere\":" + flag + "}");
        assertThat(vague.statusCode()).as(flag).isEqualTo(400);
        assertThat(vague.body()).isEqualTo("{\"error\":\"everywhere is neither true nor false\"}");
      }
      assertThat(cdn.purge("POST", BEARER, " ".repeat(2 << 20)).statusCode()).isEqualTo(413);
      await().until(() -> cdn.figure("cdn_purge_connected") == 1);
      assertThat(cdn.purge("POST", "bearer " + SECRET.toUpperCase(Locale.ROOT), body).statusCode())
          .isEqualTo(401);
      var done = cdn.purge("POST", "bEARER " + SECRET, body); // RFC 9110 §11.1
      assertThat(done.statusCode()).isEqualTo(200);
      assertThat(done.body()).contains("\"files\":1").contains("\"skipped\":1");
    }
  }

  @Test
  void servesWithoutNatsAndIsPurgedOnceItIsThere() throws Exception {
    int port = FreePorts.find();
    try (CdnFixture cdn = edge("edge", "nats://127.0.0.1:" + port, disk())) {
      put(cdn, 1, 1);
      assertServedOverEveryVersion(cdn, 1, 1);
      assertThat(cdn.figure("cdn_purge_connected")).isZero();
      assertThat(cdn.purge(SECRET, "{\"files\":[],\"everywhere\":true}")).isEqualTo(503);
      try (DevNats nats = nats(port)) {
        await().until(() -> cdn.figure("cdn_purge_connected") == 1);
        put(cdn, 1, 2);
        publish(nats, "cdn.purge.request", purgeOf(1));
        for (Version version : Version.values()) {
          await().until(() -> cdn.get(version, '/' + key(version, 1)).body()[0] == 2);
        }
        deleteConsumer(nats);
        put(cdn, 1, 3);
        for (Version version : Version.values()) {
          await()
              .atMost(Duration.ofSeconds(60))
              .pollInterval(Duration.ofMillis(500))
              .until(() -> {
                publish(nats, "cdn.purge.request", purgeOf(1));
                return cdn.get(version, '/' + key(version, 1)).body()[0] == 3;
              });
        }
      }
      await().until(() -> cdn.figure("cdn_purge_connected") == 0);
      assertServedOverEveryVersion(cdn, 1, 3);
    }
  }

  /** What was purged elsewhere meanwhile is served for a short time only. */
  @Test
  void withoutPurgesTheOriginIsAskedBeforeAnOldCopyIsServed() throws Exception {
    String settings = "max_age_without_purges = \"1s\"\nstale_while_revalidate = \"0s\"\n";
    try (CdnFixture cdn = edge("edge", "nats://127.0.0.1:1", settings)) {
      put(cdn, 1, 1);
      assertServedOverEveryVersion(cdn, 1, 1);
      put(cdn, 1, 2);
      long untilNs = System.nanoTime() + Duration.ofSeconds(1).toNanos();
      await().until(() -> System.nanoTime() - untilNs >= 0);
      assertServedOverEveryVersion(cdn, 1, 2);
    }
  }

  /** Other services know them by these settings (cdn.md §7). */
  @Test
  void theStreamAndTheConsumerAreAsOthersExpectThem() throws Exception {
    try (DevNats nats = nats(0);
        CdnFixture cdn = edge("edge", nats.uri().toString(), "")) {
      await().until(() -> cdn.figure("cdn_purge_connected") == 1);
      Connection connection = Nats.connect(nats.uri());
      try {
        JetStreamManagement management = connection.jetStreamManagement();
        StreamConfiguration stream = management.getStreamInfo("CdnPurge").getConfiguration();
        assertThat(stream.getSubjects()).containsExactly("cdn.purge.>");
        assertThat(stream.getRetentionPolicy()).isEqualTo(RetentionPolicy.Interest);
        assertThat(stream.getMaxAge()).isEqualTo(Duration.ofHours(24));
        String name = management.getConsumerNames("CdnPurge").getFirst();
        assertThat(name).startsWith("test-pod=");
        ConsumerConfiguration consumer =
            management.getConsumerInfo("CdnPurge", name).getConsumerConfiguration();
        assertThat(consumer.getDurable()).isNull();
        assertThat(consumer.getDeliverSubject()).isNull(); // pulled
        assertThat(consumer.getAckPolicy()).isEqualTo(AckPolicy.All);
        assertThat(consumer.getFilterSubject()).isEqualTo("cdn.purge.request");
        assertThat(consumer.getInactiveThreshold()).isEqualTo(Duration.ofHours(24));
        assertThat(consumer.getMaxDeliver()).isEqualTo(10);
        assertThat(consumer.getAckWait()).isEqualTo(Duration.ofSeconds(30));
        assertThat(consumer.getDeliverPolicy()).isEqualTo(DeliverPolicy.All);
      } finally {
        connection.close();
      }
    }
  }

  private static void deleteConsumer(DevNats nats) throws Exception {
    Connection connection = Nats.connect(nats.uri());
    try {
      for (String name : connection.jetStreamManagement().getConsumerNames("CdnPurge")) {
        connection.jetStreamManagement().deleteConsumer("CdnPurge", name);
      }
    } finally {
      connection.close();
    }
  }

  @Test
  void cloudflareIsPurgedInBatchesAndAskedAgain() throws Exception {
    List<String> calls = new CopyOnWriteArrayList<>();
    AtomicInteger refusals = new AtomicInteger(1);
    HttpServer api =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext(
        "/client/v4/zones/zone-1/purge_cache",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          boolean refuse = refusals.getAndDecrement() > 0;
          byte[] answer =
              (refuse ? "{\"success\":false}" : "{\"success\":true}")
                  .getBytes(StandardCharsets.UTF_8);
          if (refuse) {
            exchange.getResponseHeaders().set("Retry-After", "1");
          } else {
            calls.add(exchange.getRequestHeaders().getFirst("authorization") + " " + body);
          }
          exchange.sendResponseHeaders(refuse ? 429 : 200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    api.start();
    String settings =
        """
        cloudflare = { api = "http://127.0.0.1:%d", token = "cf-token", batch = 2, \
        zones = [ { zone = "zone-1", origins = ["https://cdn.example"] } ] }
        """
            .formatted(api.getAddress().getPort());
    try (DevNats nats = nats(0);
        EdgeFixture cdn = new EdgeFixture(folder, nats.uri().toString(), settings)) {
      await().until(() -> cdn.figure("cdn_purge_connected") == 1);
      publish(
          nats,
          "cdn.purge.request",
          """
          {"files":["emote/%1$s/1x.webp","emote/%1$s/2x.webp","emote/%1$s/3x.webp"],
           "prefixes":["badge/%1$s/"]}
          """
              .formatted(ID));
      await().atMost(Duration.ofSeconds(30)).until(() -> calls.size() == 3);
      String address = "\"https://cdn.example/emote/" + ID + "/";
      assertThat(calls)
          .containsExactly(
              "Bearer cf-token {\"files\":[" + address + "1x.webp\"," + address + "2x.webp\"]}",
              "Bearer cf-token {\"files\":[" + address + "3x.webp\"]}",
              "Bearer cf-token {\"prefixes\":[\"cdn.example/badge/" + ID + "/\"]}");
      await().until(() -> cdn.figure("cdn_cloudflare_purged_total") == 4);
    } finally {
      api.stop(0);
    }
  }
}
