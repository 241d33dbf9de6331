package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.limits.AddressLimitOptions;
import app.seventv.core.limits.AddressLimitOptions.Prefix;
import app.seventv.core.limits.AddressLimits;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Responses that take their time, and clients that leave before their end. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class StreamingTest {
  private static final String EVENT = "data: 1\n\n";
  private static final int LOW_BYTES = 4_000;
  private static final int HIGH_BYTES = 10_000;
  private static final int PIECE_BYTES = 500;
  private static final List<CidrBlock> LOOPBACK = List.of(CidrBlock.parse("127.0.0.0/8"));

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private final Queue<ResponseStream> streams = new ConcurrentLinkedQueue<>();
  private final AtomicInteger ended = new AtomicInteger();
  private HttpFixture http;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    Router routes =
        Router.builder()
            .get("/", e -> e.respond(Response.text(200, "ok")))
            .get("/events", this::events)
            .get("/fill", StreamingTest::fill)
            .build();
    Prefix twoEach = new Prefix(32, 2);
    AddressLimits limits =
        new AddressLimits(
            new AddressLimitOptions(
                true, List.of(twoEach), List.of(new Prefix(128, 2)), List.of(), 0, 1));
    ClientAddress clients = new ClientAddress(List.of("cf-connecting-ip"), LOOPBACK, List.of());
    http =
        HttpFixture.start(
            transport,
            directory,
            threads -> routes,
            builder ->
                builder
                    .addressLimits(limits, clients)
                    .limits(
                        HttpLimits.builder()
                            .writeLowWatermarkBytes(LOW_BYTES)
                            .writeHighWatermarkBytes(HIGH_BYTES)
                            .build()));
  }

  @AfterParameterizedClassInvocation
  void stop() {
    http.close();
  }

  private void events(Exchange exchange) {
    exchange.onEnd(ended::incrementAndGet);
    HttpHeaders headers = Response.newHeaders();
    headers.set("content-type", "text/event-stream");
    ResponseStream out = exchange.start(200, headers);
    out.endWithClient();
    streams.add(out);
    send(out);
  }

  private static void send(ResponseStream out) {
    out.writeAndFlush(Unpooled.copiedBuffer(EVENT, StandardCharsets.US_ASCII));
  }

  /** Queues as much as is wanted at once, and ends when there is room again. */
  private static void fill(Exchange exchange) {
    ResponseStream out = exchange.start(200, Response.newHeaders());
    while (out.isWritable()) {
      out.write(Unpooled.wrappedBuffer(new byte[PIECE_BYTES]));
    }
    out.onWritable(out::end);
    out.flush();
  }

  @OverWires
  void eventsArriveAsTheyAreSentUntilTheClientLeaves(Wire wire) throws Exception {
    streams.clear();
    ended.set(0);
    try (Download events = http.open(wire, "/events")) {
      for (int i = 1; i <= 3; i++) {
        byte[] come = events.await(i * EVENT.length());
        assertThat(come).asString(StandardCharsets.US_ASCII).isEqualTo(EVENT.repeat(i));
        assertThat(ended).hasValue(0);
        send(streams.element());
      }
    }
    await().until(() -> ended.get() == 1);
  }

  @OverWires
  void bytesWaitUpToTheWatermark(Wire wire) throws Exception {
    assertThat(http.get(wire, "/fill").length())
        .isBetween(HIGH_BYTES / 2, HIGH_BYTES + 2 * PIECE_BYTES);
  }

  @OverWires
  void behindATrustedProxyTheClientOfEachRequestCounts(Wire wire) throws Exception {
    streams.clear();
    String name = "cf-connecting-ip";
    String one = "203.0.113.1";
    try (Download first = http.open(wire, "/events", name, one);
        Download second = http.open(wire, "/events", name, one)) {
      assertThat(first.await(1)).isEqualTo(second.await(1));
      HttpFixture.Reply refused = http.get(wire, "/", name, one);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.header("content-type")).isEqualTo("application/problem+json");
      assertThat(http.get(wire, "/", name, "203.0.113.2").status()).isEqualTo(200);
    }
    await().until(() -> http.get(wire, "/", name, one).status() == 200);
  }
}
