package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Answer;
import app.seventv.cdn.CdnFixture.Version;
import app.seventv.devstack.nats.DevNats;
import com.sun.net.httpserver.HttpServer;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Purges with a real NATS server, a disk cache, and Cloudflare's API as a stub. */
class CdnPurgeTest {
  private static final String ID = EdgeFixture.ID;
  private static final String SECRET = "Bearer the-secret";

  @TempDir Path folder = Path.of(".");

  private String disk() {
    return "purge_secret = \"the-secret\"\ndisk = { directory = \""
        + folder.resolve("disk")
        + "\" }";
  }

  private DevNats nats(int port) throws Exception {
    return DevNats.start(Files.createDirectories(folder.resolve("nats")), port, 0);
  }

  /** The disk is there, and knows that it has missed no purge. */
  private static void awaitWarm(EdgeFixture cdn) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> cdn.figure("cdn_disk_up") == 1 && cdn.figure("cdn_disk_certain") == 1);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
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
        EdgeFixture cdn = new EdgeFixture(folder, nats.uri().toString(), disk())) {
      await().until(() -> cdn.figure("cdn_purge_connected") == 1);
      await().until(() -> cdn.figure("cdn_disk_up") == 1);
      for (int i = 1; i <= 3; i++) {
        cdn.put("emote/" + ID + "/" + i + "x.webp", new byte[] {(byte) i});
        assertThat(cdn.get("/emote/" + ID + "/" + i + "x.webp").body()).containsExactly(i);
        cdn.delete("emote/" + ID + "/" + i + "x.webp");
      }
      await().until(() -> cdn.figure("cdn_disk_entries") == 3);
      cdn.restart();
      awaitWarm(cdn);
      assertThat(cdn.get("/emote/" + ID + "/1x.webp").body()).containsExactly(1);
      publish(nats, "cdn.purge.request", "{\"files\":[\"emote/" + ID + "/1x.webp\"]}");
      await().until(() -> cdn.get("/emote/" + ID + "/1x.webp").statusCode() == 404);
      cdn.restart();
      awaitWarm(cdn);
      assertThat(cdn.get("/emote/" + ID + "/1x.webp").statusCode()).isEqualTo(404);
      assertThat(cdn.get("/emote/" + ID + "/2x.webp").body()).containsExactly(2);
      assertThat(cdn.purge("POST", SECRET, "{\"prefixes\":[\"emote/" + ID + "\"]}").statusCode())
          .isEqualTo(200);
      cdn.restart();
      awaitWarm(cdn);
      assertThat(cdn.get("/emote/" + ID + "/2x.webp").statusCode()).isEqualTo(404);
      assertThat(cdn.get("/emote/" + ID + "/3x.webp").statusCode()).isEqualTo(404);
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
    String key = "emote/" + ID + "/1x.webp";
    try (DevNats nats = nats(0);
        EdgeFixture old = new EdgeFixture(folder.resolve("old"), nats.uri().toString(), "");
        EdgeFixture successor = new EdgeFixture(folder.resolve("new"), nats.uri().toString(), "")) {
      List<EdgeFixture> both = List.of(old, successor);
      for (EdgeFixture cdn : both) {
        await().until(() -> cdn.figure("cdn_purge_connected") == 1);
        cdn.put(key, new byte[] {1});
        assertThat(cdn.get("/" + key).body()).containsExactly(1);
        cdn.put(key, new byte[] {2});
      }
      publish(nats, "cdn.purge.request", "{\"files\":[\"" + key + "\"]}");
      for (EdgeFixture cdn : both) {
        await().atMost(Duration.ofSeconds(30)).until(() -> cdn.get("/" + key).body()[0] == 2);
      }
    }
  }

  @Test
  void aPurgeWhileItWasAwayIsMadeUpForAndTheRestStaysWarm() throws Exception {
    try (DevNats nats = nats(0);
        EdgeFixture cdn = new EdgeFixture(folder, nats.uri().toString(), disk())) {
      await().until(() -> cdn.figure("cdn_purge_connected") == 1);
      await().until(() -> cdn.figure("cdn_disk_up") == 1);
      for (int i = 1; i <= 2; i++) {
        cdn.put("emote/" + ID + "/" + i + "x.webp", new byte[] {(byte) i});
        assertThat(cdn.get("/emote/" + ID + "/" + i + "x.webp").body()).containsExactly(i);
        cdn.delete("emote/" + ID + "/" + i + "x.webp");
      }
      await().until(() -> cdn.figure("cdn_disk_entries") == 2);
      cdn.restart(() -> {
        publish(nats, "cdn.purge.request", "{\"files\":[\"emote/" + ID + "/1x.webp\"]}");
        return null;
      });
      awaitWarm(cdn);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> cdn.get("/emote/" + ID + "/1x.webp").statusCode() == 404);
      assertThat(cdn.get("/emote/" + ID + "/2x.webp").body()).containsExactly(2);
    }
  }

  @Test
  void theAdminEndpointWantsItsSecret() throws Exception {
    try (DevNats nats = nats(0);
        EdgeFixture cdn = new EdgeFixture(folder, nats.uri().toString(), disk())) {
      String body = "{\"files\":[\"emote/" + ID + "/1x.webp\",\"x\"]}";
      assertThat(cdn.purge("POST", "", body).statusCode()).isEqualTo(401);
      assertThat(cdn.purge("POST", "Bearer the-secre", body).statusCode()).isEqualTo(401);
      assertThat(cdn.purge("GET", SECRET, "").statusCode()).isEqualTo(405);
      assertThat(cdn.purge("POST", SECRET, "{").statusCode()).isEqualTo(400);
      assertThat(cdn.purge("POST", SECRET, " ".repeat(2 << 20)).statusCode()).isEqualTo(413);
      await().until(() -> cdn.figure("cdn_purge_connected") == 1);
      var done = cdn.purge("POST", SECRET, body);
      assertThat(done.statusCode()).isEqualTo(200);
      assertThat(done.body()).contains("\"files\":1").contains("\"skipped\":1");
    }
  }

  @Test
  void servesWithoutNatsAndIsPurgedOnceItIsThere() throws Exception {
    int port = freePort();
    String uri = "nats://127.0.0.1:" + port;
    try (EdgeFixture cdn = new EdgeFixture(folder, uri, disk())) {
      String key = "emote/" + ID + "/1x.webp";
      cdn.put(key, new byte[] {1});
      assertThat(cdn.get("/" + key).body()).containsExactly(1);
      assertThat(cdn.figure("cdn_purge_connected")).isZero();
      assertThat(cdn.purge("POST", SECRET, "{\"files\":[],\"everywhere\":true}").statusCode())
          .isEqualTo(503);
      try (DevNats nats = nats(port)) {
        await().atMost(Duration.ofSeconds(30)).until(() -> cdn.figure("cdn_purge_connected") == 1);
        cdn.put(key, new byte[] {2});
        publish(nats, "cdn.purge.request", "{\"files\":[\"" + key + "\"]}");
        await().until(() -> cdn.get("/" + key).body()[0] == 2);
        deleteConsumer(nats);
        cdn.put(key, new byte[] {3});
        await()
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(500))
            .until(() -> {
              publish(nats, "cdn.purge.request", "{\"files\":[\"" + key + "\"]}");
              return cdn.get("/" + key).body()[0] == 3;
            });
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> cdn.figure("cdn_purge_connected") == 0);
      assertThat(cdn.get("/" + key).body()).containsExactly(3);
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
