package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Header fields that tell a client about its request: Server-Timing and x-request-id. */
@ParameterizedClass
@EnumSource(
    value = TransportOptions.Choice.class,
    names = {"IO_URING", "EPOLL", "NIO"})
@SuppressWarnings("NullAway.Init") // every test starts the server first
class ServerTimingTest {
  @Parameter TransportOptions.Choice transport;

  private EventLoops loops;
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server;

  private void start(RequestIds ids, Handler handler) throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    server =
        HttpServer.builder(loops, handler)
            .requestIds(ids)
            .listen(HttpListener.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .start();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    loops.close();
  }

  private HttpResponse<String> get(String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void timed(Exchange exchange, boolean enabled) {
    ServerTiming timing = ServerTiming.of(exchange, enabled);
    timing.add("cache", "a \"hit\" \\ ü");
    timing.add("db", 12_340_000);
    assertThatThrownBy(() -> ServerTiming.of(exchange, true).add("no token", 1))
        .isInstanceOf(IllegalArgumentException.class);
    exchange.respond(Response.of(204));
  }

  @Test
  void namedDurationsReachTheClient() throws Exception {
    start(RequestIds.DEFAULT, exchange -> timed(exchange, true));
    assertThat(get().headers().allValues("server-timing"))
        .containsExactly("cache;desc=\"a \\\"hit\\\" \\\\ ?\", db;dur=12.3");
  }

  @Test
  void switchedOffNothingReachesTheClient() throws Exception {
    start(RequestIds.DEFAULT, exchange -> timed(exchange, false));
    HttpResponse<String> response = get();
    assertThat(response.headers().firstValue("server-timing")).isEmpty();
    assertThat(response.headers().firstValue("x-request-id")).isEmpty();
  }

  @Test
  void idsOfTrustedPeersAreKeptIfTheyMakeSense() throws Exception {
    RequestIds ids = new RequestIds(List.of(CidrBlock.parse("127.0.0.0/8")), true);
    start(ids, exchange -> exchange.respond(Response.text(200, exchange.request().id())));
    assertThat(get("x-request-id", "01J-abc.D_9").body()).isEqualTo("01J-abc.D_9");
    for (String bad : List.of("a b", "\"x\"", "x".repeat(129), "<script>")) {
      assertThat(get("x-request-id", bad).body()).as(bad).matches("[0-9a-f]{32}");
    }
    HttpResponse<String> first = get();
    assertThat(first.body()).matches("[0-9a-f]{32}");
    assertThat(first.headers().firstValue("x-request-id")).hasValue(first.body());
    assertThat(get().body()).isNotEqualTo(first.body());
  }

  @Test
  void idsOfStrangersAreReplaced() throws Exception {
    RequestIds ids = new RequestIds(List.of(CidrBlock.parse("10.0.0.0/8")), true);
    start(ids, exchange -> exchange.respond(Response.text(200, exchange.request().id())));
    assertThat(get("x-request-id", "abc").body()).matches("[0-9a-f]{32}");
  }

  @Test
  void problemsCarryTheId() throws Exception {
    start(new RequestIds(List.of(), true), exchange -> exchange.fail(new HttpError(400, "no")));
    HttpResponse<String> response = get();
    String id = response.headers().firstValue("x-request-id").orElseThrow();
    assertThat(response.body())
        .isEqualTo(
            "{\"status\":400,\"title\":\"Bad Request\",\"detail\":\"no\",\"request_id\":\""
                + id
                + "\"}");
  }
}
