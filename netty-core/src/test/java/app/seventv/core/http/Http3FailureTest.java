package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.handler.codec.http3.Http3ErrorCode;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Defects of ours, want of memory among them, and what they may cost; what is left of the dead. */
@EveryTransport
@Covers(value = Wire.H3, because = "connections of HTTP/3 that the server gives up")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http3FailureTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final int IDLE_MS = 600_000;

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private final Queue<String> drops = new ConcurrentLinkedQueue<>();
  private final Queue<WeakReference<Connection>> connections = new ConcurrentLinkedQueue<>();
  private EventLoops loops;
  private EventLoops clientLoops;
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    clientLoops = EventLoops.start(TransportOptions.loops(1));
    server =
        HttpServer.builder(loops, Http3FailureTest::handle)
            .observer(new Defective())
            .limits(
                HttpLimits.builder()
                    .idleTimeoutMs(IDLE_MS) // longer than any test
                    .handshakeTimeoutMs(IDLE_MS)
                    .build())
            .listen(
                HttpListener.tlsAndQuic(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    TestCertificate.in(directory)))
            .start();
  }

  @AfterEach
  void stop() {
    server.close();
    loops.close();
    clientLoops.close();
  }

  private static void handle(Exchange exchange) {
    if (exchange.request().path().equals("/error-in-handler")) {
      throw new OutOfMemoryError("no direct memory is left");
    }
    exchange.respond(Response.text(200, "fine"));
  }

  /** Fails beyond the handler, where only the connection can be given up. */
  private final class Defective implements HttpObserver {
    @Override
    public void connectionOpened(Connection connection) {
      connections.add(new WeakReference<>(connection));
    }

    @Override
    public void exchangeStarted(Request request) {
      switch (request.path()) {
        case "/error" -> throw new OutOfMemoryError("no direct memory is left");
        case "/exception" -> throw new IllegalStateException("a defect");
        default -> {}
      }
    }

    @Override
    public void dropped(Protocol protocol, String reason) {
      drops.add(reason);
    }
  }

  private Http3Probe connect() throws Exception {
    return new Http3Probe(clientLoops, server.addresses().getFirst());
  }

  /** Both requests wait in the socket when the loop comes to them, the failing one first. */
  private void failsAlone(String path) throws Exception {
    try (Http3Probe failing = connect();
        Http3Probe other = connect()) {
      Http3Probe.Stream bad = failing.open();
      Http3Probe.Stream good = other.open();
      CountDownLatch sent = new CountDownLatch(1);
      loops
          .loops()
          .getFirst()
          .execute(() -> {
            try {
              assertThat(sent.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      bad.request("GET", path).end();
      good.request("GET", "/").end();
      sent.countDown();
      good.await();
      assertThat(good.status()).isEqualTo("200");
      assertThat(failing.closed.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo(Http3ErrorCode.H3_INTERNAL_ERROR.code());
      assertThat(other.closed).isNotDone();
      assertThat(drops).contains("internal-error");
    }
  }

  @Test
  void anErrorEndsItsConnectionAndNoOther() throws Exception {
    failsAlone("/error");
  }

  @Test
  void anExceptionEndsItsConnectionAndNoOther() throws Exception {
    failsAlone("/exception");
  }

  @Test
  void anErrorOfAHandlerEndsItsRequestAndNotTheConnection() throws Exception {
    try (Http3Probe client = connect()) {
      Http3Probe.Stream failed = client.open().request("GET", "/error-in-handler").end().await();
      assertThat(failed.status()).isEqualTo("500");
      assertThat(client.open().request("GET", "/").end().await().status()).isEqualTo("200");
    }
  }

  @Test
  void aConnectionThatIsClosedIsHeldByNoTimer() throws Exception {
    try (Http3Probe client = connect()) {
      assertThat(client.open().request("GET", "/").end().await().status()).isEqualTo("200");
    }
    await().atMost(LIMIT).until(() -> server.openConnections() == 0);
    await()
        .atMost(LIMIT)
        .until(() -> {
          System.gc();
          return connections.stream().allMatch(connection -> connection.refersTo(null));
        });
  }
}
