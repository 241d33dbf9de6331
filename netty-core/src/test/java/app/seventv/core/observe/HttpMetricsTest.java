package app.seventv.core.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.Http3Client;
import app.seventv.core.http.Http3Probe;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.tls.TlsFiles;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a scraper sees after real requests, over every transport and HTTP version. */
@ParameterizedClass
@EnumSource(
    value = TransportOptions.Choice.class,
    names = {"IO_URING", "EPOLL", "NIO"})
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class HttpMetricsTest {
  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private static TlsFiles certificate;

  private final Metrics metrics = new Metrics();
  private final Queue<Exchange> held = new ConcurrentLinkedQueue<>();
  private EventLoops loops;
  private HttpServer server;
  private HttpClient client;
  private InetSocketAddress plain = new InetSocketAddress(0);
  private InetSocketAddress secure = new InetSocketAddress(0);

  @BeforeAll
  static void makeCertificate() throws Exception {
    certificate = TestCertificate.in(directory);
  }

  @BeforeEach
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 2, true));
    Router router =
        Router.builder()
            .get("/items/{id}", e -> e.respond(Response.text(200, "0123456789")))
            .post(
                "/items",
                e ->
                    e.readBody(
                        1000,
                        body -> {
                          body.release();
                          e.respond(Response.of(201));
                        }))
            .get("/held", held::add)
            .get("/ws", e -> e.upgrade(WebSocketOptions.DEFAULT, new Silent()))
            .route("CONNECT", "/ws", e -> e.upgrade(WebSocketOptions.DEFAULT, new Silent()))
            .get(
                "/broken",
                e -> {
                  throw new HttpError(503, "no");
                })
            .build();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, router)
            .observer(Telemetry.metricsOnly(metrics).observer())
            .listen(HttpListener.plain(any))
            .listen(HttpListener.tlsAndQuic(any, certificate))
            .start();
    plain = server.addresses().get(0);
    secure = server.addresses().get(1);
    client = HttpClient.newBuilder().sslContext(TestCertificate.trustingClient()).build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    loops.close();
  }

  private static final class Silent implements WebSocketListener {
    @Override
    public void onOpen(WebSocket socket, @Nullable String subprotocol) {}

    @Override
    public void onText(WebSocket socket, ByteBuf utf8) {}

    @Override
    public void onClose(WebSocket socket, int code, String reason) {}
  }

  private double value(String series) {
    return Scrape.value(metrics, series);
  }

  private void becomes(String series, double expected) {
    await()
        .atMost(20, TimeUnit.SECONDS)
        .untilAsserted(() -> assertThat(value(series)).as(series).isEqualTo(expected));
  }

  /** Sends over one version; returns the status. */
  private int send(Protocol protocol, String method, String target, byte[] body) throws Exception {
    if (protocol == Protocol.HTTP_3) {
      try (Http3Client h3 = Http3Client.connect(loops, secure)) {
        return h3.send(method, target, Map.of(), body).get(10, TimeUnit.SECONDS).status();
      }
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + secure.getPort() + target))
            .version(
                protocol == Protocol.HTTP_2
                    ? HttpClient.Version.HTTP_2
                    : HttpClient.Version.HTTP_1_1)
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @Test
  void everyVersionIsCountedUnderItsOwnLabels() throws Exception {
    for (Protocol protocol : Protocol.values()) {
      String label = protocol.label();
      String socket = protocol == Protocol.HTTP_3 ? "Quic" : "TlsTcp";
      final double okBefore =
          value("http_status_code_total{socket=\"" + socket + "\",status=\"200\"}");
      assertThat(send(protocol, "GET", "/items/1?token=secret", new byte[0])).isEqualTo(200);
      assertThat(send(protocol, "GET", "/items/2", new byte[0])).isEqualTo(200);
      assertThat(send(protocol, "POST", "/items", new byte[7])).isEqualTo(201);
      assertThat(send(protocol, "GET", "/nowhere", new byte[0])).isEqualTo(404);
      assertThat(send(protocol, "GET", "/broken", new byte[0])).isEqualTo(503);

      String of = "{protocol=\"" + label + "\"";
      becomes("http_request_duration_seconds_count" + of + ",class=\"2xx\"}", 3);
      becomes("http_request_duration_seconds_count" + of + ",class=\"4xx\"}", 1);
      becomes("http_request_duration_seconds_count" + of + ",class=\"5xx\"}", 1);
      becomes("http_request_duration_seconds_bucket" + of + ",class=\"2xx\",le=\"+Inf\"}", 3);
      becomes("http_first_byte_seconds_count" + of + "}", 5);
      becomes("http_requests_in_flight" + of + "}", 0);
      becomes("http_request_body_bytes_total" + of + "}", 7);
      assertThat(value("http_response_body_bytes_total" + of + "}")).isGreaterThan(20);
      becomes("http_status_code_total{socket=\"" + socket + "\",status=\"200\"}", okBefore + 2);
    }
    becomes("http_request_duration_count{socket=\"TlsTcp\"}", 10);
    becomes("http_request_duration_count{socket=\"Quic\"}", 5);
    String route = "http_route_duration_seconds_count{method=\"GET\",route=\"/items/{id}\",";
    becomes(route + "class=\"2xx\"}", 6);
    assertThat(Scrape.text(metrics)).doesNotContain("secret").doesNotContain("/nowhere");
  }

  @Test
  void requestsAreInFlightUntilTheyAreAnswered() throws Exception {
    for (Protocol protocol : Protocol.values()) {
      Thread request =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  send(protocol, "GET", "/held", new byte[0]);
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      String series = "http_requests_in_flight{protocol=\"" + protocol.label() + "\"}";
      becomes(series, 1);
      await().until(() -> !held.isEmpty());
      held.remove().respond(Response.of(204));
      request.join();
      becomes(series, 0);
    }
  }

  @Test
  void connectionsOpenAndClose() throws Exception {
    try (Socket socket = new Socket(plain.getAddress(), plain.getPort())) {
      socket
          .getOutputStream()
          .write("GET /held HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      becomes("http_connections{socket=\"Tcp\"}", 1);
      becomes("http_connections_opened_total{protocol=\"http/1.1\"}", 1);
      becomes("http_requests_in_flight{protocol=\"http/1.1\"}", 1);
      socket.setSoLinger(true, 0); // a reset: a mere end of input would still get its answer
    }
    becomes("http_connections{socket=\"Tcp\"}", 0);
    becomes("http_connections_closed_total{protocol=\"http/1.1\"}", 1);
    becomes("http_socket_duration_count{socket=\"Tcp\"}", 1);
    becomes("http_actions_total{socket=\"Tcp\",action=\"Ready\"}", 1);
    becomes("http_actions_total{socket=\"Tcp\",action=\"Close\"}", 1);
    becomes("http_actions_total{socket=\"Tcp\",action=\"Request\"}", 1);
    becomes("http_status_code_total{socket=\"Tcp\",status=\"499\"}", 1);
    becomes("http_requests_in_flight{protocol=\"http/1.1\"}", 0);
  }

  @Test
  void handshakesAreToldApart() throws Exception {
    send(Protocol.HTTP_1, "GET", "/items/1", new byte[0]);
    send(Protocol.HTTP_3, "GET", "/items/1", new byte[0]);
    becomes("tls_handshakes_total{socket=\"TlsTcp\",outcome=\"full\"}", 1);
    becomes("tls_handshakes_total{socket=\"Quic\",outcome=\"full\"}", 1);
    becomes("tls_handshake_seconds_count{socket=\"TlsTcp\"}", 1);
    becomes("tls_handshake_seconds_count{socket=\"Quic\"}", 1);
    assertThat(Scrape.text(metrics))
        .containsPattern("tls_sessions_total\\{cipher=\"\\w+\",version=\"TLSv1.3\"}");
    try (Socket socket = new Socket(secure.getAddress(), secure.getPort())) {
      socket.getOutputStream().write("\1nonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      becomes("tls_handshakes_total{socket=\"TlsTcp\",outcome=\"failed\"}", 1);
      becomes("tls_handshake_failures_total{socket=\"TlsTcp\",reason=\"not-tls\"}", 1);
    }
    becomes("http_drops_total{protocol=\"http/1.1\",reason=\"tls-handshake\"}", 1);
    new Socket(secure.getAddress(), secure.getPort()).close();
    becomes("tls_handshake_failures_total{socket=\"TlsTcp\",reason=\"closed\"}", 1);
  }

  @Test
  void malformedRequestsAreDropped() throws IOException {
    try (Socket socket = new Socket(plain.getAddress(), plain.getPort())) {
      socket.getOutputStream().write("nonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      becomes("http_drops_total{protocol=\"http/1.1\",reason=\"malformed-request\"}", 1);
      becomes("http_actions_total{socket=\"Tcp\",action=\"Error\"}", 1);
    }
  }

  @Test
  void websocketsOverHttp3AreOpenUntilTheyClose() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, secure)) {
      Http3Probe.Stream socket =
          probe
              .open()
              .headers(
                  ":method",
                  "CONNECT",
                  ":protocol",
                  "websocket",
                  ":scheme",
                  "https",
                  ":authority",
                  "localhost",
                  ":path",
                  "/ws",
                  "sec-websocket-version",
                  "13");
      becomes("http_websockets{protocol=\"h3\"}", 1);
      becomes("http_requests_in_flight{protocol=\"h3\"}", 0);
      becomes("http_status_code_total{socket=\"Quic\",status=\"200\"}", 1);
      socket.end().await();
      becomes("http_websockets{protocol=\"h3\"}", 0);
    }
    becomes("http_requests_in_flight{protocol=\"h3\"}", 0);
  }

  @Test
  void websocketsAreOpenUntilTheyClose() throws Exception {
    try (HttpClient sockets = HttpClient.newHttpClient()) {
      var socket =
          sockets
              .newWebSocketBuilder()
              .buildAsync(
                  URI.create("ws://127.0.0.1:" + plain.getPort() + "/ws"),
                  new java.net.http.WebSocket.Listener() {})
              .get(10, TimeUnit.SECONDS);
      becomes("http_websockets{protocol=\"http/1.1\"}", 1);
      becomes("http_status_code_total{socket=\"Tcp\",status=\"101\"}", 1);
      becomes("http_requests_in_flight{protocol=\"http/1.1\"}", 0);
      socket.abort();
      becomes("http_websockets{protocol=\"http/1.1\"}", 0);
    }
  }
}
