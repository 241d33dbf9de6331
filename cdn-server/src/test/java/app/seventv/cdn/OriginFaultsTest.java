package app.seventv.cdn;

import static app.seventv.cdn.ScriptedOrigin.error;
import static app.seventv.cdn.ScriptedOrigin.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An origin that is slow, dead or broken. */
class OriginFaultsTest extends OriginFixture {
  /** Requests at the same time. */
  private static final int FIRST = 16;

  private static final String TIMEOUTS = "cache_upstream_response_total{status=\"Timeout\"}";

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
        String cold = "/emote/01F6MZGCNG000255K4X1K8N0%02d/1x.webp".formatted(i);
        assertFailed(lost.get(Version.HTTP_2, cold), 502, "error");
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

  /** The SDK loses calls while it has not had a connection yet. */
  @Test
  void anOriginThatIsDownFromTheStartRefusesAtOnce() throws Exception {
    try (Socket deaf = new Socket()) {
      deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // and listens not
      S3Origin down = origin(URI.create("http://127.0.0.1:" + deaf.getLocalPort()));
      for (int i = 0; i < 400; i++) {
        assertThat(down.get(key, null))
            .failsWithin(Duration.ofSeconds(10))
            .withThrowableThat()
            .havingCause()
            .isInstanceOfSatisfying(
                OriginFailure.class,
                failure -> assertThat(failure.kind()).isEqualTo(OriginFailure.Kind.ERROR));
      }
      down.close();
    }
  }

  /** A connection may carry its request before it is known to be active. */
  @Test
  void theFirstRequestsOfAllAreAnswered() throws Exception {
    try (ScriptedOrigin up = ScriptedOrigin.start()) {
      CountDownLatch all = new CountDownLatch(FIRST);
      up.answer(
          key,
          (call, out) -> {
            all.countDown();
            all.await(); // each needs a connection of its own
            head(out, "200 OK", "content-length: " + image.length);
            out.write(image);
          });
      S3Origin fresh = origin(up.endpoint());
      List<CompletableFuture<OriginAnswer>> first = new ArrayList<>();
      for (int i = 0; i < FIRST; i++) {
        first.add(fresh.get(key, null));
      }
      for (CompletableFuture<OriginAnswer> answer : first) {
        assertThat(answer)
            .succeedsWithin(Duration.ofSeconds(30))
            .isInstanceOfSatisfying(OriginAnswer.Found.class, OriginAnswer.Found::discard);
      }
      fresh.close();
    }
  }

  private static S3Origin origin(URI endpoint) {
    String settings =
        "[cdn]\nallow_insecure = true\nbucket.endpoint = \"%s\"\n".formatted(endpoint);
    return new S3Origin(new CdnOptions(CdnServer.DEFINITION.config(settings)));
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
}
