package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.transport.TransportOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Header fields that tell a client about its request: Server-Timing and x-request-id. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class ServerTimingTest {
  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private HttpFixture silent;
  private HttpFixture trusting;
  private HttpFixture wary;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    silent = serve(RequestIds.DEFAULT);
    trusting = serve(new RequestIds(List.of(CidrBlock.parse("127.0.0.0/8")), true));
    wary = serve(new RequestIds(List.of(CidrBlock.parse("10.0.0.0/8")), true));
  }

  private HttpFixture serve(RequestIds ids) throws Exception {
    Router routes =
        Router.builder()
            .get("/timed", exchange -> timed(exchange, true))
            .get("/untimed", exchange -> timed(exchange, false))
            .get("/id", exchange -> exchange.respond(Response.text(200, exchange.request().id())))
            .get("/fails", exchange -> exchange.fail(new HttpError(400, "no")))
            .build();
    return HttpFixture.start(
        transport, directory, threads -> routes, builder -> builder.requestIds(ids));
  }

  @AfterParameterizedClassInvocation
  void stop() {
    silent.close();
    trusting.close();
    wary.close();
  }

  private static void timed(Exchange exchange, boolean enabled) {
    ServerTiming timing = ServerTiming.of(exchange, enabled);
    timing.add("cache", "a \"hit\" \\ ü");
    timing.add("db", 12_340_000);
    assertThatThrownBy(() -> ServerTiming.of(exchange, true).add("no token", 1))
        .isInstanceOf(IllegalArgumentException.class);
    exchange.respond(Response.of(204));
  }

  @OverWires
  void namedDurationsReachTheClient(Wire wire) throws Exception {
    assertThat(silent.get(wire, "/timed").header("server-timing"))
        .isEqualTo("cache;desc=\"a \\\"hit\\\" \\\\ ?\", db;dur=12.3");
  }

  @OverWires
  void switchedOffNothingReachesTheClient(Wire wire) throws Exception {
    assertThat(silent.get(wire, "/untimed").headers())
        .doesNotContainKeys("server-timing", "x-request-id");
  }

  @OverWires
  void idsOfTrustedPeersAreKeptIfTheyMakeSense(Wire wire) throws Exception {
    assertThat(trusting.get(wire, "/id", "x-request-id", "01J-abc.D_9").text())
        .isEqualTo("01J-abc.D_9");
    for (String bad : List.of("a b", "\"x\"", "x".repeat(129), "<script>")) {
      assertThat(trusting.get(wire, "/id", "x-request-id", bad).text())
          .as(bad)
          .matches("[0-9a-f]{32}");
    }
    HttpFixture.Reply first = trusting.get(wire, "/id");
    assertThat(first.text()).matches("[0-9a-f]{32}").isEqualTo(first.header("x-request-id"));
    assertThat(trusting.get(wire, "/id").text()).isNotEqualTo(first.text());
  }

  @OverWires
  void idsOfStrangersAreReplaced(Wire wire) throws Exception {
    assertThat(wary.get(wire, "/id", "x-request-id", "abc").text()).matches("[0-9a-f]{32}");
  }

  @OverWires
  void problemsCarryTheId(Wire wire) throws Exception {
    HttpFixture.Reply reply = wary.get(wire, "/fails");
    assertThat(reply.text())
        .isEqualTo(
            "{\"status\":400,\"title\":\"Bad Request\",\"detail\":\"no\",\"request_id\":\""
                + reply.header("x-request-id")
                + "\"}");
  }
}
