package app.seventv.cdn;

import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.metrics.Metrics;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The figures of cdn.md §8. */
final class CdnMetrics implements HttpObserver {
  /** Outcomes of a look-up, with the label values that dashboards know. */
  enum CacheAction {
    HIT("Hit"),
    REBOUND_HIT("ReboundHit"),
    COALESCED("Coalesced"),
    MISS("Miss");

    private final String label;

    CacheAction(String label) {
      this.label = label;
    }
  }

  private static final double NANOS_PER_SECOND = 1e9;

  private final Map<CacheAction, CounterDataPoint> actions = new EnumMap<>(CacheAction.class);
  private final Counter upstream;
  private final Histogram upstreamDuration;
  private final Counter requests;
  private final Gauge connections;
  private final Counter statuses;
  private final Histogram requestDuration;
  private final Counter drops;

  CdnMetrics(Metrics metrics) {
    Counter cacheActions = metrics.counter("cache_action_total", "Look-ups by outcome.", "state");
    for (CacheAction action : CacheAction.values()) {
      actions.put(action, cacheActions.labelValues(action.label));
    }
    upstream =
        metrics.counter("cache_upstream_response_total", "Origin answers by kind.", "status");
    upstreamDuration =
        metrics.durations("cache_duration", "Seconds per origin fetch, queueing included.");
    requests = metrics.counter("cdn_request_total", "Requests for images.", "kind", "image_type");
    connections = metrics.gauge("http_connections", "Open connections.", "socket");
    statuses =
        metrics.counter("http_status_code_total", "Responses by status.", "socket", "status");
    requestDuration = metrics.durations("http_request_duration", "Seconds per request.", "socket");
    drops =
        metrics.counter("http_drops_total", "Connections cut off, by reason.", "socket", "reason");
  }

  void cacheAction(CacheAction action) {
    CounterDataPoint counter = actions.get(action);
    if (counter != null) {
      counter.inc();
    }
  }

  void originAnswered(@Nullable CachedObject object, @Nullable Throwable failure, long durationNs) {
    upstreamDuration.observe(durationNs / NANOS_PER_SECOND);
    String status;
    if (object != null) {
      status = object.status() == 404 ? "NotFound" : "Success";
    } else {
      status = kindOf(failure).label();
    }
    upstream.labelValues(status).inc();
  }

  /** The kind of failure behind whatever a future completed with. */
  static OriginFailure.Kind kindOf(@Nullable Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof OriginFailure origin ? origin.kind() : OriginFailure.Kind.ERROR;
  }

  void requested(ImagePath path) {
    requests.labelValues(path.kind().label(), path.type().label()).inc();
  }

  private static String socket(Protocol protocol) {
    return protocol == Protocol.HTTP_3 ? "Quic" : "Tcp";
  }

  private static String socket(Request request) {
    Protocol protocol = request.connection().protocol();
    return protocol != Protocol.HTTP_3 && request.connection().secure()
        ? "TlsTcp"
        : socket(protocol);
  }

  @Override
  public void connectionOpened(Protocol protocol) {
    connections.labelValues(socket(protocol)).inc();
  }

  @Override
  public void connectionClosed(Protocol protocol) {
    connections.labelValues(socket(protocol)).dec();
  }

  @Override
  public void dropped(Protocol protocol, String reason) {
    drops.labelValues(socket(protocol), reason).inc();
  }

  @Override
  public void exchangeEnded(Request request, int status, long durationNs) {
    String socket = socket(request);
    statuses.labelValues(socket, Integer.toString(status)).inc();
    requestDuration.labelValues(socket).observe(durationNs / NANOS_PER_SECOND);
  }
}
