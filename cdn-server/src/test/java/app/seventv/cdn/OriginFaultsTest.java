package app.seventv.cdn;

import static app.seventv.cdn.ScriptedOrigin.error;
import static app.seventv.cdn.ScriptedOrigin.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An origin that is slow, dead, broken or wrong, on a real socket. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() and chooseKeys() first
class OriginFaultsTest {
  private static final String TIMEOUTS = "cache_upstream_response_total{status=\"Timeout\"}";
  private static final String ID = "01F6MZGCNG000255K4X1K7NTHR";
  private static final String SETTINGS =
      """
      origin_request_timeout = 4
      origin_hedge_delay = 1000
      max_concurrent_requests = 4
      max_object_size = 500_000
      stale_while_revalidate = "0s"
      expiry_jitter = 0
      """;

  @TempDir static Path directory = Path.of(".");
  private CdnFixture cdn;
  private int tests;

  /** Objects of a test of its own. */
  private String key;

  private String other;

  private final byte[] image = new byte[300_000];

  @BeforeAll
  void start() throws Exception {
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

  private static void assertFailed(Answer answer, int status, String detail) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.header("content-length")).isEqualTo("0");
    assertThat(answer.header("cache-control")).isEqualTo("no-cache");
    assertThat(answer.header("x-7tv-cache")).isEqualTo("(none)");
    assertThat(answer.header("cache-status")).contains("; detail=" + detail);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("*");
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aServerErrorIsTriedOnceMoreAndThenABadGateway(Version version) throws Exception {
    cdn.origin().answer(key, error("500 Internal Server Error", "InternalError"));
    assertFailed(cdn.get(version, '/' + key), 502, "error");
    assertThat(cdn.origin().calls(key)).hasSize(2);
    cdn.origin().put(key, image);
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image); // was not remembered
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aSecondRequestHelps(Version version) throws Exception {
    AtomicInteger calls = new AtomicInteger();
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              if (calls.getAndIncrement() == 0) {
                error("503 Slow Down", "SlowDown").write(call, out);
              } else {
                head(out, "200 OK", "content-length: " + image.length);
                out.write(image);
              }
            });
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
    assertThat(calls).hasValue(2);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aSlowRequestIsOvertakenByASecondOne(Version version) throws Exception {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch never = new CountDownLatch(1);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              if (calls.getAndIncrement() == 0) {
                never.await();
              }
              head(out, "200 OK", "content-length: " + image.length);
              out.write(image);
            });
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
    assertThat(calls).hasValue(2);
    never.countDown();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aRefusalIsNotTriedAgain(Version version) throws Exception {
    cdn.origin().answer(key, error("403 Forbidden", "AccessDenied"));
    assertFailed(cdn.get(version, '/' + key), 502, "refused");
    cdn.origin().answer(other, error("404 Not Found", "NoSuchBucket"));
    assertFailed(cdn.get(version, '/' + other), 502, "refused");
    assertThat(cdn.origin().calls(key)).hasSize(1);
  }

  @Test
  void noAnswerIsATimeout() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    cdn.origin().answer(key, (call, out) -> never.await());
    double before = cdn.figure(TIMEOUTS);
    for (Answer answer : cdn.getOverEveryVersion('/' + key)) {
      assertFailed(answer, 504, "timeout");
    }
    assertThat(cdn.figure(TIMEOUTS)).isGreaterThan(before);
    never.countDown();
  }

  @Test
  void aDeadOriginIsABadGatewayAndThenGivenARest() throws Exception {
    try (CdnFixture lost = CdnFixture.start(directory.resolve("lost"), SETTINGS)) {
      lost.origin().close();
      assertFailed(lost.get(Version.HTTP_2, '/' + key), 502, "error");
      for (int i = 1; i < CircuitBreaker.FAILURES; i++) {
        lost.get(Version.HTTP_2, "/emote/01F6MZGCNG000255K4X1K8N0%02d/1x.webp".formatted(i));
      }
      for (Version version : Version.values()) {
        // Now and then one is let through to see whether the origin is back.
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(() -> {
              Answer answer = lost.get(version, '/' + key);
              assertFailed(answer, 503, "unavailable");
              assertThat(answer.header("retry-after")).isEqualTo("1");
            });
      }
      assertThat(lost.figure("cache_upstream_open")).isEqualTo(1);
    }
  }

  @Test
  void oneBadObjectTakesNothingFromTheOthers() throws Exception {
    try (CdnFixture node = CdnFixture.start(directory.resolve("bad"), SETTINGS)) {
      node.origin().answer(key, error("500 Internal Server Error", "InternalError"));
      for (Version version : Version.values()) {
        for (int i = 0; i < 2 * CircuitBreaker.FAILURES; i++) {
          assertFailed(node.get(version, '/' + key), 502, "error");
        }
        String cold = other.replace("2x", version.number() + 1 + "x");
        node.origin().put(cold, image);
        assertThat(node.get(version, '/' + cold).body()).isEqualTo(image);
      }
      assertThat(node.figure("cache_upstream_open")).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void statusesThatNobodyAskedForAreNoObject(Version version) throws Exception {
    for (String status : List.of("202 Accepted", "203 Changed", "206 Partial Content")) {
      cdn.origin()
          .answer(
              key,
              (call, out) -> {
                head(out, status, "content-length: " + image.length);
                out.write(image);
              });
      assertFailed(cdn.get(version, '/' + key), 502, "refused");
    }
    cdn.origin().answer(key, (call, out) -> head(out, "204 No Content"));
    assertFailed(cdn.get(version, '/' + key), 502, "refused");
    cdn.origin().put(key, image);
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void interimAnswersAreNoAnswers(Version version) throws Exception {
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "103 Early Hints", "link: </style.css>; rel=preload");
              head(out, "102 Processing");
              head(out, "200 OK", "content-length: " + image.length);
              out.write(image);
            });
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void datesThatAreNoneAreLeftOut(Version version) throws Exception {
    cdn.origin().put(key, image, "last-modified: yesterday", "expires: 0");
    Answer answer = cdn.get(version, '/' + key);
    assertThat(answer.body()).isEqualTo(image);
    assertThat(answer.header("last-modified")).isEqualTo("(none)");
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aCutTransferIsNeverTakenForWhole(Version version) throws Exception {
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "content-length: " + image.length);
              out.write(image, 0, image.length / 2);
              out.flush();
              throw new IOException("cut");
            });
    assertBroken(version);
    cdn.origin().put(key, image);
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
  }

  /** As long as nothing was sent, a client is told what is wrong. */
  @ParameterizedTest
  @EnumSource(Version.class)
  void aHeadWithoutABodyIsAnError(Version version) throws Exception {
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "content-length: " + image.length);
              throw new IOException("cut");
            });
    assertFailed(cdn.get(version, '/' + key), 502, "error");
    CountDownLatch never = new CountDownLatch(1);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "content-length: " + image.length);
              never.await();
            });
    assertFailed(cdn.get(version, '/' + key), 504, "timeout");
    never.countDown();
    cdn.origin().put(key, image);
    assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
  }

  /** The client gets an error, or an answer that says what went wrong; never a whole one. */
  private void assertBroken(Version version) throws Exception {
    try {
      assertThat(cdn.get(version, '/' + key).status()).isIn(502, 504);
    } catch (IOException | java.util.concurrent.ExecutionException broken) {
      assertThat(broken).isNotNull();
    }
  }

  @Test
  void aTransferThatStandsStillIsBrokenOff() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "content-length: " + image.length);
              out.write(image, 0, 1000);
              out.flush();
              never.await();
            });
    double before = cdn.figure(TIMEOUTS);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> asked = new ArrayList<>();
      for (Version version : Version.values()) {
        asked.add(
            clients.submit(() -> {
              assertBroken(version);
              return null;
            }));
      }
      for (Future<?> answer : asked) {
        answer.get();
      }
    }
    assertThat(cdn.figure(TIMEOUTS)).isGreaterThan(before);
    await().atMost(Duration.ofSeconds(30)).until(() -> cdn.figure("cache_inflight") == 0);
    never.countDown();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void bytesBeyondTheLengthReachNoOtherObject(Version version) throws Exception {
    byte[] evil = new byte[2_000];
    Arrays.fill(evil, (byte) 'x');
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "content-length: 1000");
              out.write(evil);
            });
    cdn.origin().put(other, image);
    for (int i = 0; i < 5; i++) {
      assertThat(cdn.get(version, '/' + key).body()).hasSize(1000);
      assertThat(cdn.get(version, '/' + other).body()).isEqualTo(image);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void anAnswerThatNobodyAskedForIsNobodysAnswer(Version version) throws Exception {
    byte[] twoAnswers =
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"
            .getBytes(StandardCharsets.US_ASCII);
    cdn.origin().answer(key, (call, out) -> out.write(twoAnswers));
    cdn.origin().put(other, image);
    assertThat(cdn.get(version, '/' + key).body()).asString().isEqualTo("ok");
    assertThat(cdn.get(version, '/' + other).body()).isEqualTo(image);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aBrokenChunkIsNoEnd(Version version) throws Exception {
    byte[] chunks = "4\r\ngood\r\nno chunk at all\r\n".getBytes(StandardCharsets.US_ASCII);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              out.write(chunks);
            });
    assertBroken(version);
  }

  /** Writes a chunk; an empty one is the last. */
  private static void chunk(OutputStream out, byte[] data) throws IOException {
    out.write((Integer.toHexString(data.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.write(data);
    out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void chunksWithoutALastOneAreNoWholeObject(Version version) throws Exception {
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              chunk(out, image);
              throw new IOException("cut between chunks");
            });
    assertFailed(cdn.get(version, '/' + key), 502, "error");
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              out.write("ff\r\nhello".getBytes(StandardCharsets.US_ASCII));
              out.flush();
              throw new IOException("cut within a chunk");
            });
    assertFailed(cdn.get(version, '/' + key), 502, "error");
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              throw new IOException("cut before the first chunk");
            });
    assertFailed(cdn.get(version, '/' + key), 502, "error");
    byte[] large = new byte[2_000_000];
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              chunk(out, large);
              throw new IOException("cut when the first bytes have been passed on");
            });
    assertBroken(version);
    assertBroken(version); // known as large now
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void wholeChunksAreKeptWithTheirLength(Version version) throws Exception {
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              for (int at = 0; at < image.length; at += 100_000) {
                chunk(out, Arrays.copyOfRange(image, at, at + 100_000));
              }
              chunk(out, new byte[0]);
            });
    for (int i = 0; i < 2; i++) {
      Answer head = cdn.send(version, "HEAD", '/' + key, Map.of());
      assertThat(head.header("content-length")).isEqualTo("300000");
      assertThat(cdn.get(version, '/' + key).body()).isEqualTo(image);
    }
    assertThat(cdn.origin().calls(key)).hasSize(1);
  }

  /** Whether the whole came nobody could tell. */
  @ParameterizedTest
  @EnumSource(Version.class)
  void whatEndsWithItsConnectionIsNoObject(Version version) throws Exception {
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "content-type: image/webp");
              out.write(image);
              out.flush();
              throw new IOException("the end");
            });
    assertFailed(cdn.get(version, '/' + key), 502, "refused");
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void headClaimsNoLengthThatIsNotKnown(Version version) throws Exception {
    byte[] large = new byte[2_000_000];
    Arrays.fill(large, (byte) 7);
    cdn.origin()
        .answer(
            key,
            (call, out) -> {
              head(out, "200 OK", "transfer-encoding: chunked");
              chunk(out, large);
              chunk(out, new byte[0]);
            });
    for (int i = 0; i < 2; i++) {
      Answer head = cdn.send(version, "HEAD", '/' + key, Map.of());
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("content-length")).isEqualTo("(none)");
      assertThat(cdn.get(version, '/' + key).body()).isEqualTo(large);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void tooLargeObjectsPassWithoutBeingKept(Version version) throws Exception {
    byte[] large = new byte[2_000_000];
    Arrays.fill(large, (byte) 9);
    cdn.origin().put(key, large);
    for (int i = 1; i <= 3; i++) {
      Answer answer = cdn.get(version, '/' + key);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(large);
      assertThat(answer.header("content-length")).isEqualTo("2000000");
      assertThat(answer.header("cache-status")).isEqualTo("SevenTV; fwd=bypass; detail=large");
      assertThat(cdn.origin().calls(key)).hasSize(i);
    }
    Answer head = cdn.send(version, "HEAD", '/' + key, Map.of());
    assertThat(head.header("content-length")).isEqualTo("2000000");
    assertThat(cdn.figure("cache_passed_total")).isGreaterThanOrEqualTo(3);
    await().atMost(Duration.ofSeconds(30)).until(() -> cdn.figure("cache_upstream_running") == 0);
  }
}
