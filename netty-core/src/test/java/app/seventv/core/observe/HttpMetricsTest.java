package app.seventv.core.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Download;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.HttpFixture;
import app.seventv.core.http.OverWires;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.http.Tunnel;
import app.seventv.core.http.Wire;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** What a scraper sees after real requests, over every transport and HTTP version. */
@EveryTransport
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class HttpMetricsTest {
  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private final Metrics metrics = new Metrics();
  private final Queue<Exchange> held = new ConcurrentLinkedQueue<>();
  private HttpFixture http;

  @BeforeEach
  void start() throws Exception {
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
            .webSocket("/ws", e -> e.upgrade(WebSocketOptions.DEFAULT, new Silent()))
            .get(
                "/broken",
                e -> {
                  throw new HttpError(503, "no");
                })
            .build();
    http =
        HttpFixture.start(
            transport,
            directory,
            threads -> router,
            builder -> builder.observer(Telemetry.metricsOnly(metrics).observer()));
  }

  @AfterEach
  void stop() {
    http.close();
  }

  /** The reference's name for a kind of socket. */
  private static String socket(Wire wire) {
    return switch (wire) {
      case H1_PLAIN, H2_PLAIN -> "Tcp";
      case H1_TLS, H2_TLS -> "TlsTcp";
      case H3 -> "Quic";
    };
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

  private int send(Wire wire, String method, String target, byte[] body) throws Exception {
    return http.call(wire, method, target, body).status();
  }

  @OverWires
  void everyWireIsCountedUnderItsOwnLabels(Wire wire) throws Exception {
    assertThat(send(wire, "GET", "/items/1?token=secret", new byte[0])).isEqualTo(200);
    assertThat(send(wire, "GET", "/items/2", new byte[0])).isEqualTo(200);
    assertThat(send(wire, "POST", "/items", new byte[7])).isEqualTo(201);
    assertThat(send(wire, "GET", "/nowhere", new byte[0])).isEqualTo(404);
    assertThat(send(wire, "GET", "/broken", new byte[0])).isEqualTo(503);

    String of = "{protocol=\"" + wire.protocol().label() + "\"";
    becomes("http_request_duration_seconds_count" + of + ",class=\"2xx\"}", 3);
    becomes("http_request_duration_seconds_count" + of + ",class=\"4xx\"}", 1);
    becomes("http_request_duration_seconds_count" + of + ",class=\"5xx\"}", 1);
    becomes("http_request_duration_seconds_bucket" + of + ",class=\"2xx\",le=\"+Inf\"}", 3);
    becomes("http_first_byte_seconds_count" + of + "}", 5);
    becomes("http_requests_in_flight" + of + "}", 0);
    becomes("http_request_body_bytes_total" + of + "}", 7);
    assertThat(value("http_response_body_bytes_total" + of + "}")).isGreaterThan(20);
    becomes("http_status_code_total{socket=\"" + socket(wire) + "\",status=\"200\"}", 2);
    becomes("http_request_duration_count{socket=\"" + socket(wire) + "\"}", 5);
    String route = "http_route_duration_seconds_count{method=\"GET\",route=\"/items/{id}\",";
    becomes(route + "class=\"2xx\"}", 2);
    assertThat(Scrape.text(metrics)).doesNotContain("secret").doesNotContain("/nowhere");
  }

  @OverWires
  void requestsAreInFlightUntilTheyAreAnswered(Wire wire) throws Exception {
    String series = "http_requests_in_flight{protocol=\"" + wire.protocol().label() + "\"}";
    try (Download request = http.open(wire, "/held")) {
      becomes(series, 1);
      await().until(() -> !held.isEmpty());
      held.remove().respond(Response.text(200, "x"));
      assertThat(request.await(1)).asString().isEqualTo("x");
      becomes(series, 0);
    }
  }

  @OverWires
  void connectionsOpenAndClose(Wire wire) throws Exception {
    String protocol = "{protocol=\"" + wire.protocol().label() + "\"}";
    String socket = "{socket=\"" + socket(wire) + "\"";
    Download request = http.open(wire, "/held");
    becomes("http_connections" + socket + "}", 1);
    becomes("http_connections_opened_total" + protocol, 1);
    becomes("http_requests_in_flight" + protocol, 1);
    request.close();
    becomes("http_connections" + socket + "}", 0);
    becomes("http_connections_closed_total" + protocol, 1);
    becomes("http_socket_duration_count" + socket + "}", 1);
    becomes("http_actions_total" + socket + ",action=\"Ready\"}", 1);
    becomes("http_actions_total" + socket + ",action=\"Close\"}", 1);
    becomes("http_actions_total" + socket + ",action=\"Request\"}", 1);
    becomes("http_status_code_total" + socket + ",status=\"499\"}", 1);
    becomes("http_requests_in_flight" + protocol, 0);
  }

  @OverWires(
      value = {Wire.H1_TLS, Wire.H2_TLS, Wire.H3},
      because = "the others have no handshake")
  void handshakesAreToldApart(Wire wire) throws Exception {
    String socket = "{socket=\"" + socket(wire) + "\"";
    send(wire, "GET", "/items/1", new byte[0]);
    becomes("tls_handshakes_total" + socket + ",outcome=\"full\"}", 1);
    becomes("tls_handshake_seconds_count" + socket + "}", 1);
    assertThat(Scrape.text(metrics))
        .containsPattern("tls_sessions_total\\{cipher=\"\\w+\",version=\"TLSv1.3\"}");
  }

  @Test
  @Covers(value = Wire.H1_TLS, because = "a handshake over TCP that fails chooses no version")
  void handshakesThatFailAreCountedByReason() throws Exception {
    InetSocketAddress secure = http.address(Wire.H1_TLS);
    try (Socket socket = new Socket(secure.getAddress(), secure.getPort())) {
      socket.getOutputStream().write("\1nonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      becomes("tls_handshakes_total{socket=\"TlsTcp\",outcome=\"failed\"}", 1);
      becomes("tls_handshake_failures_total{socket=\"TlsTcp\",reason=\"not-tls\"}", 1);
    }
    becomes("http_drops_total{protocol=\"http/1.1\",reason=\"tls-handshake\"}", 1);
    new Socket(secure.getAddress(), secure.getPort()).close();
    becomes("tls_handshake_failures_total{socket=\"TlsTcp\",reason=\"closed\"}", 1);
  }

  @OverWires(
      value = {Wire.H1_PLAIN, Wire.H1_TLS},
      because = "the syntax is HTTP/1.1's; Http2AbuseTest and Http3StreamTest have theirs")
  void malformedRequestsAreDropped(Wire wire) throws IOException {
    assertThat(http.raw(wire, "nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
    becomes("http_drops_total{protocol=\"http/1.1\",reason=\"malformed-request\"}", 1);
    // Who is dropped is told by version, so that both count as the reference's plain socket.
    becomes("http_actions_total{socket=\"Tcp\",action=\"Error\"}", 1);
  }

  @OverWires
  void websocketsAreOpenUntilTheyClose(Wire wire) throws Exception {
    String protocol = "{protocol=\"" + wire.protocol().label() + "\"}";
    int status = wire.protocol() == Protocol.HTTP_1 ? 101 : 200;
    try (Tunnel socket = http.webSocket(wire, "/ws")) {
      assertThat(socket.status()).isEqualTo(status);
      becomes("http_websockets" + protocol, 1);
      becomes(
          "http_status_code_total{socket=\"" + socket(wire) + "\",status=\"" + status + "\"}", 1);
      becomes("http_requests_in_flight" + protocol, 0);
    }
    becomes("http_websockets" + protocol, 0);
    becomes("http_requests_in_flight" + protocol, 0);
  }
}
