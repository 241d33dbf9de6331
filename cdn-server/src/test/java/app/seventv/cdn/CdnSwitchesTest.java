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
  void noPortAcceptsWhileAnotherIsBeingDrained() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    try (CdnFixture cdn =
        CdnFixture.start(directory, "origin_request_timeout = 60\norigin_hedge_delay = 60000\n")) {
      cdn.origin()
          .answer(
              FOLDER + "1x.webp",
              (call, out) -> {
                asked.countDown();
                answered.await();
                ScriptedOrigin.head(out, "200 OK", "content-length: 0");
              });
      Thread client = Thread.ofVirtual().start(() -> get(cdn, '/' + FOLDER + "1x.webp"));
      asked.await();
      int plain = cdn.plainPort();
      Thread drain = Thread.ofVirtual().start(() -> drain(cdn, Duration.ofSeconds(30)));
      await().atMost(Duration.ofSeconds(15)).until(() -> !accepts(plain));
      assertThat(drain.isAlive()).isTrue();
      answered.countDown();
      client.join();
      drain.join();
    }
  }

  private static void get(CdnFixture cdn, String path) {
    try {
      assertThat(cdn.get(Version.HTTP_2, path).status()).isEqualTo(200);
    } catch (Exception e) {
      throw new AssertionError(e);
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
