package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients of HTTP/1.1 that connected just before the server began to drain, with and without TLS:
 * how far they have come by then must not decide whether they are served.
 */
@ParameterizedClass
@EnumSource(
    value = TransportOptions.Choice.class,
    names = {"IO_URING", "EPOLL", "NIO"})
@Covers(
    value = {Wire.H1_PLAIN, Wire.H1_TLS},
    because = "the others can say that they end; ResponseFramingTest and Http3DrainTest have them")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class DrainTest {
  private static final int TIMEOUT_MS = 60_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** Longer than a connection between two requests is waited for. */
  private static final Duration LATE = Duration.ofMillis(1_500);

  @Parameter TransportOptions.Choice transport;

  @TempDir private Path directory = Path.of("");
  private final List<AutoCloseable> resources = new ArrayList<>();
  private EventLoops loops;
  private SSLSocketFactory tls;
  private HttpServer server;
  private Thread drain;

  @BeforeEach
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    tls = TestCertificate.trustingClient().getSocketFactory();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable resource : resources.reversed()) {
      resource.close();
    }
    if (drain != null) {
      drain.join();
    }
    loops.close();
  }

  private void serve(long handshakeTimeoutMs) throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, exchange -> exchange.respond(Response.text(200, "served")))
            .limits(HttpLimits.builder().handshakeTimeoutMs(handshakeTimeoutMs).build())
            .listen(HttpListener.plain(any))
            .listen(HttpListener.tls(any, TestCertificate.in(directory)))
            .listen(new HttpListener(any, null, false, false))
            .start();
    resources.add(server);
  }

  private Socket connect(int listener) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(listener));
    resources.add(socket);
    socket.setSoTimeout(TIMEOUT_MS);
    return socket;
  }

  private int port(int listener) {
    return server.addresses().get(listener).getPort();
  }

  private Socket handshake(Socket plain) throws IOException {
    SSLSocket socket = (SSLSocket) tls.createSocket(plain, "localhost", port(1), true);
    socket.startHandshake();
    return socket;
  }

  /** Begins to drain once all connections are there. */
  private void drain(int connections) {
    await().atMost(PATIENCE).until(() -> server.openConnections() == connections);
    drain =
        Thread.ofVirtual()
            .start(() -> {
              try {
                server.drain(LIMIT);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    await().atMost(PATIENCE).until(() -> isRefused(0) && isRefused(1));
  }

  private boolean isRefused(int listener) {
    try (Socket late = new Socket(InetAddress.getLoopbackAddress(), port(listener))) {
      return late.isClosed();
    } catch (IOException refused) {
      return true;
    }
  }

  private static void ask(Socket socket) throws IOException {
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  /** The answer, which is the last one of the connection. */
  private static void assertServed(Socket socket) throws IOException {
    ask(socket);
    assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .startsWith("HTTP/1.1 200")
        .contains("connection: close")
        .endsWith("served");
  }

  @Test
  void whoHasNotAskedYetIsServedHoweverLate() throws Exception {
    serve(200_000);
    Socket silent = connect(0);
    Socket before = connect(1);
    Socket secure = handshake(connect(1));
    Socket used = connect(0);
    ask(used);
    assertThat(used.getInputStream().read()).isEqualTo('H');
    drain(4);
    byte[] rest = used.getInputStream().readAllBytes(); // to its end: it has had its turn
    assertThat(new String(rest, StandardCharsets.US_ASCII)).endsWith("served");
    await().pollDelay(LATE).until(() -> true);
    assertServed(silent);
    assertServed(secure);
    assertServed(handshake(before));
    await().atMost(PATIENCE).until(() -> !drain.isAlive());
  }

  @Test
  void whoNeverAsksIsNotWaitedForLongerThanAHandshakeMayTake() throws Exception {
    serve(1_000);
    Socket silent = connect(0);
    Socket half = connect(0);
    half.getOutputStream().write("PRI * HT".getBytes(StandardCharsets.US_ASCII), 0, 4);
    Socket secure = connect(1);
    Socket http1 = connect(2);
    drain(4);
    for (Socket socket : List.of(silent, half, secure, http1)) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    await().atMost(PATIENCE).until(() -> !drain.isAlive());
  }
}
