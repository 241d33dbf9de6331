package app.seventv.core.service;

import app.seventv.core.config.Config;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpServer;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.observe.Telemetry;
import app.seventv.core.transport.EventLoops;
import java.util.function.Consumer;

/**
 * What the harness gives a service at its start.
 *
 * @param name name of the service, as {@code event-api}
 * @param version version of the build
 * @param instance name of this instance
 * @param config checked settings
 * @param loops event loops; the harness closes them after the service
 * @param metrics the figures behind {@code /metrics}
 * @param telemetry figures, access log and spans of HTTP servers
 * @param health where dependencies are registered
 * @param failure see {@link #fail}
 */
public record ServiceContext(
    String name,
    String version,
    String instance,
    Config config,
    EventLoops loops,
    Metrics metrics,
    Telemetry telemetry,
    Health health,
    Consumer<Throwable> failure) {
  /** A context whose telemetry is figures only, for tests. */
  public ServiceContext(
      String name,
      String version,
      String instance,
      Config config,
      EventLoops loops,
      Metrics metrics,
      Health health,
      Consumer<Throwable> failure) {
    this(
        name,
        version,
        instance,
        config,
        loops,
        metrics,
        Telemetry.metricsOnly(metrics),
        health,
        failure);
  }

  /** An HTTP server on the service's loops that the service's {@link #telemetry} watches. */
  public HttpServer.Builder httpServer(Handler handler) {
    return HttpServer.builder(loops, handler)
        .observer(telemetry.observer())
        .requestIds(telemetry.requestIds());
  }

  /**
   * Reports that a part of the service has ended for good: the process drains and exits with an
   * error (operations.md §2.3).
   */
  public void fail(Throwable cause) {
    failure.accept(cause);
  }
}
