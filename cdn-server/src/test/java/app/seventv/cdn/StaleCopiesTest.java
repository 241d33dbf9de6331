package app.seventv.cdn;

import static app.seventv.cdn.ScriptedOrigin.error;
import static app.seventv.cdn.ScriptedOrigin.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a copy past its life when the origin is down, broken or has no such object. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() and chooseKey() first
class StaleCopiesTest {
  private static final String SETTINGS =
      """
      origin_request_timeout = 15
      origin_hedge_delay = 15000
      stale_while_revalidate = "0s"
      expiry_jitter = 0
      """;

  @TempDir static Path directory = Path.of(".");
  private CdnFixture cdn;
  private int tests;

  /** An object of a test of its own. */
  private String key;

  private final byte[] image = new byte[300_000];

  @BeforeAll
  void start() throws Exception {
    for (int i = 0; i < image.length; i++) {
      image[i] = (byte) (i * 31 ^ i >> 8);
    }
    cdn = CdnFixture.start(directory, SETTINGS);
  }

  @AfterAll
  void stop() throws Exception {
    cdn.close();
  }

  @BeforeEach
  void chooseKey() {
    key = "emote/01F6MZGCNG000255K4X1K7N%03d/1x.webp".formatted(tests++);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void anOldCopyServesWhileTheOriginIsDown(Version version) throws Exception {
    cdn.origin().put(key, image, "cache-control: max-age=1");
    assertThat(cdn.get(version, '/' + key).status()).isEqualTo(200);
    // Past its life it is asked for anew, which costs no bytes. Asked for too often, it would count
    // as hot and be fetched ahead of its end.
    await()
        .pollInterval(Duration.ofMillis(1_100))
        .untilAsserted(() ->
            assertThat(cdn.get(version, '/' + key).header("cache-status"))
                .isEqualTo("SevenTV; fwd=stale; fwd-status=304"));
    assertThat(cdn.origin().calls(key).getLast().headers())
        .containsEntry("if-none-match", ScriptedOrigin.etag(image));
    cdn.origin().answer(key, error("500 Internal Server Error", "InternalError"));
    await()
        .pollInterval(Duration.ofMillis(1_100))
        .untilAsserted(() -> {
          Answer answer = cdn.get(version, '/' + key);
          assertThat(answer.status()).isEqualTo(200);
          assertThat(answer.body()).isEqualTo(image);
          assertThat(answer.header("cache-status"))
              .isEqualTo("SevenTV; fwd=stale; detail=origin-failed");
        });
    await() // it is left in peace for a while
        .until(() -> {
          int calls = cdn.origin().calls(key).size();
          return cdn.get(version, '/' + key)
                  .header("cache-status")
                  .startsWith("SevenTV; hit; ttl=-")
              && cdn.origin().calls(key).size() == calls;
        });
    assertThat(cdn.figure("cache_stale_on_error_total")).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aNewVersionThatIsCutEndsForWhoHasBegunToReadIt(Version version) throws Exception {
    cdn.origin().put(key, image, "cache-control: max-age=1");
    assertThat(cdn.get(version, '/' + key).status()).isEqualTo(200);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "content-length: 200000", "etag: \"new\"");
              out.write(new byte[100_000]);
              out.flush();
              throw new IOException("cut");
            });
    // Whoever got its beginning can tell that it is broken; everyone else gets the old one.
    await()
        .until(() -> {
          try {
            Answer answer = cdn.get(version, '/' + key);
            assertThat(answer.body()).isEqualTo(image);
          } catch (IOException | ExecutionException broken) {
            assertThat(broken).isNotNull();
          }
          return cdn.origin().calls(key).size() > 1;
        });
    cdn.origin().answer(key, error("500 Internal Server Error", "InternalError"));
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aNewVersionWithoutABodyLeavesTheOldOne(Version version) throws Exception {
    cdn.origin().put(key, image, "cache-control: max-age=1");
    assertThat(cdn.get(version, '/' + key).status()).isEqualTo(200);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "content-length: 200000", "etag: \"new\"");
              throw new IOException("cut");
            });
    await()
        .pollInterval(Duration.ofMillis(1_100)) // asked for too often, it would count as hot
        .untilAsserted(() -> {
          Answer answer = cdn.get(version, '/' + key);
          assertThat(answer.status()).isEqualTo(200);
          assertThat(answer.body()).isEqualTo(image);
          assertThat(answer.header("cache-status"))
              .isEqualTo("SevenTV; fwd=stale; detail=origin-failed");
        });
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void whatIsGoneIsGone(Version version) throws Exception {
    cdn.origin().put(key, image, "cache-control: max-age=1");
    assertThat(cdn.get(version, '/' + key).status()).isEqualTo(200);
    cdn.origin().answer(key, error("404 Not Found", "NoSuchKey"));
    await().untilAsserted(() -> assertThat(cdn.get(version, '/' + key).status()).isEqualTo(404));
  }
}
