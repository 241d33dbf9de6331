package app.seventv.core.observe;

import app.seventv.core.config.CidrBlock;
import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.RequestIds;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.trace.TraceOptions;
import app.seventv.core.trace.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything a service tells about its requests, put together from its settings: figures always,
 * access log and spans if they are switched on. What is off costs nothing per request.
 */
public final class Telemetry implements AutoCloseable {
  private static final Key<List<CidrBlock>> TRUSTED_PEERS =
      Key.of(
          "telemetry.trusted_peers",
          ValueTypes.CIDR.list(),
          List.of(
              CidrBlock.parse("127.0.0.0/8"),
              CidrBlock.parse("::1/128"),
              CidrBlock.parse("10.0.0.0/8"),
              CidrBlock.parse("172.16.0.0/12"),
              CidrBlock.parse("192.168.0.0/16"),
              CidrBlock.parse("fc00::/7")),
          "Networks whose x-request-id and traceparent are believed.");

  private static final Key<Boolean> REQUEST_ID_HEADER =
      Key.bool(
          "telemetry.request_id_header", false, "Whether responses carry the id of the request.");

  private static final Key<Boolean> SERVER_TIMING =
      Key.bool("telemetry.server_timing", false, "Whether responses tell where their time went.");

  /** Keys of traces, access log, request ids and Server-Timing. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .include(TraceOptions.SCHEMA)
          .include(AccessLogOptions.SCHEMA)
          .add(TRUSTED_PEERS, REQUEST_ID_HEADER, SERVER_TIMING)
          .build();

  private final RequestIds requestIds;
  private final boolean serverTiming;
  private final @Nullable Tracing tracing;
  private final @Nullable AccessLog accessLog;
  private final HttpObserver observer;

  private Telemetry(
      RequestIds requestIds,
      boolean serverTiming,
      @Nullable Tracing tracing,
      @Nullable AccessLog accessLog,
      Metrics metrics) {
    this.requestIds = requestIds;
    this.serverTiming = serverTiming;
    this.tracing = tracing;
    this.accessLog = accessLog;
    List<HttpObserver> parts = new ArrayList<>();
    if (tracing != null) {
      tracing.register(metrics);
      parts.add(new ServerSpans(tracing, requestIds)); // first: others read the trace id
    }
    parts.add(new HttpMetrics(metrics));
    if (accessLog != null) {
      accessLog.register(metrics);
      parts.add(accessLog);
    }
    this.observer = HttpObserver.all(parts);
  }

  /**
   * Starts what the settings switch on.
   *
   * @param metrics where the figures go; one per registry
   */
  public static Telemetry start(
      Config config, String service, String version, String instance, Metrics metrics) {
    TraceOptions traces = TraceOptions.from(config);
    AccessLogOptions access = AccessLogOptions.from(config);
    return new Telemetry(
        new RequestIds(config.get(TRUSTED_PEERS), config.get(REQUEST_ID_HEADER)),
        config.get(SERVER_TIMING),
        traces.enabled() ? new Tracing(traces, service, version, instance) : null,
        access.enabled() ? new AccessLog(access) : null,
        metrics);
  }

  /** Figures of every HTTP server, nothing else; for tests and tools without settings. */
  public static Telemetry metricsOnly(Metrics metrics) {
    return new Telemetry(RequestIds.DEFAULT, false, null, null, metrics);
  }

  /** Sees every connection and exchange of the service's servers. */
  public HttpObserver observer() {
    return observer;
  }

  /** Where the servers get request ids from. */
  public RequestIds requestIds() {
    return requestIds;
  }

  /** Whether {@link app.seventv.core.http.ServerTiming} is wanted. */
  public boolean serverTiming() {
    return serverTiming;
  }

  /** Makes spans; empty when traces are off. */
  public Optional<Tracing> tracing() {
    return Optional.ofNullable(tracing);
  }

  @Override
  public void close() {
    if (accessLog != null) {
      accessLog.close();
    }
    if (tracing != null) {
      tracing.close();
    }
  }
}
