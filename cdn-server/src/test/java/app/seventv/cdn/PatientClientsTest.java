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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Rules that take many seconds to show, all at the same time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class PatientClientsTest {
  /** Longer than the AWS SDK itself would wait, and than a body may stand still. */
  private static final Duration THINKING = BodyDeadline.MAX_STALL.plusSeconds(1);

  /** Without a request under way (cdn.md §1). */
  private static final Duration IDLE = Duration.ofSeconds(30);

  @TempDir static Path directory = Path.of(".");

  private final byte[] image = {1, 2, 3};

  /** More than the kernel takes of an answer that nobody reads. */
  private final byte[] large = new byte[16 << 20];

  private final List<Reading> slow = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<CompletableFuture<Long>> idle = new ArrayList<>();
  private final List<UnreadAnswer> unread = new ArrayList<>();
  private final List<AutoCloseable> connections = new ArrayList<>();
  private long startNs;
  private CdnFixture cdn;

  private static String key(int number) {
    return "emote/01F6MZGCNG000255K4X1K7N%03d/1x.webp".formatted(number);
  }

  @BeforeAll
  void start() throws Exception {
    startNs = System.nanoTime();
    cdn =
        CdnFixture.start(directory, "origin_request_timeout = 120\norigin_hedge_delay = 120000\n");
    for (Version version : Version.values()) {
      String key = key(version.number() - 1);
      cdn.origin()
          .answer(
              key,
              (call, out) -> {
                boolean ignored = over.await(THINKING.toSeconds(), TimeUnit.SECONDS);
                ScriptedOrigin.head(out, "200 OK", "content-length: " + image.length);
                out.write(image);
              });
      slow.add(cdn.read(version, '/' + key));
      idle.add(idle(version));
      // Not kept: its memory is that of its reader.
      cdn.origin().put(key(200 + version.number()), large, "cache-control: max-age=0");
      unread.add(UnreadAnswer.ask(cdn, version, '/' + key(200 + version.number())));
    }
    await().until(() -> cdn.figure("cache_direct_bytes") >= (double) unread.size() * large.length);
  }

  /** A connection of its own that sends no request; when the server closes it, by our clock. */
  private CompletableFuture<Long> idle(Version version) throws Exception {
    if (version == Version.HTTP_3) {
      QuicHello hello = QuicHello.send(cdn.runtime().loops(), cdn.securePort(), "h3");
      connections.add(hello);
      return hello.closed().thenApply(_ -> System.nanoTime());
    }
    Socket socket =
        version == Version.HTTP_2
            ? cdn.connectTls("h2")
            : new Socket(InetAddress.getLoopbackAddress(), cdn.plainPort());
    connections.add(socket);
    if (version == Version.HTTP_2) { // with no settings of its own
      String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
      socket.getOutputStream().write(preface.getBytes(StandardCharsets.US_ASCII));
    }
    CompletableFuture<Long> closedAtNs = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            closedAtNs.complete(System.nanoTime());
          } catch (IOException e) {
            closedAtNs.completeExceptionally(e);
          }
        });
    return closedAtNs;
  }

  @AfterAll
  void stop() throws Exception {
    over.countDown();
    for (AutoCloseable connection : connections) {
      connection.close();
    }
    cdn.close();
  }

  @Test
  void whatIsUploadedIsThereOnceTheMissingOneIsForgotten() throws Exception {
    List<String> paths = new ArrayList<>();
    for (Version version : Version.values()) {
      String key = key(100 + version.number());
      paths.add('/' + key);
      assertThat(cdn.get(version, '/' + key).status()).isEqualTo(404);
      cdn.origin().put(key, image);
    }
    for (Version version : Version.values()) {
      String path = paths.get(version.number() - 1);
      await()
          .pollInterval(Duration.ofMillis(500))
          .until(() -> cdn.get(version, path).status() == 200);
      assertThat(cdn.get(version, path).body()).isEqualTo(image);
    }
  }

  @Test
  void theOriginMayTakeItsTimeIfTheSettingSaysSo() throws Exception {
    for (Version version : Version.values()) {
      Reading reading = slow.get(version.number() - 1);
      await()
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> {
            assertThat(cdn.get(version, "/").status()).isEqualTo(200); // keeps the connection
            return reading.isOver();
          });
      assertThat(reading.body()).isEqualTo(image);
      assertThat(cdn.origin().calls(key(version.number() - 1))).hasSize(1);
    }
  }

  @Test
  void connectionsWithoutARequestAreClosedAfterHalfAMinute() throws Exception {
    for (Version version : Version.values()) {
      long closedAtNs = idle.get(version.number() - 1).get(90, TimeUnit.SECONDS);
      assertThat(Duration.ofNanos(closedAtNs - startNs))
          .as(version.name())
          .isGreaterThanOrEqualTo(IDLE);
    }
  }

  /** Who never reads loses the answer, which loses its memory (cdn.md §11, 19). */
  @Test
  void readersThatNeverReadAreCutOff() throws Exception {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> {
          for (Version version : Version.values()) {
            assertThat(cdn.get(version, "/").status()).isEqualTo(200); // the others go on
          }
          return cdn.figure("cache_direct_bytes") < large.length;
        });
    assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isGreaterThanOrEqualTo(IDLE);
    for (UnreadAnswer answer : unread) {
      assertThat(answer.isCutOff()).isTrue();
      answer.close();
    }
  }
}
