package app.seventv.core.service;

import app.seventv.core.metrics.Metrics;
import app.seventv.core.observe.Telemetry;
import app.seventv.core.service.AdminEndpoint.Reply;
import app.seventv.core.trace.Tracing;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** What the admin port answers (operations.md §4.1, §15.6). */
final class AdminRoutes {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String JSON = "application/json";
  private static final int MS_PER_SECOND = 1_000;
  private static final int DEFAULT_HERTZ = 100;
  private static final int MAX_HERTZ = 1_000;
  private static final int DEFAULT_SECONDS = 5;
  private static final int MAX_SECONDS = 50; // less than the idle time of a connection
  private static final double NS_PER_SECOND = 1e9;
  private static final ObjectMapper MAPPER = JsonMapper.shared();

  private final String name;
  private final String version;
  private final Health health;
  private final Metrics metrics;
  private final Telemetry telemetry;
  private final BooleanSupplier alive;
  private final CpuProfiler profiler = new CpuProfiler();
  private volatile double scrapeSeconds;
  private volatile @Nullable AdminEndpoint endpoint;

  /**
   * Routes.
   *
   * @param alive whether the event loops run
   */
  AdminRoutes(
      String name,
      String version,
      Health health,
      Metrics metrics,
      Telemetry telemetry,
      BooleanSupplier alive) {
    this.name = name;
    this.version = version;
    this.health = health;
    this.metrics = metrics;
    this.telemetry = telemetry;
    this.alive = alive;
    metrics.gauge(
        "metrics_scrape_seconds", "How long the scrape before this one took.", () -> scrapeSeconds);
  }

  /** Answers what the service itself offers too. */
  void serve(AdminEndpoint offered) {
    endpoint = offered;
  }

  /** The service's own endpoint for this address, or null. */
  @Nullable AdminEndpoint endpointOf(String uri) {
    AdminEndpoint offered = endpoint;
    int query = uri.indexOf('?');
    return offered != null && offered.path().equals(query < 0 ? uri : uri.substring(0, query))
        ? offered
        : null;
  }

  CompletionStage<Reply> answer(String method, String uri, @Nullable String accept) {
    if (!method.equals("GET") && !method.equals("HEAD")) { // whose body the codec leaves out
      return done(text(405, "only GET and HEAD").with("allow", "GET, HEAD"));
    }
    int query = uri.indexOf('?');
    String parameters = query < 0 ? "" : uri.substring(query + 1);
    return switch (query < 0 ? uri : uri.substring(0, query)) {
      case "/livez" ->
          done(alive.getAsBoolean() ? text(200, Health.OK) : text(503, "an event loop is stuck"));
      case "/readyz" ->
          health.report().thenApply(report -> json(report.isReady() ? 200 : 503, state(report)));
      case "/health" ->
          health.reportsFailures()
              ? health.report().thenApply(AdminRoutes::text)
              : done(text(200, Health.OK));
      case "/metrics" -> done(metrics(accept));
      case "/version" -> done(json(200, Map.of("name", name, "version", version)));
      case "/opentelemetry/flush" -> flush();
      case "/pprof/cpu" -> profile(parameters);
      default -> done(text(404, "not found"));
    };
  }

  private CompletionStage<Reply> flush() {
    Optional<Tracing> tracing = telemetry.tracing();
    if (tracing.isEmpty()) {
      return done(text(404, "traces are off (telemetry.traces.enabled)"));
    }
    return tracing
        .get()
        .flush()
        .thenApply(taken ->
            taken ? text(200, Health.OK) : text(503, "the receiver did not take the spans"));
  }

  /** {@code freq} in hertz, {@code duration} in seconds, any number of {@code ignore}. */
  private CompletionStage<Reply> profile(String query) {
    Duration period;
    Duration duration;
    List<String> ignore;
    try {
      Map<String, List<String>> parameters =
          QueryStringDecoder.builder().hasPath(false).build(query).parameters();
      int hertz = number(parameters, "freq", DEFAULT_HERTZ, MAX_HERTZ);
      period = Duration.ofMillis(MS_PER_SECOND / hertz);
      duration = Duration.ofSeconds(number(parameters, "duration", DEFAULT_SECONDS, MAX_SECONDS));
      ignore = parameters.getOrDefault("ignore", List.of());
    } catch (IllegalArgumentException e) {
      return done(text(400, String.valueOf(e.getMessage())));
    }
    return profiler
        .profile(period, duration, ignore)
        .handle((profile, failure) ->
            failure == null
                ? new Reply(200, "application/octet-stream", profile)
                : text(
                    failure instanceof IllegalStateException ? 409 : 500,
                    String.valueOf(failure.getMessage())));
  }

  private static int number(
      Map<String, List<String>> parameters, String name, int defaultValue, int max) {
    List<String> values = parameters.get(name);
    if (values == null) {
      return defaultValue;
    }
    try {
      int value = Integer.parseInt(values.getFirst());
      if (value >= 1 && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // answered like a number out of range
    }
    throw new IllegalArgumentException(name + " must be a whole number from 1 to " + max);
  }

  private static Map<String, Object> state(Health.Report report) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("ready", report.isReady());
    state.put("stage", report.stage().name().toLowerCase(Locale.ROOT));
    state.put("checks", report.checks());
    return state;
  }

  private Reply metrics(@Nullable String accept) {
    long startNs = System.nanoTime();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      metrics.write(accept, body);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    scrapeSeconds = (System.nanoTime() - startNs) / NS_PER_SECOND;
    return new Reply(200, metrics.contentType(accept), body.toByteArray());
  }

  private static Reply text(Health.Report report) {
    return text(report.isReady() ? 200 : 500, report.text());
  }

  private static Reply text(int status, String body) {
    return new Reply(status, TEXT, body.getBytes(StandardCharsets.UTF_8));
  }

  private static Reply json(int status, Object body) {
    return new Reply(status, JSON, MAPPER.writeValueAsBytes(body));
  }

  private static CompletionStage<Reply> done(Reply answer) {
    return CompletableFuture.completedFuture(answer);
  }
}
