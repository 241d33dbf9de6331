package app.seventv.cdn.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.config.Secret;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A peer on a real socket that answers in all ways. */
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class PeerClientTest {
  private static final int MAX_BODY_BYTES = 24 << 20;
  private static final int LARGE = 20 << 20;
  private static final String KEPT = "public, max-age=60, s-maxage=60, immutable";

  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch never = new CountDownLatch(1);
  private volatile Answer answer = exchange -> {};
  private HttpServer server;
  private PeerClient client;

  /** What the peer does with a request. */
  @FunctionalInterface
  private interface Answer {
    void write(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          try (exchange) {
            answer.write(exchange);
          }
        });
    server.start();
    URI peer = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    URI self = URI.create("http://127.0.0.1:1");
    PeerOptions options =
        new PeerOptions(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            List.of(peer, self),
            self,
            new Secret("s"),
            Duration.ofSeconds(2));
    client = new PeerClient(options, MAX_BODY_BYTES, memory, System::nanoTime);
    // The first connection loads the client's classes.
    answer = answer(404, "no-cache", 0, 0);
    await().atMost(Duration.ofSeconds(30)).until(() -> fetch() == null && asked.get() > 0);
    asked.set(0);
  }

  @AfterEach
  void stop() {
    never.countDown();
    client.close();
    server.stop(0);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(memory.metric().usedDirectMemory()).isZero());
  }

  /** An answer of so many bytes, of which only some come. */
  private static Answer answer(int status, String cacheControl, int length, int sent) {
    return exchange -> {
      exchange.getResponseHeaders().set("cache-control", cacheControl);
      exchange.getResponseHeaders().set("age", "3");
      exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
      exchange.getResponseBody().write(new byte[sent]);
      exchange.getResponseBody().flush();
    };
  }

  /** A key that the peer owns, for it is the only other node. */
  private @Nullable PeerObject fetch() throws Exception {
    for (int i = 0; ; i++) {
      int before = asked.get();
      PeerObject object = client.fetch("key-" + i).get(30, TimeUnit.SECONDS);
      if (asked.get() > before || i == 20) {
        return object; // asked, or left alone
      }
    }
  }

  @Test
  void whoAnswersIsNotBroken() throws Exception {
    List<Answer> useless =
        List.of(
            answer(500, "no-cache", 0, 0),
            answer(503, "no-cache", 100, 100),
            answer(403, "no-cache", 0, 0),
            answer(200, "no-cache", 10, 10),
            answer(200, KEPT, MAX_BODY_BYTES + 1, MAX_BODY_BYTES + 1),
            answer(404, KEPT, 0, 0));
    for (int i = 0; i < 2 * PeerHealth.FAILURES; i++) {
      answer = useless.get(i % useless.size());
      assertThat(fetch()).as("answer %d", i).isNull();
    }
    answer = answer(200, KEPT, 10, 10);
    PeerObject object = Objects.requireNonNull(fetch());
    assertThat(object.ageSeconds()).isEqualTo(3);
    assertThat(object.lifetimeSeconds()).isEqualTo(60);
    assertThat(object.body().readableBytes()).isEqualTo(10);
    object.body().release();
  }

  @Test
  void largeObjectsComeToo() throws Exception {
    answer = answer(200, KEPT, LARGE, LARGE);
    PeerObject object = Objects.requireNonNull(fetch());
    assertThat(object.body().readableBytes()).isEqualTo(LARGE);
    object.body().release();
  }

  @Test
  void whoseTransfersBreakIsLeftAlone() throws Exception {
    answer = answer(200, KEPT, 1000, 500);
    for (int i = 0; i < PeerHealth.FAILURES; i++) {
      assertThat(fetch()).isNull();
    }
    int before = asked.get();
    assertThat(fetch()).isNull();
    assertThat(asked).hasValue(before);
  }

  @Test
  void whoStandsStillIsGivenUp() throws Exception {
    answer =
        exchange -> {
          answer(200, KEPT, 1000, 500).write(exchange);
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    assertThat(fetch()).isNull();
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(memory.metric().usedDirectMemory()).isZero());
  }
}
