package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.http.ProxyProtocol.Mode;
import app.seventv.core.limits.AddressLimitOptions;
import app.seventv.core.limits.AddressLimitOptions.Prefix;
import app.seventv.core.limits.AddressLimits;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Limits at the door and the PROXY protocol over every transport. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H1_PLAIN, Wire.H1_TLS, Wire.H3},
    because = "what stands at the door of TCP has not chosen its version")
@SuppressWarnings({
  "UnicodeEscape",
  "StringConcatToTextBlock",
  "try",
  "NullAway.Init"
}) // JUnit calls start() first
class DoorTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final List<CidrBlock> LOOPBACK = List.of(CidrBlock.parse("127.0.0.0/8"));
  private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
  private static final String UPGRADE =
      String.join(
          "\r\n",
          "GET /ws HTTP/1.1",
          "host: a",
          "upgrade: websocket",
          "connection: upgrade",
          "sec-websocket-version: 13",
          "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
          "");

  @Parameter TransportOptions.Choice transport;

  @TempDir Path directory = Path.of(".");

  private EventLoops loops;
  private final List<HttpServer> servers = new ArrayList<>();
  private final AtomicInteger dropped = new AtomicInteger();

  @BeforeParameterizedClassInvocation
  void start() {
    loops = EventLoops.start(new TransportOptions(transport, 2, true));
  }

  @AfterParameterizedClassInvocation
  void stop() {
    loops.close();
  }

  @AfterEach
  void closeServers() {
    servers.forEach(HttpServer::close);
    servers.clear();
  }

  private HttpServer serve(HttpServer.Builder builder) throws IOException {
    HttpServer server = builder.start();
    servers.add(server);
    return server;
  }

  /** Answers with the peer's address and port; {@code /wait} does not answer at all. */
  private HttpServer.Builder server() {
    return HttpServer.builder(
        loops,
        exchange -> {
          switch (exchange.request().path()) {
            case "/wait" -> exchange.onEnd(() -> {});
            case "/ws" ->
                exchange.upgrade(WebSocketOptions.builder().build(), new SilentListener());
            default -> {
              InetSocketAddress peer = exchange.request().connection().peer();
              exchange.respond(
                  Response.text(200, peer.getAddress().getHostAddress() + " " + peer.getPort()));
            }
          }
        });
  }

  private static final class SilentListener implements WebSocketListener {
    @Override
    public void onOpen(WebSocket socket, String subprotocol) {}

    @Override
    public void onText(WebSocket socket, ByteBuf utf8) {}

    @Override
    public void onClose(WebSocket socket, int code, String reason) {}
  }

  /** At most {@code connections} per address, from loopback too. */
  private static AddressLimits limits(int connections) {
    return new AddressLimits(
        new AddressLimitOptions(
            true,
            List.of(new Prefix(32, connections)),
            List.of(new Prefix(128, connections)),
            List.of(),
            0,
            1));
  }

  private static Socket connect(HttpServer server) throws IOException {
    InetSocketAddress address = server.addresses().getFirst();
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String answer(HttpServer server, String sent) throws IOException {
    try (Socket socket = connect(server)) {
      send(socket, sent);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (java.net.SocketException reset) {
      return "";
    }
  }

  private static String answered(Socket socket) throws IOException {
    return new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1);
  }

  private static int descriptors() {
    String[] open = new File("/proc/self/fd").list();
    return Objects.requireNonNull(open).length;
  }

  @Test
  void connectionsPerAddressAreCountedUntilTheyEnd() throws Exception {
    HttpServer server =
        serve(
            server()
                .addressLimits(limits(2), ClientAddress.OF_PEER)
                .listen(HttpListener.plain(ANY)));
    try (Socket one = connect(server);
        Socket two = connect(server)) {
      send(one, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      assertThat(answered(one)).isEqualTo("HTTP/1.1 200");
      send(two, UPGRADE + "\r\n");
      assertThat(answered(two)).isEqualTo("HTTP/1.1 101");
      int before = descriptors();
      for (int i = 0; i < 50; i++) {
        assertThat(answer(server, GET)).isEmpty();
      }
      await().until(() -> descriptors() < before + 10);
      assertThat(server.acceptedConnections()).isEqualTo(2);
    }
    await().until(() -> server.acceptedConnections() == 0);
    assertThat(answer(server, GET)).startsWith("HTTP/1.1 200");
  }

  @Test
  void connectionsInTotalAreBounded() throws Exception {
    HttpServer server =
        serve(
            server()
                .limits(HttpLimits.builder().maxConnections(1).build())
                .listen(HttpListener.plain(ANY)));
    try (Socket one = connect(server)) {
      send(one, UPGRADE + "\r\n");
      assertThat(answered(one)).isEqualTo("HTTP/1.1 101");
      assertThat(answer(server, GET)).isEmpty();
    }
    await().until(() -> answer(server, GET).startsWith("HTTP/1.1 200"));
  }

  @Test
  void quicConnectionsCountToo() throws Exception {
    HttpServer server =
        serve(
            server()
                .addressLimits(limits(1), ClientAddress.OF_PEER)
                .listen(HttpListener.tlsAndQuic(ANY, TestCertificate.in(directory))));
    InetSocketAddress address = server.addresses().getFirst();
    try (Http3Client one = Http3Client.connect(loops, address)) {
      assertThat(one.get("/").status()).isEqualTo(200);
      assertThat(answer(server, GET)).isEmpty();
      assertThatThrownBy(
              () -> {
                try (Http3Client two = Http3Client.connect(loops, address)) {
                  two.get("/");
                }
              })
          .isInstanceOf(IOException.class);
    }
    await().until(() -> server.acceptedConnections() == 0);
  }

  @Test
  void behindATrustedProxyTheClientOfEachRequestCounts() throws Exception {
    ClientAddress clients = new ClientAddress(List.of("cf-connecting-ip"), LOOPBACK, List.of());
    HttpServer server =
        serve(server().addressLimits(limits(2), clients).listen(HttpListener.plain(ANY)));
    String from = "cf-connecting-ip: 203.0.113.";
    try (Socket one = connect(server);
        Socket two = connect(server)) {
      send(one, UPGRADE + from + "1\r\n\r\n");
      assertThat(answered(one)).isEqualTo("HTTP/1.1 101");
      send(two, "GET /wait HTTP/1.1\r\nhost: a\r\n" + from + "1\r\n\r\n");
      String again = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n" + from;
      await().until(() -> answer(server, again + "1\r\n\r\n").startsWith("HTTP/1.1 429"));
      assertThat(answer(server, again + "2\r\n\r\n")).startsWith("HTTP/1.1 200");
      one.shutdownOutput(); // the websocket's end gives its room back
      await().until(() -> answer(server, again + "1\r\n\r\n").startsWith("HTTP/1.1 200"));
    }
    for (int i = 0; i < 5; i++) {
      assertThat(answer(server, "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 200"); // without the header it is the handler's business
    }
  }

  private HttpServer proxied(Mode mode, List<CidrBlock> trusted, boolean tls) throws Exception {
    HttpListener listener =
        tls ? HttpListener.tls(ANY, TestCertificate.in(directory)) : HttpListener.plain(ANY);
    return serve(
        server()
            .limits(HttpLimits.builder().handshakeTimeoutMs(500).build())
            .addressLimits(limits(2), ClientAddress.OF_PEER)
            .observer(
                new HttpObserver() {
                  @Override
                  public void dropped(Protocol protocol, String reason) {
                    dropped.incrementAndGet();
                  }
                })
            .listen(listener.withProxyProtocol(new ProxyProtocol(mode, trusted))));
  }

  private static final String V1 = "PROXY TCP4 203.0.113.7 198.51.100.1 5678 443\r\n";
  private static final String SIGNATURE_2 = "\r\n\r\n\0\r\nQUIT\n";
  private static final String V2_IPV6 =
      SIGNATURE_2
          + "!!\0$"
          + " \u0001\r\u00b8\0\0\0\0\0\0\0\0\0\0\0\u0007"
          + " \u0001\r\u00b8\0\0\0\0\0\0\0\0\0\0\0\u0008"
          + "\u0016.\u0001\u00bb";
  private static final String V2_LOCAL = SIGNATURE_2 + " \0\0\0";

  @Test
  void trustedProxiesTellTheClientsAddress() throws Exception {
    for (Mode mode : List.of(Mode.OPTIONAL, Mode.REQUIRED)) {
      HttpServer server = proxied(mode, LOOPBACK, false);
      assertThat(answer(server, V1 + GET)).endsWith("\r\n203.0.113.7 5678");
      assertThat(answer(server, V2_IPV6 + GET)).endsWith("\r\n2001:db8:0:0:0:0:0:7 5678");
      assertThat(answer(server, V2_LOCAL + GET)).contains("\r\n127.0.0.1 ");
      assertThat(answer(server, "PROXY UNKNOWN\r\n" + GET)).contains("\r\n127.0.0.1 ");
    }
  }

  @Test
  void theAddressToldIsTheOneThatCounts() throws Exception {
    HttpServer server = proxied(Mode.REQUIRED, LOOPBACK, false);
    try (Socket one = connect(server);
        Socket two = connect(server)) {
      for (Socket socket : List.of(one, two)) {
        send(socket, V1 + UPGRADE + "\r\n");
        assertThat(answered(socket)).isEqualTo("HTTP/1.1 101");
      }
      assertThat(answer(server, V1 + GET)).isEmpty();
      assertThat(answer(server, V2_IPV6 + GET)).startsWith("HTTP/1.1 200");
    }
    await().until(() -> answer(server, V1 + GET).startsWith("HTTP/1.1 200"));
  }

  @Test
  void headersThatAreWrongMissingOrSlowEndTheConnection() throws Exception {
    HttpServer required = proxied(Mode.REQUIRED, LOOPBACK, false);
    HttpServer optional = proxied(Mode.OPTIONAL, LOOPBACK, false);
    for (HttpServer server : List.of(required, optional)) {
      for (String bad :
          List.of(
              "PROXY TCP4 203.0.113.700 198.51.100.1 5678 443\r\n",
              "PROXY TCP4 203.0.113.7 198.51.100.1 99999 443\r\n",
              "PROXY " + "x".repeat(200),
              SIGNATURE_2 + "1\u0011\0\f" + "x".repeat(12),
              SIGNATURE_2 + "!\u0011\u00ff\u00ff" + "x".repeat(5000))) {
        assertThat(answer(server, bad + GET)).as(bad).isEmpty();
      }
      long startNs = System.nanoTime();
      assertThat(answer(server, "PROX")).isEmpty();
      assertThat(answer(server, SIGNATURE_2)).isEmpty();
      assertThat(answer(server, "")).isEmpty();
      assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(9));
      await().until(() -> server.acceptedConnections() == 0);
    }
    assertThat(answer(required, GET)).isEmpty();
    assertThat(answer(optional, GET)).contains("\r\n127.0.0.1 ");
    assertThat(dropped.get()).isPositive();
  }

  @Test
  void strangersAreNotBelieved() throws Exception {
    List<CidrBlock> elsewhere = List.of(CidrBlock.parse("192.0.2.0/24"));
    assertThat(answer(proxied(Mode.REQUIRED, elsewhere, false), V1 + GET)).isEmpty();
    HttpServer optional = proxied(Mode.OPTIONAL, elsewhere, false);
    assertThat(answer(optional, V1 + GET)).startsWith("HTTP/1.1 400");
    assertThat(answer(optional, GET)).contains("\r\n127.0.0.1 ");
  }

  @Test
  void theHeaderGoesBeforeTls() throws Exception {
    HttpServer server = proxied(Mode.REQUIRED, LOOPBACK, true);
    try (Socket plain = connect(server)) {
      send(plain, V1);
      try (Socket socket =
          TestCertificate.trustingClient()
              .getSocketFactory()
              .createSocket(plain, "localhost", server.port(), true)) {
        send(socket, GET);
        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
            .endsWith("\r\n203.0.113.7 5678");
      }
    }
  }
}
