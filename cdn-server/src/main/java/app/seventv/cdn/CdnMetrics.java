package app.seventv.cdn;

import app.seventv.core.metrics.Metrics;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The figures of cdn.md §8 that are the cache's own; those of HTTP are the core's. */
final class CdnMetrics {
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
}
