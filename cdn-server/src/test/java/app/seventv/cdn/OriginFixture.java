package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A CDN before an origin that does as a test says, on a real socket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() and chooseKeys() first
abstract class OriginFixture {
  private static final String ID = "01F6MZGCNG000255K4X1K7NTHR";
  static final String SETTINGS =
      """
      origin_request_timeout = 4
      origin_hedge_delay = 1000
      max_concurrent_requests = 4
      max_object_size = 500_000
      stale_while_revalidate = "0s"
      expiry_jitter = 0
      """;

  Path directory;
  CdnFixture cdn;
  private int tests;

  /** Objects of a test of its own. */
  String key;

  String other;

  final byte[] image = new byte[300_000];

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    directory = folder;
    for (int i = 0; i < image.length; i++) {
      image[i] = (byte) (i * 31 ^ i >> 8);
    }
    cdn = CdnFixture.start(directory, SETTINGS);
    // The first request loads half the SDK.
    await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> cdn.get(Version.HTTP_2, "/badge/" + ID + "/1x.gif").status() == 404);
  }

  @AfterAll
  void stop() throws Exception {
    cdn.close();
  }

  @BeforeEach
  void chooseKeys() {
    String id = "01F6MZGCNG000255K4X1K7N%03d".formatted(tests++);
    key = "emote/" + id + "/1x.webp";
    other = "emote/" + id + "/2x.webp";
  }

  static void assertFailed(Answer answer, int status, String detail) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.header("content-length")).isEqualTo("0");
    assertThat(answer.header("cache-control")).isEqualTo("no-cache");
    assertThat(answer.header("x-7tv-cache")).isEqualTo("(none)");
    assertThat(answer.header("cache-status")).contains("; detail=" + detail);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
  }

  /** The client gets an error, or an answer that says what went wrong; never a whole one. */
  void assertBroken(Version version) throws Exception {
    try {
      assertThat(cdn.get(version, '/' + key).status()).isIn(502, 504);
    } catch (IOException | java.util.concurrent.ExecutionException broken) {
      assertThat(broken).isNotNull();
    }
  }
}
