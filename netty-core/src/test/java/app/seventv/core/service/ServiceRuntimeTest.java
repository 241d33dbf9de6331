package app.seventv.core.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Wire;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@Covers(
    value = {Wire.H1_PLAIN},
    because = "what is tested is behind the admin port")
class ServiceRuntimeTest {
  private static final String SETTINGS =
      "metrics_bind_address = '127.0.0.1:0'\nevent_loops = 2\ntransport = 'nio'\n";

  private static ServiceRuntime start() throws Exception {
    return ServiceRuntime.start(TestService.DEFINITION, TestService.DEFINITION.config(SETTINGS));
  }

  private static HttpResponse<String> get(ServiceRuntime runtime, String path, String accept)
      throws Exception {
    return send("GET", runtime, path, accept);
  }

  private static HttpResponse<String> send(
      String method, ServiceRuntime runtime, String path, String accept) throws Exception {
    int port = runtime.adminAddress().orElseThrow().getPort();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .header("Accept", accept)
              .timeout(Duration.ofSeconds(10))
              .build();
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private static HttpResponse<String> get(ServiceRuntime runtime, String path) throws Exception {
    return get(runtime, path, "*/*");
  }

  @Test
  void answersOnTheAdminPort() throws Exception {
    try (ServiceRuntime runtime = start()) {
      assertThat(get(runtime, "/livez").body()).isEqualTo("ok");
      assertThat(get(runtime, "/health").body()).isEqualTo("ok");
      assertThat(get(runtime, "/readyz").body())
          .isEqualTo("{\"ready\":true,\"stage\":\"running\",\"checks\":{}}");
      assertThat(get(runtime, "/version").body()).contains("test-service").contains("1.2.3");
      assertThat(get(runtime, "/nothing").statusCode()).isEqualTo(404);
      HttpResponse<String> head = send("HEAD", runtime, "/health", "*/*");
      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.headers().firstValue("content-length")).contains("2");
      assertThat(head.body()).isEmpty();
      var post = send("POST", runtime, "/health", "*/*");
      assertThat(post.statusCode()).isEqualTo(405);
      assertThat(post.headers().firstValue("allow")).contains("GET, HEAD");
    }
  }

  @Test
  void namesTheDependencyThatFails() throws Exception {
    AtomicReference<String> problem = new AtomicReference<>("no servers");
    try (ServiceRuntime runtime = start()) {
      runtime
          .health()
          .require(
              "nats",
              () -> {
                throw new IllegalStateException(problem.get());
              });
      runtime.health().require("mongodb", () -> {});
      HttpResponse<String> health = get(runtime, "/health?x=1");
      assertThat(health.statusCode()).isEqualTo(500);
      assertThat(health.body()).isEqualTo("nats: no servers");
      assertThat(
              new Health.Report(Health.Stage.RUNNING, Map.of("nats", "nats not connected")).text())
          .isEqualTo("nats not connected");
      HttpResponse<String> ready = get(runtime, "/readyz");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body())
          .contains("\"ready\":false", "\"nats\":\"no servers\"", "\"mongodb\":\"ok\"");
      assertThat(get(runtime, "/livez").statusCode()).isEqualTo(200);
      runtime.health().neverReportFailures();
      HttpResponse<String> quiet = get(runtime, "/health");
      assertThat(quiet.statusCode()).isEqualTo(200);
      assertThat(quiet.body()).isEqualTo("ok");
      assertThat(get(runtime, "/readyz").statusCode()).isEqualTo(503);
    }
  }

  @Test
  void writesMetricsInBothFormats() throws Exception {
    try (ServiceRuntime runtime = start()) {
      runtime.metrics().counter("things_total", "Things.", "kind").labelValues("A").inc();
      HttpResponse<String> text = get(runtime, "/metrics");
      assertThat(text.headers().firstValue("content-type"))
          .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
      assertThat(text.body())
          .contains("things_total{kind=\"A\"} 1.0\n")
          .contains("build_info{service=\"test-service\",version=\"1.2.3\"} 1.0")
          .contains("target_info{service_name=\"test-service\"} 1.0")
          .contains("event_loop_lag_seconds{loop=\"1\"}")
          .contains("jvm_memory_used_bytes{area=\"heap\"}")
          .contains("process_open_fds ");
      HttpResponse<String> open =
          get(runtime, "/metrics", "application/openmetrics-text;version=1.0.0");
      assertThat(open.headers().firstValue("content-type").orElseThrow())
          .startsWith("application/openmetrics-text");
      assertThat(open.body()).endsWith("# EOF\n");
    }
  }

  @Test
  void stoppingTurnsReadinessOffThenDrainsThenCloses() throws Exception {
    ServiceRuntime runtime = start();
    TestService service = (TestService) runtime.service();
    runtime.stop(Duration.ofSeconds(1));
    assertThat(service.drained).isTrue();
    assertThat(service.closed).isTrue();
    assertThat(runtime.health().report().join().isReady()).isFalse();
    assertThat(runtime.health().report().join().text()).isEqualTo("draining");
    assertThat(runtime.loops().group().isShuttingDown()).isTrue();
  }

  @Test
  void aFailedStartLeavesNothingBehind() {
    String settings = SETTINGS + "test.mode = 'broken'\n";
    assertThatThrownBy(() ->
            ServiceRuntime.start(TestService.DEFINITION, TestService.DEFINITION.config(settings))
                .close())
        .hasMessage("cannot reach the database");
    Awaitility.await()
        .until(() ->
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .noneMatch(name -> name.startsWith("admin") || name.startsWith("loop")));
  }
}
