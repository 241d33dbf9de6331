package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** What becomes of requests around the GOAWAY frames of a drain (RFC 9114 §5.2). */
@EveryTransport
@Covers(
    value = {Wire.H3},
    because = "GOAWAY of HTTP/3; ResponseFramingTest and Http2OrderTest have the others")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http3DrainTest {
  @Parameter TransportOptions.Choice transport;

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final byte[] BODY = new byte[512 << 10];

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private HttpServer server;
  private final ConcurrentLinkedQueue<Exchange> held = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 2, true));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, held::add)
            .listen(HttpListener.tlsAndQuic(any, TestCertificate.in(directory)))
            .start();
  }

  @AfterEach
  void stop() {
    server.close();
    loops.close();
  }

  private CompletableFuture<Void> drain() {
    return CompletableFuture.runAsync(() -> {
      try {
        server.drain(LIMIT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
  }

  private static CompletableFuture<Http3Client.Answer> get(Http3Client client) {
    return client.send("GET", "/", Map.of(), new byte[0]);
  }

  private static void respond(Exchange exchange) {
    exchange.respond(Response.of(200, Response.newHeaders(), Unpooled.wrappedBuffer(BODY)));
  }

  @Test
  void aRequestThatCrossesTheGoAwayIsKnownAsRepeatable() throws Exception {
    try (Http3Client client = Http3Client.connect(loops, server.addresses().getFirst())) {
      CompletableFuture<Http3Client.Answer> open = get(client);
      await().until(() -> held.size() == 1);
      drain();
      await().until(client::isLeaving);
      assertThatThrownBy(() -> get(client).get(5, TimeUnit.SECONDS))
          .hasCauseInstanceOf(Http3Client.RejectedException.class);
      respond(held.remove());
      assertThat(open.get(5, TimeUnit.SECONDS).body()).isEqualTo(BODY);
    }
  }

  @Test
  void theLastResponseOfADrainArrivesWhole() throws Exception {
    try (Http3Client client = Http3Client.connect(loops, server.addresses().getFirst());
        Http3Probe watcher = new Http3Probe(loops, server.addresses().getFirst())) {
      CompletableFuture<Http3Client.Answer> open = get(client);
      await().until(() -> held.size() == 1);
      CompletableFuture<Void> drained = drain();
      // The other connection is closed when the grace for requests on their way is over.
      await().atMost(LIMIT).until(watcher.closed::isDone);
      respond(held.remove());
      assertThat(open.get(5, TimeUnit.SECONDS).body()).isEqualTo(BODY);
      drained.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
  }
}
