package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import app.seventv.core.service.ServiceRuntime;
import app.seventv.devstack.nats.DevNats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What some settings change, end to end. */
class CdnSwitchesTest {
  private static final String FOLDER = "emote/01F6MZGCNG000255K4X1K7NTHR/";

  @TempDir Path directory = Path.of(".");

  @Test
  void anotherFormStandsInForAMissingOneForAShortTime() throws Exception {
    byte[] still = {1, 2, 3};
    byte[] plain = {4, 5};
    try (CdnFixture cdn = CdnFixture.start(directory, "fallbacks = true\n")) {
      cdn.origin().put(FOLDER + "1x_static.png", still, "content-type: image/png");
      cdn.origin().put(FOLDER + "2x.webp", plain, "content-type: image/webp");
      for (Version version : Version.values()) { // the first one from the origin
        Answer png = cdn.get(version, '/' + FOLDER + "1x_static.gif");
        assertThat(png.body()).as(version.name()).isEqualTo(still);
        assertThat(png.header("content-type")).isEqualTo("image/png");
        Answer webp = cdn.get(version, '/' + FOLDER + "2x_static.webp");
        assertThat(webp.body()).as(version.name()).isEqualTo(plain);
        for (Answer replacement : List.of(png, webp)) {
          assertThat(replacement.header("cache-control"))
              .as(version.name())
              .isEqualTo(ImageHandler.FALLBACK_CACHE_CONTROL);
        }
        Answer itself = cdn.get(version, '/' + FOLDER + "2x.webp");
        assertThat(itself.header("cache-control")).endsWith("immutable");
        assertThat(cdn.get(version, '/' + FOLDER + "3x_static.gif").status()).isEqualTo(404);
      }
    }
  }

  @Test
  void thePlainPortSendsToTheSecureOne() throws Exception {
    try (CdnFixture cdn = CdnFixture.start(directory, "allow_insecure = false\n")) {
      Answer answer = cdn.send(Version.HTTP_1_1, "POST", "/any/%7Epath?q=1&r", Map.of());
      assertThat(answer.status()).isEqualTo(308);
      // The port is that of the setting, which here is chosen by the system.
      assertThat(answer.header("location")).isEqualTo("https://127.0.0.1:0/any/%7Epath?q=1&r");
      assertThat(answer.header("server")).isEqualTo("SevenTV");
      assertThat(answer.header("content-length")).isEqualTo("0");
      assertThat(answer.header("access-control-allow-origin")).isEqualTo("(none)");
      assertThat(answer.header("alt-svc")).isEqualTo("(none)");
      try (PlainHttp2 client = new PlainHttp2(cdn.plainPort())) {
        client.get("cdn.7tv.app:80", "/any/%7Epath?q=1&r");
        Answer same = client.read();
        assertThat(same.status()).isEqualTo(308);
        assertThat(same.header("location")).isEqualTo("https://cdn.7tv.app:0/any/%7Epath?q=1&r");
        assertThat(same.header("server")).isEqualTo("SevenTV");
      }
    }
  }

  /** What a request gets as it is written; the connection ends with the answer. */
  private static String raw(int port, String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write((head + "connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void whoNamesNoHostIsNotSentAnywhere() throws Exception {
    String settings = "allow_insecure = false\npublic_port = 443\n";
    Map<String, String> redirects =
        Map.of(
            "GET /a?b HTTP/1.1\r\nhost: cdn.7tv.app:8000\r\n", "https://cdn.7tv.app/a?b",
            "GET /a HTTP/1.1\r\nhost: [::1]:80\r\n", "https://[::1]/a",
            "GET http://other/x HTTP/1.1\r\nhost: cdn.7tv.app\r\n", "https://other/x",
            "GET //other/x HTTP/1.1\r\nhost: cdn.7tv.app\r\n", "https://cdn.7tv.app//other/x",
            "OPTIONS * HTTP/1.1\r\nhost: cdn.7tv.app\r\n", "https://cdn.7tv.app/",
            "BREW /a HTTP/1.1\r\nhost: cdn.7tv.app\r\n", "https://cdn.7tv.app/a");
    try (CdnFixture cdn = CdnFixture.start(directory, settings)) {
      for (Map.Entry<String, String> redirect : redirects.entrySet()) {
        assertThat(raw(cdn.plainPort(), redirect.getKey()))
            .startsWith("HTTP/1.1 308 ")
            .containsIgnoringCase("\r\nlocation: " + redirect.getValue() + "\r\n")
            .endsWith("\r\n\r\n");
      }
      for (String host : List.of("", "a b", "a/b", "a@b", "a:b", "a:1:2", "[::1", "\u00e9", "a%")) {
        assertThat(raw(cdn.plainPort(), "GET /a HTTP/1.1\r\nhost: " + host + "\r\n"))
            .as(host)
            .startsWith("HTTP/1.1 400 ")
            .containsIgnoringCase("\r\ncontent-length: 0\r\n")
            .doesNotContainIgnoringCase("content-type:")
            .doesNotContainIgnoringCase("location:")
            .endsWith("\r\n\r\n");
      }
      for (String none : List.of("GET /a HTTP/1.1\r\n", "GET /a HTTP/1.0\r\n")) {
        assertThat(raw(cdn.plainPort(), none)).startsWith("HTTP/1.1 400 ").endsWith("\r\n\r\n");
      }
      try (PlainHttp2 client = new PlainHttp2(cdn.plainPort())) {
        client.get("a~b", "/a");
        assertThat(client.read().status()).isEqualTo(400);
      }
    }
  }

  @Test
  void namesThatNatsRefusesStopTheStart() {
    for (String name : new String[] {"", "a.b", "a b", "a*", "a>", "é"}) {
      String toml = "pod = { name = \"" + name + "\" }\n[cdn]\nbind = \"127.0.0.1:0\"\n";
      assertThatThrownBy(
              () -> {
                try (var started =
                    ServiceRuntime.start(CdnServer.DEFINITION, CdnServer.DEFINITION.config(toml))) {
                  assertThat(started).isNull();
                }
              })
          .as(name)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("pod.name");
    }
  }

  @Test
  void noPortAcceptsWhileAnotherIsBeingDrainedAndAnswersEnd() throws Exception {
    byte[] body = {1, 2, 3, 4};
    CountDownLatch go = new CountDownLatch(1);
    try (CdnFixture cdn = CdnFixture.start(directory, "")) {
      cdn.origin()
          .answer(
              FOLDER + "1x.webp",
              (call, out) -> {
                ScriptedOrigin.head(out, "200 OK", "content-length: " + body.length);
                out.write(body, 0, 2);
                out.flush();
                go.await();
                out.write(body, 2, 2);
              });
      List<Reading> clients = new ArrayList<>();
      for (Version version : Version.values()) {
        Reading client = cdn.read(version, '/' + FOLDER + "1x.webp");
        await().until(() -> client.received() == 2);
        clients.add(client);
      }
      int plain = cdn.plainPort();
      int secure = cdn.securePort();
      Thread drain = Thread.ofVirtual().start(() -> drain(cdn, Duration.ofSeconds(60)));
      await().until(() -> !accepts(plain) && !accepts(secure));
      assertThat(drain.isAlive()).isTrue();
      assertThat(clients).noneMatch(Reading::isOver);
      go.countDown();
      for (Reading client : clients) {
        assertThat(client.body()).isEqualTo(body);
      }
      drain.join();
    }
  }

  @Test
  void thePortThatClientsSeeIsNamed() throws Exception {
    try (CdnFixture cdn = CdnFixture.start(directory, "public_port = 8443\n")) {
      for (Version version : Version.values()) {
        assertThat(cdn.get(version, "/").header("alt-svc")).isEqualTo("h3=\":8443\"; ma=2592000");
      }
    }
    String redirects = "allow_insecure = false\npublic_port = 443\n";
    try (CdnFixture cdn = CdnFixture.start(directory, redirects)) {
      assertThat(cdn.get(Version.HTTP_1_1, "/x").header("location"))
          .isEqualTo("https://127.0.0.1/x");
    }
  }

  @Test
  void nobodyIsSentToHttp3IfThereIsNone() throws Exception {
    try (CdnFixture cdn = CdnFixture.start(directory, "http3 = false\n")) {
      for (Version version : List.of(Version.HTTP_1_1, Version.HTTP_2)) {
        assertThat(cdn.get(version, "/").header("alt-svc")).isEqualTo("(none)");
      }
    }
  }

  /** What {@code /readyz} says on the admin port. */
  private static HttpResponse<String> ready(CdnFixture cdn, HttpClient client) throws Exception {
    int port = cdn.runtime().adminAddress().orElseThrow().getPort();
    URI uri = URI.create("http://127.0.0.1:" + port + "/readyz");
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Who balances the load learns it; who is here already is served on. */
  @Test
  void isNotReadyWithoutOriginOrPurges() throws Exception {
    DevNats nats = DevNats.start(Files.createDirectory(directory.resolve("nats")), 0, 0);
    try (CdnFixture cdn =
            CdnFixture.start(
                directory.resolve("cdn"),
                "unready_after = \"0s\"\n",
                "metrics_bind_address = \"127.0.0.1:0\"\n",
                nats.uri().toString());
        HttpClient client = HttpClient.newHttpClient()) {
      await().until(() -> ready(cdn, client).statusCode() == 200);
      for (int i = 0; cdn.figure("cache_upstream_open") == 0; i++) {
        String key = "badge/01F6MZGCNG000255K4X1K7N%03d/1x.webp".formatted(i);
        cdn.origin().answer(key, ScriptedOrigin.error("500 Internal Server Error", "Error"));
        assertThat(cdn.get(Version.HTTP_2, '/' + key).status()).isIn(502, 503);
      }
      await().until(() -> ready(cdn, client).statusCode() == 503);
      await() // one of them tries whether it is back
          .until(() -> cdn.get(Version.HTTP_2, '/' + FOLDER + "4x.webp").status() == 404);
      await().until(() -> ready(cdn, client).statusCode() == 200);
      nats.close();
      await().until(() -> ready(cdn, client).statusCode() == 503);
      for (Version version : Version.values()) {
        assertThat(cdn.get(version, '/' + FOLDER + "1x.webp").status()).isEqualTo(404);
      }
    } finally {
      nats.close();
    }
  }

  @Test
  void requestsToTheOriginAreSignedIfBothHalvesOfTheKeyAreThere() throws Exception {
    String access = "bucket.credentials.access_key = \"AK\"\n";
    String secret = "bucket.credentials.secret_key = \"SK\"\n";
    for (String halves : List.of("", access, secret, access + secret)) {
      try (CdnFixture cdn = CdnFixture.start(directory, halves)) {
        assertThat(cdn.get(Version.HTTP_2, '/' + FOLDER + "1x.webp").status()).isEqualTo(404);
        Map<String, String> fields = cdn.origin().calls(FOLDER + "1x.webp").getFirst().headers();
        if (halves.equals(access + secret)) {
          assertThat(fields.get("authorization")).startsWith("AWS4-HMAC-SHA256 Credential=AK/");
        } else {
          assertThat(fields).as(halves).doesNotContainKey("authorization");
        }
      }
    }
  }

  private static void drain(CdnFixture cdn, Duration limit) {
    try {
      cdn.runtime().service().drain(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
