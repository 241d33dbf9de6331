package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Answer;
import app.seventv.cdn.CdnFixture.Version;
import app.seventv.core.service.ServiceRuntime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
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
      for (String turn : new String[] {"from the origin", "from memory"}) {
        Answer png = cdn.get(Version.HTTP_2, '/' + FOLDER + "1x_static.gif");
        assertThat(png.body()).as(turn).isEqualTo(still);
        assertThat(png.header("content-type")).isEqualTo("image/png");
        assertThat(png.header("cache-control"))
            .as(turn)
            .isEqualTo(ImageHandler.FALLBACK_CACHE_CONTROL);
        Answer webp = cdn.get(Version.HTTP_3, '/' + FOLDER + "2x_static.webp");
        assertThat(webp.body()).as(turn).isEqualTo(plain);
        assertThat(webp.header("cache-control"))
            .as(turn)
            .isEqualTo(ImageHandler.FALLBACK_CACHE_CONTROL);
      }
      Answer itself = cdn.get(Version.HTTP_2, '/' + FOLDER + "2x.webp");
      assertThat(itself.header("cache-control")).endsWith("immutable");
      assertThat(cdn.get(Version.HTTP_2, '/' + FOLDER + "3x_static.gif").status()).isEqualTo(404);
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
