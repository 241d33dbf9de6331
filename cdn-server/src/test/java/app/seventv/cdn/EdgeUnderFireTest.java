package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients of all HTTP versions before an origin that is slow, dead, truncating or lying, by seeded
 * chance, all on real sockets, with a memory that holds a part of the objects: nobody gets wrong
 * bytes, and nobody waits for ever.
 */
class EdgeUnderFireTest {
  private static final int KEYS = 60;
  private static final int CLIENTS = 12;
  private static final int REQUESTS = 30;
  private static final int CAPACITY = 1 << 20;
  private static final int MAX_LENGTH = 60_000;
  private static final List<Version> VERSIONS = List.of(Version.values());
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String SETTINGS =
      """
      cache_capacity = %d
      origin_request_timeout = 2
      origin_hedge_delay = 300
      max_object_size = 50_000
      stale_while_revalidate = "0s"
      """
          .formatted(CAPACITY);

  /** Pause in the midst of a body, far below what the CDN waits. */
  private static final long SLOW_MS = 100;

  @TempDir Path directory = Path.of(".");

  /** All clients have gone: the origin's silent requests end. */
  private final CountDownLatch over = new CountDownLatch(1);

  private final AtomicInteger whole = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger wrong = new AtomicInteger();
  private final AtomicInteger stuck = new AtomicInteger();

  private static String key(int index) {
    return "emote/01F6MZGCNG000255K4X1K7N%03d/1x.webp".formatted(index);
  }

  private static byte[] body(int index) {
    byte[] body = new byte[1 + index * 7_919 % MAX_LENGTH];
    new Random(index).nextBytes(body);
    return body;
  }

  /** What an origin may do to a request for an object. */
  private void misbehave(int fault, byte[] body, ScriptedOrigin.Call call, OutputStream out)
      throws Exception {
    String length = "content-length: " + body.length;
    String life = "cache-control: max-age=1";
    switch (fault) {
      case 0 -> ScriptedOrigin.error("500 Internal Server Error", "InternalError").write(call, out);
      case 1 -> throw new IOException("closes without an answer");
      case 2 -> over.await(); // dead for longer than anybody waits
      case 3 -> { // truncated
        ScriptedOrigin.head(out, "200 OK", length, life);
        out.write(body, 0, body.length / 2);
        out.flush();
        throw new IOException("cut");
      }
      case 4 -> { // longer than it says
        ScriptedOrigin.head(out, "200 OK", length, life);
        out.write(body);
        out.write(new byte[500]);
      }
      case 5 -> { // a chunked body without an end
        ScriptedOrigin.head(out, "200 OK", "transfer-encoding: chunked", life);
        String size = Integer.toHexString(body.length) + "\r\n";
        out.write(size.getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        out.flush();
        throw new IOException("cut");
      }
      case 6 -> { // bytes that are not the image's
        ScriptedOrigin.head(out, "200 OK", "content-length: 3", "content-encoding: gzip", life);
        out.write(new byte[] {31, -117, 8});
      }
      case 7 -> ScriptedOrigin.head(out, "304 Not Modified", "etag: \"nobody asked\"");
      case 8 -> { // slow, but right
        ScriptedOrigin.head(out, "200 OK", length, life);
        out.write(body, 0, body.length / 2);
        out.flush();
        boolean ignored = over.await(SLOW_MS, TimeUnit.MILLISECONDS);
        out.write(body, body.length / 2, body.length - body.length / 2);
      }
      default -> {
        ScriptedOrigin.head(out, "200 OK", length, life);
        out.write(body);
      }
    }
  }

  @Test
  void nobodyGetsWrongBytesNorWaitsForEver() throws Exception {
    try (CdnFixture cdn = CdnFixture.start(directory, SETTINGS)) {
      await()
          .atMost(LIMIT)
          .until(() -> cdn.get(Version.HTTP_2, "/badge/" + key(0).substring(6)).status() == 404);
      for (int i = 0; i < KEYS; i++) {
        byte[] body = body(i);
        Random random = new Random(i);
        cdn.origin()
            .answer(
                key(i),
                (call, out) -> {
                  int fault;
                  synchronized (random) {
                    fault = random.nextInt(25);
                  }
                  misbehave(fault, body, call, out);
                });
      }
      try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int client = 0; client < CLIENTS; client++) {
          int seed = client;
          Version version = VERSIONS.get(seed % VERSIONS.size());
          clients.execute(() -> ask(cdn, version, seed));
        }
      }
      over.countDown();
      System.out.println("answers: " + whole + " whole, " + failed + " failed");
      System.out.println("figure: cdn-wrong-bytes " + wrong);
      System.out.println("figure: cdn-stuck-requests " + stuck);
      assertThat(wrong).hasValue(0);
      assertThat(stuck).hasValue(0);
      assertThat(whole).hasValueGreaterThan(CLIENTS * REQUESTS / 3);
      assertThat(failed).hasPositiveValue();
      await()
          .atMost(LIMIT)
          .untilAsserted(() -> {
            assertThat(cdn.figure("cache_inflight")).isZero();
            assertThat(cdn.figure("cache_upstream_running")).isZero();
            assertThat(cdn.figure("cache_upstream_queued")).isZero();
            assertThat(cdn.figure("cache_direct_bytes")).isLessThanOrEqualTo(CAPACITY);
          });
    }
  }

  private void ask(CdnFixture cdn, Version version, int seed) {
    Random random = new Random(1_000L + seed);
    for (int i = 0; i < REQUESTS; i++) {
      int index = random.nextInt(KEYS);
      try {
        if (random.nextInt(6) == 0) {
          leave(cdn, index);
          continue;
        }
        int from = random.nextInt(4) == 0 ? random.nextInt(1_000) : -1;
        Map<String, String> range = from < 0 ? Map.of() : Map.of("range", "bytes=" + from + "-");
        Answer answer = cdn.send(version, "GET", '/' + key(index), range);
        judge(answer, body(index), from, version + " " + key(index) + " " + range);
      } catch (TimeoutException e) {
        stuck.incrementAndGet();
      } catch (Exception broken) {
        failed.incrementAndGet(); // the answer was broken off, and the client can tell
      }
    }
  }

  private void judge(Answer answer, byte[] body, int from, String request) {
    byte[] wanted =
        switch (answer.status()) {
          case 200 -> body;
          case 206 -> Arrays.copyOfRange(body, Math.min(from, body.length), body.length);
          case 416 -> answer.body(); // says why, in words
          default -> new byte[0];
        };
    boolean expected = List.of(200, 206, 416, 502, 503, 504).contains(answer.status());
    if (!expected || !Arrays.equals(answer.body(), wanted)) {
      wrong.incrementAndGet();
      System.out.println(
          "wrong: %s: %s, %d of %d bytes, first difference at %d"
              .formatted(
                  request,
                  answer,
                  answer.body().length,
                  wanted.length,
                  Arrays.mismatch(answer.body(), wanted)));
    } else if (answer.status() < 300) {
      whole.incrementAndGet();
    } else {
      failed.incrementAndGet();
    }
  }

  /** A client that goes away before it has its answer. */
  private static void leave(CdnFixture cdn, int index) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), cdn.plainPort())) {
      String request = "GET /" + key(index) + " HTTP/1.1\r\nhost: x\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.setSoLinger(true, 0);
    }
  }

  @Test
  void whoLeavesTakesNothingFromTheOthers() throws Exception {
    byte[] body = body(7);
    try (CdnFixture cdn = CdnFixture.start(directory, "origin_request_timeout = 30\n")) {
      CountDownLatch asked = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      cdn.origin()
          .answer(
              key(7),
              (call, out) -> {
                asked.countDown();
                ScriptedOrigin.head(out, "200 OK", "content-length: " + body.length);
                out.write(body, 0, 100);
                out.flush();
                go.await();
                out.write(body, 100, body.length - 100);
              });
      leave(cdn, 7); // the first one: it began the fetch
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
      try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
        var waiting =
            Arrays.stream(Version.values())
                .map(version -> others.submit(() -> cdn.get(version, '/' + key(7)).body()))
                .toList();
        leave(cdn, 7);
        go.countDown();
        for (var answer : waiting) {
          assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(body);
        }
      }
      assertThat(cdn.get(Version.HTTP_2, '/' + key(7)).header("cache-status")).endsWith("hit");
      assertThat(cdn.origin().calls(key(7))).hasSize(1);
    }
  }
}
