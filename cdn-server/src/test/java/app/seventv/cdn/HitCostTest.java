package app.seventv.cdn;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.ClientAddress;
import app.seventv.core.http.Connection;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.observe.HttpMetrics;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a hit costs: it stays on its thread and leaves little behind for the collector. */
class HitCostTest {
  private static final int HITS = 200_000;
  private static final int HTTP1_HITS = 10_000;

  /** The least counts: on a busy machine the first ones run code that is not compiled yet. */
  private static final int ROUNDS = 6;

  // A tenth above what is measured; the tests' compiler makes more objects than that of services.
  private static final long AT_ONCE_BYTES = 312;
  private static final long EXCHANGE_BYTES = 728;

  private static final int LENGTH = 20_000;
  private static final String KEY = "emote/01F6MZGCNG000255K4X1K7NTHR/4x.webp";

  private final PurgeState purges = new PurgeState(System::nanoTime);
  private final Freshness freshness =
      new Freshness(
          Duration.ofHours(1), Duration.ofDays(1), 0.1, Duration.ofMinutes(1), purges, () -> 0.5);
  private final ObjectCache cache =
      new ObjectCache(
          1 << 20, object -> freshness.usefulNs(object, System.nanoTime()), System::nanoTime);

  private Handler handler() {
    CdnMetrics metrics = new CdnMetrics(new Metrics());
    Origin none =
        new Origin() {
          @Override
          public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
            throw new IllegalStateException("a hit asks nobody");
          }

          @Override
          public void close() {}
        };
    ObjectStore store =
        new ObjectStore(
            cache,
            List.of(),
            none,
            new ObjectStore.Settings(freshness, 1 << 20, Duration.ofSeconds(5), new PassLimit(200)),
            metrics,
            System::nanoTime,
            (delay, action) -> () -> {});
    return new ImageHandler(
            new CdnHeaders(new CdnIdentity("SevenTV", "node", "pod", "h3=\":443\"; ma=2592000")),
            new ClientAddress(List.of(), List.of(), List.of()),
            store,
            false,
            metrics,
            System::nanoTime)
        .routes(exchange -> exchange.respond(Response.of(200)));
  }

  private void keepObject() {
    purges.connected();
    ByteBuf body = Objects.requireNonNull(cache.allocate(LENGTH));
    body.writerIndex(LENGTH);
    ObjectHead head =
        new ObjectHead(
            "image/webp",
            "\"d41d8cd98f00b204e9800998ecf8427e\"",
            1_751_364_000,
            Duration.ofDays(7));
    cache.put('/' + KEY, CachedObject.found(head, body, System.nanoTime()));
  }

  /** Tells its thread. */
  private record Told(Handler content, boolean atOnce, CompletableFuture<Long> thread)
      implements Handler {
    @Override
    public @Nullable Response answerAtOnce(Request request) throws Exception {
      thread.complete(Thread.currentThread().threadId());
      return atOnce ? content.answerAtOnce(request) : null;
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
      content.handle(exchange);
    }
  }

  @Test
  void aHitOverHttp1LeavesLittleGarbage() throws Exception {
    long perHit = bytesPerHit(true);
    System.out.println("figure: cdn-garbage-bytes-per-hit-http1 " + perHit + " bytes");
    assertThat(perHit).isLessThanOrEqualTo(AT_ONCE_BYTES);
  }

  /** As every handler has it that needs an exchange. */
  @Test
  void anExchangeOverHttp1LeavesLittleGarbage() throws Exception {
    long perHit = bytesPerHit(false);
    System.out.println("figure: cdn-garbage-bytes-per-exchange-http1 " + perHit + " bytes");
    assertThat(perHit).isLessThanOrEqualTo(EXCHANGE_BYTES);
  }

  /** From the bytes of the request to those of the answer, on the loop's thread. */
  private long bytesPerHit(boolean atOnce) throws Exception {
    keepObject();
    Threads threads = new Threads();
    CompletableFuture<Long> loopThread = new CompletableFuture<>();
    long perHit = Long.MAX_VALUE;
    try (EventLoops loops = EventLoops.start(TransportOptions.loops(1));
        HttpServer server =
            HttpServer.builder(loops, new Told(handler(), atOnce, loopThread))
                .observer(new HttpMetrics(new Metrics()))
                .listen(
                    HttpListener.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                .start();
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      get(client, HTTP1_HITS / 10);
      long loop = loopThread.get(30, TimeUnit.SECONDS);
      for (int round = 0; round < ROUNDS; round++) {
        long before = threads.allocated(loop);
        get(client, HTTP1_HITS);
        perHit = Math.min(perHit, (threads.allocated(loop) - before) / HTTP1_HITS);
      }
    }
    cache.clear();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(cache.directBytes()).isZero());
    return perHit;
  }

  private static void get(Socket client, int times) throws IOException {
    byte[] request = ("GET /" + KEY + " HTTP/1.1\r\nhost: x\r\n\r\n").getBytes(US_ASCII);
    byte[] answer = new byte[LENGTH + 4096];
    for (int i = 0; i < times; i++) {
      client.getOutputStream().write(request);
      int got = 0;
      int expected = Integer.MAX_VALUE;
      while (got < expected) {
        int read = client.getInputStream().read(answer, got, answer.length - got);
        assertThat(read).isPositive();
        got += read;
        if (expected == Integer.MAX_VALUE) {
          int end = new String(answer, 0, Math.min(got, 4096), US_ASCII).indexOf("\r\n\r\n");
          expected = end < 0 ? expected : end + 4 + LENGTH;
        }
      }
      assertThat(got).isEqualTo(expected);
    }
  }

  @Test
  void aHitLeavesLittleGarbage() throws Exception {
    keepObject();
    Handler handler = handler();
    Request request =
        new Request(
            "GET",
            '/' + KEY,
            Response.newHeaders(),
            new Connection(
                Protocol.HTTP_2,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                443,
                true));
    Sink sink = new Sink(request);
    Exchange exchange = sink.exchange();
    Threads threads = new Threads();
    run(handler, exchange, HITS / 10);
    long before = threads.allocated();
    run(handler, exchange, HITS);
    long perHit = (threads.allocated() - before) / HITS - sink.proxyBytes(threads);
    assertThat(sink.bodies).isEqualTo(20_000L * (HITS + HITS / 10));
    System.out.println("figure: cdn-garbage-bytes-per-hit " + perHit);
    assertThat(perHit).isLessThanOrEqualTo(200);
    cache.clear();
    assertThat(cache.directBytes()).isZero();
  }

  private static void run(Handler handler, Exchange exchange, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      handler.handle(exchange);
    }
  }

  /** Bytes that this thread has allocated. */
  private static final class Threads {
    private final ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    long allocated(long thread) {
      return bean.getThreadAllocatedBytes(thread);
    }

    long allocated() {
      return bean.getCurrentThreadAllocatedBytes();
    }
  }

  /** An exchange that takes responses and throws them away. */
  private static final class Sink {
    private final Request request;
    private long bodies;

    Sink(Request request) {
      this.request = request;
    }

    Exchange exchange() {
      return (Exchange)
          Proxy.newProxyInstance(
              Sink.class.getClassLoader(),
              new Class<?>[] {Exchange.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "request" -> request;
                    case "respond" -> {
                      ByteBuf body = ((Response) arguments[0]).body();
                      bodies += body.readableBytes();
                      body.release();
                      yield null;
                    }
                    default -> throw new IllegalStateException(method.getName());
                  });
    }

    /** What the proxy itself costs: an array of one argument. */
    long proxyBytes(Threads threads) {
      Exchange exchange = exchange();
      Response nothing = Response.of(200);
      int times = HITS / 10;
      for (int i = 0; i < times; i++) {
        exchange.respond(nothing);
      }
      long before = threads.allocated();
      for (int i = 0; i < times; i++) {
        exchange.respond(nothing);
      }
      return (threads.allocated() - before) / times;
    }
  }
}
