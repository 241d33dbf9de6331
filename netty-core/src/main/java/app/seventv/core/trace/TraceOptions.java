package app.seventv.core.trace;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * Which spans are made and where they go (operations.md §3.5, §15.9).
 *
 * @param enabled whether there are spans at all
 * @param endpoint base address of an OTLP/HTTP receiver, or its full address for traces
 * @param sampleRate share of traces that are recorded from their start, 0 to 1
 * @param slow a server span at least this long is sent even if its trace is not sampled
 * @param labels attributes of the resource
 */
public record TraceOptions(
    boolean enabled, URI endpoint, double sampleRate, Duration slow, Map<String, String> labels) {
  private static final Key<Boolean> ENABLED =
      Key.bool("telemetry.traces.enabled", false, "Whether spans are made and sent.");

  private static final Key<URI> OTLP_ENDPOINT =
      Key.url(
          "telemetry.traces.otlp_endpoint",
          "http://localhost:4318",
          "Receiver of spans by OTLP over HTTP; /v1/traces is added to a bare address.");

  private static final Key<Double> SAMPLE_RATE =
      Key.of(
          "telemetry.traces.sample_rate",
          ValueTypes.DOUBLE,
          1.0,
          "Share of traces recorded, 0 to 1; a trusted caller's own choice goes before.");

  private static final Key<Duration> SLOW =
      Key.duration(
          "telemetry.traces.slow",
          Duration.ofSeconds(1),
          "Requests that took longer, or failed with 5xx, are sent even if not sampled.");

  private static final Key<Map<String, String>> LABELS =
      Key.of(
          "telemetry.traces.labels",
          ValueTypes.STRING_TABLE,
          Map.of(),
          "Attributes added to every span's resource.");

  /** The keys above. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(ENABLED, OTLP_ENDPOINT, SAMPLE_RATE, SLOW, LABELS)
          .check((config, problems) -> {
            double rate = config.get(SAMPLE_RATE);
            if (!(rate >= 0 && rate <= 1)) {
              problems.add(SAMPLE_RATE, "is not between 0 and 1");
            }
          })
          .build();

  /** The values of the keys above. */
  public static TraceOptions from(Config config) {
    return new TraceOptions(
        config.get(ENABLED),
        config.get(OTLP_ENDPOINT),
        config.get(SAMPLE_RATE),
        config.get(SLOW),
        config.get(LABELS));
  }

  /** Full address of the receiver of traces. */
  String tracesUrl() {
    String path = endpoint.getPath();
    if (path == null || path.isEmpty() || path.equals("/")) {
      return endpoint.resolve("/v1/traces").toString();
    }
    return endpoint.toString();
  }
}
