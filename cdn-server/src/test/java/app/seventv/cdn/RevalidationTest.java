package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a 304 of the origin says anew (RFC 9111 §4.3.4). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() and chooseKey() first
class RevalidationTest {
  private static final byte[] OLD = "old bytes".getBytes(StandardCharsets.UTF_8);
  private static final byte[] NEW = "new bytes".getBytes(StandardCharsets.UTF_8);

  @TempDir static Path directory = Path.of(".");

  private CdnFixture cdn;
  private int tests;

  /** An object of a test of its own. */
  private String key;

  private static CdnFixture start(String name) throws Exception {
    String settings =
        """
        stale_while_revalidate = "0s"
        expiry_jitter = 0
        max_age_without_purges = "7days"
        origin_request_timeout = 30
        origin_hedge_delay = 30000
        disk = { directory = "%s" }
        """
            .formatted(directory.resolve("disk"));
    CdnFixture cdn = CdnFixture.start(directory.resolve(name), settings);
    await().atMost(Duration.ofSeconds(30)).until(() -> cdn.figure("cdn_disk_up") == 1);
    return cdn;
  }

  @BeforeAll
  void start() throws Exception {
    cdn = start("first");
  }

  @AfterAll
  void stop() throws Exception {
    cdn.close();
  }

  @BeforeEach
  void chooseKey() {
    key = "emote/01F6MZGCNG000255K4X1K7N%03d/1x.webp".formatted(tests++);
  }

  /** Serves the old bytes for a second, and then this to whoever asks for news of them. */
  private void thenNotModified(String... lines) {
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              if (call.headers().containsKey("if-none-match")) {
                ScriptedOrigin.head(out, "304 Not Modified", lines);
              } else {
                ScriptedOrigin.head(
                    out,
                    "200 OK",
                    "content-length: " + OLD.length,
                    "etag: " + ScriptedOrigin.etag(OLD),
                    "last-modified: Tue, 01 Jul 2025 10:00:00 GMT",
                    "cache-control: max-age=1");
                out.write(OLD);
              }
            });
  }

  private Answer revalidated(Version version) throws Exception {
    assertThat(cdn.get(version, '/' + key).header("cache-control")).contains("max-age=1,");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> {
          cdn.get(version, '/' + key);
          // A refresh ahead of time may still be under way.
          return cdn.origin().calls(key).size() > 1 && cdn.figure("cache_inflight") == 0;
        });
    return cdn.get(version, '/' + key);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void newFieldsReplaceTheOldOnes(Version version) throws Exception {
    thenNotModified(
        "etag: " + ScriptedOrigin.etag(OLD),
        "cache-control: public,max-age=5000",
        "last-modified: Wed, 02 Jul 2025 10:00:00 GMT");
    Answer renewed = revalidated(version);
    assertThat(renewed.body()).isEqualTo(OLD);
    assertThat(renewed.header("cache-control")).contains("max-age=5000,");
    assertThat(renewed.header("last-modified")).isEqualTo("Wed, 02 Jul 2025 10:00:00 GMT");
    assertThat(renewed.header("etag")).isEqualTo(ScriptedOrigin.etag(OLD));
    assertThat(renewed.header("cache-status")).isEqualTo("SevenTV; hit");
  }

  @Test
  void expiresIsALifetimeToo() throws Exception {
    thenNotModified("expires: Fri, 01 Jan 2999 00:00:00 GMT");
    String cacheControl = revalidated(Version.HTTP_1_1).header("cache-control");
    assertThat(Long.parseLong(cacheControl.replaceAll(".*max-age=(\\d+), s-m.*", "$1")))
        .isGreaterThan(Duration.ofDays(365 * 500L).toSeconds());
  }

  @Test
  void whatIsNotSaidStays() throws Exception {
    thenNotModified("x-amz-request-id: 1");
    Answer renewed = revalidated(Version.HTTP_1_1);
    assertThat(renewed.header("cache-control")).contains("max-age=1,");
    assertThat(renewed.header("last-modified")).isEqualTo("Tue, 01 Jul 2025 10:00:00 GMT");
  }

  @Test
  void whatMayNotBeKeptAnyMoreIsNot() throws Exception {
    thenNotModified("cache-control: max-age=0");
    Answer renewed = revalidated(Version.HTTP_1_1);
    assertThat(renewed.body()).isEqualTo(OLD);
    // Served once more, and forgotten: the next one is a miss.
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(
                    cdn.origin().calls(key).stream()
                        .filter(call -> !call.headers().containsKey("if-none-match")))
                .hasSizeGreaterThan(1));
  }

  @Test
  void a304OfOtherBytesIsNotBelieved() throws Exception {
    thenNotModified("etag: \"of-something-else\"", "cache-control: max-age=5000");
    assertThat(cdn.get(Version.HTTP_1_1, '/' + key).body()).isEqualTo(OLD);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              if (call.headers().containsKey("if-none-match")) {
                ScriptedOrigin.head(out, "304 Not Modified", "etag: \"of-something-else\"");
              } else {
                ScriptedOrigin.head(out, "200 OK", "content-length: " + NEW.length);
                out.write(NEW);
              }
            });
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> assertThat(cdn.get(Version.HTTP_1_1, '/' + key).body()).isEqualTo(NEW));
  }

  @Test
  void theDiskLearnsItToo() throws Exception {
    thenNotModified("cache-control: max-age=5000");
    revalidated(Version.HTTP_1_1);
    stop(); // writes what waits for the disk
    cdn = start("second");
    Answer answer = cdn.get(Version.HTTP_1_1, '/' + key);
    assertThat(answer.body()).isEqualTo(OLD);
    assertThat(answer.header("cache-control")).contains("max-age=5000,");
    assertThat(cdn.origin().calls(key)).isEmpty();
  }
}
