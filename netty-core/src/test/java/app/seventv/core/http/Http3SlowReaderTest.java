package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Clients of HTTP/3 that keep a window shut are cut off; those that only are slow are not. */
@EveryTransport
@Covers(
    value = {Wire.H3},
    because = "windows of HTTP/3; SlowReaderTest and Http2StallTest have the others")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http3SlowReaderTest {
  @Parameter TransportOptions.Choice transport;

  private static final int BODY_BYTES = 4 << 20;
  private static final long IDLE_MS = 400;
  private static final long SMALL_WINDOW_BYTES = 16 << 10;
  private static final long LARGE_WINDOW_BYTES = 16 << 20;

  @TempDir static Path directory = Path.of(".");

  private final ConcurrentLinkedQueue<String> dropped = new ConcurrentLinkedQueue<>();
  private final AtomicInteger ended = new AtomicInteger();
  private EventLoops loops;

  @BeforeEach
  void start() {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
  }

  @AfterEach
  void stop() {
    loops.close();
  }

  private HttpServer serve(int minBytesPerSecond) throws Exception {
    byte[] body = new byte[BODY_BYTES];
    return HttpServer.builder(
            loops,
            exchange -> {
              exchange.onEnd(ended::incrementAndGet);
              exchange.respond(
                  exchange.request().path().equals("/small")
                      ? Response.text(200, "small")
                      : Response.of(200, "application/octet-stream", body));
            })
        .limits(
            HttpLimits.builder()
                .idleTimeoutMs(IDLE_MS)
                .minWriteBytesPerSecond(minBytesPerSecond)
                .build())
        .observer(
            new HttpObserver() {
              @Override
              public void dropped(Protocol protocol, String reason) {
                dropped.add(protocol + " " + reason);
              }
            })
        .listen(
            HttpListener.tlsAndQuic(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                TestCertificate.in(directory)))
        .start();
  }

  private static Http3Probe.Stream unread(Http3Probe probe) throws Exception {
    Http3Probe.Stream stream = probe.open();
    stream.channel().config().setAutoRead(false);
    return stream.request("GET", "/").end();
  }

  @Test
  void aStreamWhoseWindowStaysShutIsResetAndTheOthersGoOn() throws Exception {
    try (HttpServer server = serve(1);
        Http3Probe probe =
            new Http3Probe(loops, server.addresses().getFirst(), SMALL_WINDOW_BYTES)) {
      Http3Probe.Stream stream = unread(probe);
      await().until(() -> dropped.contains("HTTP_3 write-stalled"));
      assertThat(probe.open().request("GET", "/small").end().await().status()).isEqualTo("200");
      stream.channel().config().setAutoRead(true);
      assertThat(stream.awaitReset()).isEqualTo(0x10c); // H3_REQUEST_CANCELLED
      assertThat(dropped).hasSize(1);
    }
  }

  @Test
  void streamsBehindAConnectionWindowThatStaysShutAreReset() throws Exception {
    try (HttpServer server = serve(1);
        Http3Probe probe =
            new Http3Probe(loops, server.addresses().getFirst(), LARGE_WINDOW_BYTES)) {
      for (int i = 0; i < 3; i++) {
        unread(probe);
      }
      await().until(() -> dropped.size() == 3);
      assertThat(dropped).containsOnly("HTTP_3 write-stalled");
      assertThat(ended).hasValue(3);
    }
  }

  @Test
  void aClientThatTakesLessThanTheLeastRateIsCutOff() throws Exception {
    try (HttpServer server = serve(64 << 20);
        Http3Probe probe =
            new Http3Probe(loops, server.addresses().getFirst(), SMALL_WINDOW_BYTES)) {
      Http3Probe.Stream stream = unread(probe);
      await()
          .pollInterval(Duration.ofMillis(50))
          .until(() -> {
            stream.channel().read(); // goes on, but slowly
            return stream.reset.isDone() || dropped.contains("HTTP_3 write-stalled");
          });
      assertThat(stream.bytes().length).isBetween(1, BODY_BYTES - 1);
    }
  }

  @Test
  void aSlowDownloadIsNotCutOffByTheIdleTimeout() throws Exception {
    try (HttpServer server = serve(1);
        Http3Probe probe =
            new Http3Probe(loops, server.addresses().getFirst(), SMALL_WINDOW_BYTES)) {
      long startNs = System.nanoTime();
      Http3Probe.Stream stream = unread(probe);
      long slowUntilNs = startNs + TimeUnit.MILLISECONDS.toNanos(4 * IDLE_MS);
      await()
          .pollInterval(Duration.ofMillis(IDLE_MS / 8))
          .until(() -> {
            stream.channel().read();
            return System.nanoTime() - slowUntilNs > 0;
          });
      assertThat(stream.ended).as("the download outlasts several timeouts").isNotDone();
      stream.channel().config().setAutoRead(true);
      assertThat(stream.await().bytes()).hasSize(BODY_BYTES);
      assertThat(dropped).isEmpty();
    }
  }
}
