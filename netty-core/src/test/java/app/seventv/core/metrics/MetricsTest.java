package app.seventv.core.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final Metrics metrics = new Metrics();

  private String text() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    metrics.write(null, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void histogramsHaveFixedBoundsAndInfinity() throws Exception {
    metrics.durations("http_request_duration", "Seconds.", "socket").labelValues("Tcp").observe(40);
    assertThat(text())
        .contains("http_request_duration_bucket{socket=\"Tcp\",le=\"0.001\"} 0\n")
        .contains("http_request_duration_bucket{socket=\"Tcp\",le=\"30.0\"} 0\n")
        .contains("http_request_duration_bucket{socket=\"Tcp\",le=\"+Inf\"} 1\n");
  }

  @Test
  void callbacksAreReadWhenAsked() throws Exception {
    double[] value = {1};
    metrics.gauge("depth", "Depth.", () -> value[0]);
    metrics.gauges(
        "connections",
        "Open.",
        List.of("socket"),
        readings -> {
          readings.read(3, "Tcp");
          readings.read(2.5, "Quic");
        });
    metrics.counter("drops_total", "Drops.", () -> 7);
    value[0] = 2;
    assertThat(text())
        .contains("depth 2.0\n")
        .contains("connections{socket=\"Tcp\"} 3.0\n")
        .contains("connections{socket=\"Quic\"} 2.5\n")
        .contains("drops_total 7.0\n");
  }

  @Test
  void processFiguresArePlausible() throws Exception {
    ProcessMetrics.register(metrics);
    String text = text();
    for (String name :
        List.of(
            "jvm_memory_used_bytes{area=\"heap\"}",
            "jvm_gc_seconds_total",
            "process_open_fds",
            "process_cpu_seconds_total",
            "process_resident_memory_bytes",
            "netty_allocator_used_bytes{area=\"direct\"}")) {
      assertThat(text).contains("\n" + name);
    }
    assertThat(text).doesNotContain("NaN");
  }
}
