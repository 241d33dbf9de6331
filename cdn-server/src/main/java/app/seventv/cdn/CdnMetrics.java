package app.seventv.cdn;

import app.seventv.core.metrics.Metrics;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import java.util.EnumMap;
import java.util.Map;

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

  /** Seconds, 50 µs to 10 s: origins nearby answer within a millisecond. */
  private static final double[] ORIGIN_SECONDS = {
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
    2.5, 5, 10
  };

  private final Map<CacheAction, CounterDataPoint> actions = new EnumMap<>(CacheAction.class);
  private final Counter upstream;
  private final DistributionDataPoint fetchDuration;
  private final DistributionDataPoint originFirstByte;
  private final CounterDataPoint originBytes;
  private final CounterDataPoint hitBytes;
  private final CounterDataPoint missBytes;
  private final CounterDataPoint refreshes;
  private final CounterDataPoint staleOnError;
  private final CounterDataPoint passed;
  private final Counter tierHits;
  private final Counter tierDoubts;
  private final Map<ImagePath.Kind, Map<ImagePath.ImageType, CounterDataPoint>> requests =
      new EnumMap<>(ImagePath.Kind.class);

  CdnMetrics(Metrics metrics) {
    Counter cacheActions = metrics.counter("cache_action_total", "Look-ups by outcome.", "state");
    for (CacheAction action : CacheAction.values()) {
      actions.put(action, cacheActions.labelValues(action.label));
    }
    upstream =
        metrics.counter("cache_upstream_response_total", "Origin answers by kind.", "status");
    fetchDuration =
        metrics
            .histogram("cache_duration", "Seconds per fetch, queueing included.", ORIGIN_SECONDS)
            .labelValues();
    originFirstByte =
        metrics
            .histogram(
                "cache_upstream_first_byte_seconds",
                "Seconds until the head of the origin's answer, queueing included.",
                ORIGIN_SECONDS)
            .labelValues();
    originBytes =
        metrics.counter("cache_upstream_bytes_total", "Bytes of bodies kept.").labelValues();
    Counter body =
        metrics.counter("cdn_body_bytes_total", "Bytes of image bodies to clients.", "cache");
    hitBytes = body.labelValues("hit");
    missBytes = body.labelValues("miss");
    refreshes = metrics.counter("cache_refreshes_total", "Fetches ahead of need.").labelValues();
    staleOnError =
        metrics
            .counter("cache_stale_on_error_total", "Fetches that failed over to an old copy.")
            .labelValues();
    passed =
        metrics
            .counter("cache_passed_total", "Fetches of objects too large to keep.")
            .labelValues();
    tierHits = metrics.counter("cache_tier_hits_total", "Objects found in a tier.", "tier");
    tierDoubts =
        metrics.counter(
            "cache_tier_doubts_total",
            "Fresh objects of a tier that the origin was asked about: a purge may be missing.",
            "tier");
    Counter counter =
        metrics.counter("cdn_request_total", "Requests for images.", "kind", "image_type");
    for (ImagePath.Kind kind : ImagePath.Kind.values()) {
      Map<ImagePath.ImageType, CounterDataPoint> types = new EnumMap<>(ImagePath.ImageType.class);
      for (ImagePath.ImageType type : ImagePath.ImageType.values()) {
        types.put(type, counter.labelValues(kind.label(), type.label()));
      }
      requests.put(kind, types);
    }
  }

  void cacheAction(CacheAction action) {
    CounterDataPoint counter = actions.get(action);
    if (counter != null) {
      counter.inc();
    }
  }

  /**
   * A fetch has ended.
   *
   * @param status label value: {@code Success}, {@code NotFound} or that of a failure
   */
  void originAnswered(String status, long durationNs) {
    fetchDuration.observe(durationNs / NANOS_PER_SECOND);
    upstream.labelValues(status).inc();
  }

  void firstByte(long durationNs) {
    originFirstByte.observe(durationNs / NANOS_PER_SECOND);
  }

  void originBytes(long bytes) {
    originBytes.inc(bytes);
  }

  void hitBytes(long bytes) {
    hitBytes.inc(bytes);
  }

  void missBytes(long bytes) {
    missBytes.inc(bytes);
  }

  void refreshed() {
    refreshes.inc();
  }

  void servedStale() {
    staleOnError.inc();
  }

  void passed() {
    passed.inc();
  }

  void tierHit(String tier) {
    tierHits.labelValues(tier).inc();
  }

  void tierDoubt(String tier) {
    tierDoubts.labelValues(tier).inc();
  }

  void requested(ImagePath.Kind kind, ImagePath.ImageType type) {
    Map<ImagePath.ImageType, CounterDataPoint> types = requests.get(kind);
    CounterDataPoint counter = types == null ? null : types.get(type);
    if (counter != null) {
      counter.inc();
    }
  }
}
