package app.seventv.core.service;

import app.seventv.core.metrics.Metrics;
import app.seventv.core.observe.Telemetry;
import app.seventv.core.trace.Tracing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
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
  private static final ObjectMapper MAPPER = JsonMapper.shared();

  private final String name;
  private final String version;
  private final Health health;
  private final Metrics metrics;
  private final Telemetry telemetry;
  private final BooleanSupplier alive;

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
  }

  CompletionStage<Answer> answer(String method, String uri, @Nullable String accept) {
    if (!method.equals("GET")) {
      return done(text(405, "only GET"));
    }
    int query = uri.indexOf('?');
    return switch (query < 0 ? uri : uri.substring(0, query)) {
      case "/livez" ->
          done(alive.getAsBoolean() ? text(200, Health.OK) : text(503, "an event loop is stuck"));
      case "/readyz" ->
          health.report().thenApply(report -> json(report.isReady() ? 200 : 503, state(report)));
      case "/health" ->
          health.report().thenApply(report -> text(report.isReady() ? 200 : 500, report.text()));
      case "/metrics" -> done(metrics(accept));
      case "/version" -> done(json(200, Map.of("name", name, "version", version)));
      case "/opentelemetry/flush" -> flush();
      default -> done(text(404, "not found"));
    };
  }

  private CompletionStage<Answer> flush() {
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

  private static Map<String, Object> state(Health.Report report) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("ready", report.isReady());
    state.put("stage", report.stage().name().toLowerCase(Locale.ROOT));
    state.put("checks", report.checks());
    return state;
  }

  private Answer metrics(@Nullable String accept) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      metrics.write(accept, body);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return new Answer(200, metrics.contentType(accept), body.toByteArray());
  }

  private static Answer text(int status, String body) {
    return new Answer(status, TEXT, body.getBytes(StandardCharsets.UTF_8));
  }

  private static Answer json(int status, Object body) {
    return new Answer(status, JSON, MAPPER.writeValueAsBytes(body));
  }

  private static CompletionStage<Answer> done(Answer answer) {
    return CompletableFuture.completedFuture(answer);
  }

  /** A response. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Answer(int status, String contentType, byte[] body) {}
}
