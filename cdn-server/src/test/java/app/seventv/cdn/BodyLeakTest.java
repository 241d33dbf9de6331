package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.cdn.CdnFixture.Version;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Every buffer is watched while the edge does all it can do with bodies: hits, fills, ranges,
 * eviction, renewal, the disk, purges, transfers that break, clients that leave.
 */
class BodyLeakTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int KEYS = 40;
  private static final int ROUNDS = 4;
  private static final int CAPACITY = 1 << 20;
  private static final int TOO_LARGE = 200_000;

  /** Reports of leaks are made when buffers are. */
  private static final int PROBES = 100;

  @TempDir Path directory = Path.of(".");

  private final ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
  private final Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
  private final ListAppender<ILoggingEvent> reports = new ListAppender<>();

  private final List<String> stuck = new CopyOnWriteArrayList<>();

  BodyLeakTest() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    reports.start();
    logger.addAppender(reports);
  }

  @AfterEach
  void end() {
    logger.detachAppender(reports);
    ResourceLeakDetector.setLevel(before);
  }

  private void report() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    for (int i = 0; i < PROBES; i++) {
      ByteBufAllocator.DEFAULT.buffer(1).release();
    }
  }

  private static String key(int index) {
    return "emote/01F6MZGCNG000255K4X1K7N%03d/1x.webp".formatted(index);
  }

  private static int length(int index) {
    return index % 13 == 0 ? TOO_LARGE + index : 1 + index * 7_919 % 90_000;
  }

  private String settings() {
    return """
    cache_capacity = %d
    max_object_size = 150_000
    origin_request_timeout = 2
    stale_while_revalidate = "1s"
    purge_secret = "secret"
    disk = { directory = "%s", capacity = "64 MiB" }
    """
        .formatted(CAPACITY, directory.resolve("disk"));
  }

  @Test
  void nothingIsLost() throws Exception {
    String admin = "metrics_bind_address = \"127.0.0.1:0\"";
    try (CdnFixture cdn = CdnFixture.start(directory, settings(), admin)) {
      await().atMost(LIMIT).until(() -> cdn.figure("cdn_disk_up") == 1);
      for (int i = 0; i < KEYS; i++) {
        byte[] body = new byte[length(i)];
        new Random(i).nextBytes(body);
        if (i % 7 == 3) {
          cdn.origin().answer(key(i), cut(body));
        } else {
          cdn.origin().put(key(i), body, "cache-control: max-age=" + (i % 3 == 0 ? 1 : 600));
        }
      }
      for (int round = 0; round < ROUNDS; round++) {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
          for (Version version : Version.values()) {
            Random random = new Random(round * 10L + version.name().hashCode());
            clients.execute(() -> askForAll(cdn, version, random));
          }
          clients.execute(() -> purgeSome(cdn));
        }
      }
      assertThat(stuck).as("requests without an answer").isEmpty();
      purge(cdn, "\"prefixes\":[\"emote\"]");
      await()
          .atMost(LIMIT)
          .untilAsserted(() -> {
            assertThat(cdn.figure("cache_inflight")).isZero();
            assertThat(cdn.figure("cache_entries")).isZero();
            assertThat(cdn.figure("cache_direct_bytes")).isZero();
          });
      assertThat(cdn.figure("cache_evictions_total") + cdn.figure("cache_rejected_total"))
          .isPositive();
      report();
    }
    report();
    assertThat(reports.list).as("leaked buffers").isEmpty();
  }

  private static ScriptedOrigin.Answer cut(byte[] body) {
    return (call, out) -> {
      ScriptedOrigin.head(out, "200 OK", "content-length: " + body.length);
      out.write(body, 0, body.length / 2);
      out.flush();
      throw new IOException("cut");
    };
  }

  private void askForAll(CdnFixture cdn, Version version, Random random) {
    for (int i = 0; i < KEYS; i++) {
      String path = '/' + key(random.nextInt(KEYS));
      try {
        switch (random.nextInt(6)) {
          case 0 -> leave(cdn, path);
          case 1 -> cdn.send(version, "GET", path, Map.of("range", "bytes=5-2000"));
          case 2 -> cdn.send(version, "GET", path, Map.of("if-none-match", "*"));
          case 3 -> cdn.send(version, "HEAD", path, Map.of());
          default -> cdn.get(version, path);
        }
      } catch (TimeoutException | SocketTimeoutException | HttpTimeoutException e) {
        stuck.add(version + " " + path + " " + e);
        return;
      } catch (Exception broken) {
        // What the origin cut is cut here, too
      }
    }
  }

  /** Reads a little of the answer at most, and goes. */
  private static void leave(CdnFixture cdn, String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), cdn.plainPort())) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.setReceiveBufferSize(4_096);
      String request = "GET " + path + " HTTP/1.1\r\nhost: x\r\n\r\n";
      socket.getOutputStream().write(request.repeat(4).getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readNBytes(100);
      socket.setSoLinger(true, 0);
    }
  }

  private static void purgeSome(CdnFixture cdn) {
    for (int i = 0; i < KEYS; i += 3) {
      purge(cdn, "\"files\":[\"" + key(i) + "\"]");
    }
  }

  private static void purge(CdnFixture cdn, String what) {
    int port = cdn.runtime().adminAddress().orElseThrow().getPort();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/purge"))
            .header("authorization", "Bearer secret")
            .POST(HttpRequest.BodyPublishers.ofString("{" + what + "}"))
            .timeout(LIMIT)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The watch sees bodies at all. */
  @Test
  void aBodyThatIsForgottenIsReported() {
    ObjectCache cache = new ObjectCache(CAPACITY, object -> Long.MAX_VALUE, () -> 0);
    forget(cache);
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          report();
          ByteBuf probe = cache.allocate(10);
          assertThat(probe).isNotNull();
          if (probe != null) {
            probe.release();
          }
          assertThat(reports.list).isNotEmpty();
        });
  }

  private static void forget(ObjectCache cache) {
    for (int i = 0; i < 10; i++) {
      assertThat(cache.allocate(100 + i)).isNotNull();
    }
  }
}
