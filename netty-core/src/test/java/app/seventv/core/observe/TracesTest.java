package app.seventv.core.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.config.Config;
import app.seventv.core.http.Blocking;
import app.seventv.core.http.Http3Client;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.log.Logs;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.tls.TlsFiles;
import app.seventv.core.trace.Trace;
import app.seventv.core.trace.TraceContext;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.MDC;

/** Spans as a real receiver gets them. */
@ParameterizedClass
@EnumSource(
    value = TransportOptions.Choice.class,
    names = {"IO_URING", "EPOLL", "NIO"})
@SuppressWarnings({"EnumOrdinal", "NullAway.Init"}) // JUnit calls start() first
class TracesTest {
  @Parameter TransportOptions.Choice transport;

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  @TempDir static Path directory = Path.of(".");

  private static TlsFiles certificate;

  private final Metrics metrics = new Metrics();
  private OtlpSink sink;
  private EventLoops loops;
  private ExecutorService threads;
  private HttpClient client;
  private Telemetry telemetry;
  private HttpServer server;

  @BeforeAll
  static void makeCertificate() throws Exception {
    certificate = TestCertificate.in(directory);
  }

  @BeforeEach
  void open() throws Exception {
    sink = new OtlpSink();
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    threads = Executors.newVirtualThreadPerTaskExecutor();
    client = HttpClient.newBuilder().sslContext(TestCertificate.trustingClient()).build();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    telemetry.close();
    loops.close();
    threads.close();
    sink.close();
  }

  private void start(String... settings) throws Exception {
    String toml =
        "telemetry.traces.enabled = true\ntelemetry.traces.otlp_endpoint = '"
            + sink.url()
            + "'\n"
            + String.join("\n", settings);
    telemetry = Telemetry.start(Config.parse(Telemetry.SCHEMA, toml), "shop", "1.2", "7", metrics);
    Router router =
        Router.builder()
            .get("/items/{id}", e -> e.respond(Response.text(200, "item")))
            .get(
                "/fails",
                e -> {
                  throw new HttpError(503, "no");
                })
            .get("/mdc", Blocking.handler(threads, 10, (r, body) -> Response.text(200, mdc())))
            .get("/calls", Blocking.handler(threads, 10, (r, body) -> call()))
            .build();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, router)
            .observer(telemetry.observer())
            .requestIds(telemetry.requestIds())
            .listen(HttpListener.tlsAndQuic(any, certificate))
            .start();
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
              HttpRequest request = Trace.inject(request("/items/9")).build();
              client.send(request, HttpResponse.BodyHandlers.discarding());
              return Response.of(204);
            });
  }

  private HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + server.port() + target));
  }

  private String get(String target, String... headers) throws Exception {
    HttpRequest.Builder request = request(target);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  private List<Span> spans(int count) {
    assertThat(telemetry.tracing().orElseThrow().flush().toCompletableFuture().join()).isTrue();
    await().atMost(20, TimeUnit.SECONDS).until(() -> sink.spans.size() >= count);
    assertThat(sink.spans).hasSize(count);
    return sink.spans;
  }

  @Test
  void everyVersionMakesAServerSpan() throws Exception {
    start("telemetry.traces.labels = { region = 'eu' }");
    Map<String, String> headers =
        Map.of("traceparent", PARENT, "tracestate", "a=1,b=2", "x-token", "secret");
    for (Protocol protocol : Protocol.values()) {
      sink.spans.clear();
      if (protocol == Protocol.HTTP_3) {
        try (Http3Client h3 = Http3Client.connect(loops, server.addresses().getFirst())) {
          h3.send("GET", "/items/5?key=secret", headers, new byte[0]).get(10, TimeUnit.SECONDS);
        }
      } else {
        HttpRequest.Builder request =
            request("/items/5?key=secret")
                .version(
                    protocol == Protocol.HTTP_2
                        ? HttpClient.Version.HTTP_2
                        : HttpClient.Version.HTTP_1_1);
        headers.forEach(request::header);
        client.send(request.build(), HttpResponse.BodyHandlers.discarding());
      }
      await()
          .untilAsserted(() ->
              assertThat(Scrape.value(metrics, "trace_spans_total{outcome=\"recorded\"}"))
                  .isEqualTo(protocol.ordinal() + 1));
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
          .containsEntry("url.scheme", "https")
          .containsEntry(
              "network.protocol.version", List.of("1.1", "2", "3").get(protocol.ordinal()));
      assertThat(span.toString()).doesNotContain("secret");
    }
    assertThat(OtlpSink.attributes(sink.resources.getFirst().getAttributesList()))
        .containsEntry("service.name", "shop")
        .containsEntry("service.version", "1.2")
        .containsEntry("service.instance.id", "7")
        .containsEntry("region", "eu");
  }

  @Test
  void callsBecomeChildrenAcrossProcesses() throws Exception {
    start();
    get("/calls");
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

  @Test
  void blockingCodeLogsWithTheIdsOfItsRequest() throws Exception {
    start();
    String[] ids = get("/mdc", "traceparent", PARENT, "x-request-id", "abc-1").split(" ", -1);
    Span span = spans(1).getFirst();
    assertThat(ids).containsExactly(TRACE, OtlpSink.id(span.getSpanId()), "abc-1");
  }

  @Test
  void unsampledTracesAreSentOnlyWhenTheyFail() throws Exception {
    start("telemetry.traces.sample_rate = 0.0");
    String unsampled = PARENT.replaceAll("01$", "00");
    get("/items/1");
    get("/items/2", "traceparent", unsampled);
    get("/fails", "traceparent", unsampled);
    get("/items/3", "traceparent", PARENT);
    List<Span> spans = spans(2);
    assertThat(named(spans, "GET /fails").getStatus().getCode())
        .isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
    assertThat(OtlpSink.attributes(named(spans, "GET /fails"))).containsEntry("error.type", "503");
    assertThat(OtlpSink.id(named(spans, "GET /items/{id}").getTraceId())).isEqualTo(TRACE);
  }

  @Test
  void aStrangersTraceIsNotContinued() throws Exception {
    start("telemetry.trusted_peers = ['10.0.0.0/8']");
    String[] ids = get("/mdc", "traceparent", PARENT, "x-request-id", "abc-1").split(" ", -1);
    assertThat(OtlpSink.id(spans(1).getFirst().getTraceId())).isNotEqualTo(TRACE).isEqualTo(ids[0]);
    assertThat(ids[2]).matches("[0-9a-f]{32}");
  }

  @Test
  void aBatchThatWasRefusedArrivesOnce() throws Exception {
    start();
    sink.refusals.set(2);
    get("/items/1");
    spans(1);
    assertThat(Scrape.value(metrics, "trace_spans_total{outcome=\"exported\"}")).isEqualTo(1);
  }

  @Test
  void aReceiverThatIsGoneCostsSpansAndNothingElse() throws Exception {
    start("telemetry.traces.slow = '1h'");
    sink.close();
    for (int i = 0; i < 20; i++) {
      assertThat(get("/items/1")).isEqualTo("item");
    }
    assertThat(telemetry.tracing().orElseThrow().flush().toCompletableFuture().join()).isFalse();
    await()
        .untilAsserted(() ->
            assertThat(Scrape.value(metrics, "trace_spans_total{outcome=\"failed\"}"))
                .isEqualTo(20));
  }

  @Test
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
