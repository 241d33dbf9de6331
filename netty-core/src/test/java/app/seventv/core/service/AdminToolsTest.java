package app.seventv.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Wire;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Profiles, flushing of spans, and the list of figures. */
@Covers(
    value = {Wire.H1_PLAIN},
    because = "what is tested is behind the admin port")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class AdminToolsTest {
  private static final String SETTINGS =
      "metrics_bind_address = '127.0.0.1:0'\nevent_loops = 1\ntransport = 'nio'\n";

  private ServiceRuntime runtime;
  private HttpClient client;

  @BeforeEach
  void start() throws Exception {
    start("");
  }

  private void start(String more) throws Exception {
    runtime =
        ServiceRuntime.start(
            TestService.DEFINITION, TestService.DEFINITION.config(SETTINGS + more));
    client = HttpClient.newHttpClient();
  }

  @AfterEach
  void stop() {
    client.close();
    runtime.close();
  }

  private CompletableFuture<HttpResponse<byte[]>> get(String path) {
    int port = runtime.adminAddress().orElseThrow().getPort();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(30))
            .build();
    return client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  private static int spin(AtomicBoolean stop) {
    int sum = 0;
    while (!stop.get()) {
      for (int i = 0; i < 10_000; i++) {
        sum += i * i;
      }
    }
    return sum;
  }

  @Test
  void aCpuProfileShowsWhatRuns() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Thread busy =
        Thread.ofPlatform().start(() -> assertThat(spin(stop)).isInstanceOf(Integer.class));
    try {
      CompletableFuture<HttpResponse<byte[]>> first = get("/pprof/cpu?freq=100&duration=2");
      HttpResponse<byte[]> second = get("/pprof/cpu?duration=1").get(20, TimeUnit.SECONDS);
      HttpResponse<byte[]> profile = first.get(20, TimeUnit.SECONDS);
      assertThat(List.of(profile.statusCode(), second.statusCode())).contains(200).contains(409);
      byte[] body = profile.statusCode() == 200 ? profile.body() : second.body();
      UnknownFieldSet fields =
          UnknownFieldSet.parseFrom(new GZIPInputStream(new ByteArrayInputStream(body)));
      assertThat(fields.getField(1).getLengthDelimitedList()).as("value types").hasSize(2);
      assertThat(fields.getField(2).getLengthDelimitedList()).as("samples").isNotEmpty();
      assertThat(fields.getField(6).getLengthDelimitedList())
          .extracting(text -> text.toStringUtf8())
          .startsWith("")
          .contains(AdminToolsTest.class.getName() + ".spin");
    } finally {
      stop.set(true);
      busy.join();
    }
  }

  @Test
  void aProfileNeedsSensibleNumbers() throws Exception {
    for (String bad : List.of("freq=x", "freq=0", "duration=-1", "duration=3600", "freq=9999")) {
      HttpResponse<byte[]> answer = get("/pprof/cpu?" + bad).get(20, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).as(bad).isEqualTo(400);
    }
  }

  @Test
  void withoutTracesThereIsNothingToFlush() throws Exception {
    assertThat(get("/opentelemetry/flush").get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(404);
  }

  @Test
  void withTracesAFlushSucceeds() throws Exception {
    stop();
    start("telemetry.traces.enabled = true\n");
    assertThat(get("/opentelemetry/flush").get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  @Test
  void everyFigureIsDocumented() throws Exception {
    stop();
    start("telemetry.traces.enabled = true\naccess_log.enabled = true\n");
    String page = Files.readString(Path.of("../docs/observability.md"));
    runtime
        .metrics()
        .descriptions()
        .forEach(metric -> {
          String row =
              page.lines()
                  .filter(line -> line.startsWith("| `" + metric.name() + "` | " + metric.type()))
                  .findFirst()
                  .orElse("no row for " + metric.name());
          assertThat(row).contains("| " + metric.type() + " |");
          metric.labels().forEach(label -> assertThat(row).contains("`" + label + "`"));
        });
  }
}
