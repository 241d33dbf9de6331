package app.seventv.core.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.config.Config;
import app.seventv.core.http.Blocking;
import app.seventv.core.http.Covers;
import app.seventv.core.http.EveryTransport;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.HttpFixture;
import app.seventv.core.http.OverWires;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.http.Wire;
import app.seventv.core.log.Logs;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.trace.Trace;
import app.seventv.core.trace.TraceContext;
import app.seventv.core.transport.TransportOptions;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.slf4j.MDC;

/** Spans as a real receiver gets them. */
@EveryTransport
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class TracesTest {
  @Parameter TransportOptions.Choice transport;

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  @TempDir static Path directory = Path.of(".");

  private final Metrics metrics = new Metrics();
  private OtlpSink sink;
  private Telemetry telemetry;
  private HttpFixture http;

  @BeforeEach
  void open() throws Exception {
    sink = new OtlpSink();
  }

  @AfterEach
  void close() {
    http.close();
    telemetry.close();
    sink.close();
  }

  private void start(String... settings) throws Exception {
    String toml =
        "telemetry.traces.enabled = true\ntelemetry.traces.otlp_endpoint = '"
            + sink.url()
            + "'\n"
            + String.join("\n", settings);
    telemetry = Telemetry.start(Config.parse(Telemetry.SCHEMA, toml), "shop", "1.2", "7", metrics);
    http =
        HttpFixture.start(
            transport,
            directory,
            this::routes,
            builder -> builder.observer(telemetry.observer()).requestIds(telemetry.requestIds()));
  }

  private Router routes(ExecutorService threads) {
    return Router.builder()
        .get("/items/{id}", e -> e.respond(Response.text(200, "item")))
        .get(
            "/fails",
            e -> {
              throw new HttpError(503, "no");
            })
        .get("/mdc", Blocking.handler(threads, 10, (r, body) -> Response.text(200, mdc())))
        .get("/calls", Blocking.handler(threads, 10, (r, body) -> call()))
        .build();
  }

  private static String mdc() {
    return MDC.get(Logs.TRACE_ID) + ' ' + MDC.get(Logs.SPAN_ID) + ' ' + MDC.get(Logs.REQUEST_ID);
  }

  /** What a handler does that asks another service. */
  private Response call() throws Exception {
    return telemetry
        .tracing()
        .orElseThrow()
        .inSpan(
            "look up",
            SpanKind.CLIENT,
            Attributes.empty(),
            () -> {
              InetSocketAddress to = http.address(Wire.H1_PLAIN);
              URI uri = URI.create("http://127.0.0.1:" + to.getPort() + "/items/9");
              try (HttpClient client = HttpClient.newHttpClient()) {
                HttpRequest request = Trace.inject(HttpRequest.newBuilder(uri)).build();
                client.send(request, HttpResponse.BodyHandlers.discarding());
              }
              return Response.of(204);
            });
  }

  private String get(Wire wire, String target, String... headers) throws Exception {
    return http.get(wire, target, headers).text();
  }

  private List<Span> spans(int count) {
    assertThat(telemetry.tracing().orElseThrow().flush().toCompletableFuture().join()).isTrue();
    await().atMost(20, TimeUnit.SECONDS).until(() -> sink.spans.size() >= count);
    assertThat(sink.spans).hasSize(count);
    return sink.spans;
  }

  @OverWires
  void everyWireMakesAServerSpan(Wire wire) throws Exception {
    start("telemetry.traces.labels = { region = 'eu' }");
    String[] headers = {"traceparent", PARENT, "tracestate", "a=1,b=2", "x-token", "secret"};
    assertThat(get(wire, "/items/5?key=secret", headers)).isEqualTo("item");
    await()
        .untilAsserted(() ->
            assertThat(Scrape.value(metrics, "trace_spans_total{outcome=\"recorded\"}"))
                .isEqualTo(1));
    Span span = spans(1).getFirst();
    assertThat(span.getName()).isEqualTo("GET /items/{id}");
    assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    assertThat(OtlpSink.id(span.getTraceId())).isEqualTo(TRACE);
    assertThat(OtlpSink.id(span.getParentSpanId())).isEqualTo("b7ad6b7169203331");
    assertThat(span.getTraceState()).isEqualTo("a=1,b=2");
    assertThat(span.getEndTimeUnixNano()).isGreaterThan(span.getStartTimeUnixNano());
    assertThat(OtlpSink.attributes(span))
        .containsEntry("http.request.method", "GET")
        .containsEntry("http.route", "/items/{id}")
        .containsEntry("http.response.status_code", "200")
        .containsEntry("http.response.body.size", "4")
        .containsEntry("url.scheme", wire.scheme())
        .containsEntry(
            "network.protocol.version",
            switch (wire.protocol()) {
              case HTTP_1 -> "1.1";
              case HTTP_2 -> "2";
              case HTTP_3 -> "3";
            });
    assertThat(span.toString()).doesNotContain("secret");
    assertThat(OtlpSink.attributes(sink.resources.getFirst().getAttributesList()))
        .containsEntry("service.name", "shop")
        .containsEntry("service.version", "1.2")
        .containsEntry("service.instance.id", "7")
        .containsEntry("region", "eu");
  }

  @OverWires
  void callsBecomeChildrenAcrossProcesses(Wire wire) throws Exception {
    start();
    get(wire, "/calls");
    List<Span> spans = spans(3);
    Span outer = named(spans, "GET /calls");
    Span call = named(spans, "look up");
    Span inner = named(spans, "GET /items/{id}");
    assertThat(outer.getParentSpanId().isEmpty()).isTrue();
    assertThat(call.getParentSpanId()).isEqualTo(outer.getSpanId());
    assertThat(call.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
    assertThat(inner.getParentSpanId()).isEqualTo(call.getSpanId());
    assertThat(inner.getTraceId()).isEqualTo(outer.getTraceId());
  }

  private static Span named(List<Span> spans, String name) {
    return spans.stream().filter(s -> s.getName().equals(name)).findFirst().orElseThrow();
  }

  @OverWires
  void blockingCodeLogsWithTheIdsOfItsRequest(Wire wire) throws Exception {
    start();
    String[] ids = get(wire, "/mdc", "traceparent", PARENT, "x-request-id", "abc-1").split(" ", -1);
    Span span = spans(1).getFirst();
    assertThat(ids).containsExactly(TRACE, OtlpSink.id(span.getSpanId()), "abc-1");
  }

  @OverWires
  void unsampledTracesAreSentOnlyWhenTheyFail(Wire wire) throws Exception {
    start("telemetry.traces.sample_rate = 0.0");
    String unsampled = PARENT.replaceAll("01$", "00");
    get(wire, "/items/1");
    get(wire, "/items/2", "traceparent", unsampled);
    get(wire, "/fails", "traceparent", unsampled);
    get(wire, "/items/3", "traceparent", PARENT);
    List<Span> spans = spans(2);
    assertThat(named(spans, "GET /fails").getStatus().getCode())
        .isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
    assertThat(OtlpSink.attributes(named(spans, "GET /fails"))).containsEntry("error.type", "503");
    assertThat(OtlpSink.id(named(spans, "GET /items/{id}").getTraceId())).isEqualTo(TRACE);
  }

  @OverWires
  void aStrangersTraceIsNotContinued(Wire wire) throws Exception {
    start("telemetry.trusted_peers = ['10.0.0.0/8']");
    String[] ids = get(wire, "/mdc", "traceparent", PARENT, "x-request-id", "abc-1").split(" ", -1);
    assertThat(OtlpSink.id(spans(1).getFirst().getTraceId())).isNotEqualTo(TRACE).isEqualTo(ids[0]);
    assertThat(ids[2]).matches("[0-9a-f]{32}");
  }

  @Test
  @Covers(value = Wire.H2_TLS, because = "what is tested is behind the span")
  void aBatchThatWasRefusedArrivesOnce() throws Exception {
    start();
    sink.refusals.set(2);
    get(Wire.H2_TLS, "/items/1");
    spans(1);
    assertThat(Scrape.value(metrics, "trace_spans_total{outcome=\"exported\"}")).isEqualTo(1);
  }

  @Test
  @Covers(value = Wire.H2_TLS, because = "what is tested is behind the span")
  void aReceiverThatIsGoneCostsSpansAndNothingElse() throws Exception {
    start("telemetry.traces.slow = '1h'");
    sink.close();
    for (int i = 0; i < 20; i++) {
      assertThat(get(Wire.H2_TLS, "/items/1")).isEqualTo("item");
    }
    assertThat(telemetry.tracing().orElseThrow().flush().toCompletableFuture().join()).isFalse();
    await()
        .untilAsserted(() ->
            assertThat(Scrape.value(metrics, "trace_spans_total{outcome=\"failed\"}"))
                .isEqualTo(20));
  }

  @Test
  @Covers(
      value = {},
      because = "no request")
  void aMessageIsHandledInASpanOfItsTrace() throws Exception {
    start();
    String result =
        telemetry
            .tracing()
            .orElseThrow()
            .inSpan(
                TraceContext.parse(PARENT, "a=1"),
                "s process",
                SpanKind.CONSUMER,
                Attributes.empty(),
                () -> String.valueOf(Trace.current()));
    assertThat(result).contains(TRACE);
    assertThat(OtlpSink.id(spans(1).getFirst().getParentSpanId())).isEqualTo("b7ad6b7169203331");
  }
}
