package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Clients that reset their connection before it has come to HTTP, as port scans do. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H1_PLAIN, Wire.H1_TLS},
    because = "such a connection has not come to a version; QUIC knows no reset")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class EarlyResetTest {
  private static final int CLIENTS = 20;
  private static final String PROXY = "PROXY TCP4 203.0.113.7 198.51.100.1 5678 443\r\n";

  @Parameter TransportOptions.Choice transport;

  @TempDir Path directory = Path.of(".");

  private final Logger netty = (Logger) LoggerFactory.getLogger("io.netty");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private EventLoops loops;

  @BeforeParameterizedClassInvocation
  void start() {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    lines.start();
    netty.addAppender(lines);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    netty.detachAppender(lines);
    loops.close();
  }

  /** What the client sends before it resets, and to which listener. */
  record Case(String sent, boolean tls, ProxyProtocol.Mode proxy) {}

  static Stream<Case> cases() {
    return Stream.of(
        new Case("", false, ProxyProtocol.Mode.OFF),
        new Case("PRI", false, ProxyProtocol.Mode.OFF),
        new Case("", false, ProxyProtocol.Mode.REQUIRED),
        new Case("PROXY TC", false, ProxyProtocol.Mode.REQUIRED),
        new Case(PROXY, false, ProxyProtocol.Mode.REQUIRED),
        new Case("", true, ProxyProtocol.Mode.OFF),
        new Case("\u0016", true, ProxyProtocol.Mode.OFF),
        new Case("", true, ProxyProtocol.Mode.REQUIRED),
        new Case(PROXY, true, ProxyProtocol.Mode.REQUIRED));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aResetIsCountedAndNotLogged(Case wanted) throws Exception {
    Queue<String> ends = new ConcurrentLinkedQueue<>();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpListener listener =
        wanted.tls()
            ? HttpListener.tls(any, TestCertificate.in(directory))
            : HttpListener.plain(any);
    HttpListener proxied =
        listener.withProxyProtocol(
            new ProxyProtocol(wanted.proxy(), List.of(CidrBlock.parse("127.0.0.0/8"))));
    try (HttpServer server =
        HttpServer.builder(loops, exchange -> {})
            .observer(new Ends(ends))
            .listen(proxied)
            .start()) {
      for (int i = 1; i <= CLIENTS; i++) {
        reset(server, wanted.sent());
      }
      await().until(() -> ends.size() == CLIENTS && server.acceptedConnections() == 0);
      assertThat(ends).containsOnly(ends.contains("closed") ? "closed" : "transport-error");
    }
    assertThat(lines.list).isEmpty();
  }

  private static void reset(HttpServer server, String sent) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
      socket.setSoLinger(true, 0);
    }
  }

  /** Collects why connections ended: drops, and handshakes that clients left. */
  private record Ends(Queue<String> reasons) implements HttpObserver {
    @Override
    public void dropped(Protocol protocol, String reason) {
      reasons.add(reason);
    }

    @Override
    public void handshakeEnded(Handshake handshake) {
      reasons.add(String.valueOf(handshake.failure()));
    }
  }
}
