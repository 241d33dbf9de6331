package app.seventv.searchindex;

import app.seventv.core.metrics.Metrics;
import app.seventv.model.CollectionNames;
import app.seventv.model.Indexes;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Figures of the worker (workers.md §13), and some of our own. */
final class IndexMetrics {
  private static final double[] LAG_SECONDS = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};

  /** Collections named in labels; whatever else is on the bus counts as one. */
  private static final Set<String> KNOWN = known();

  private final Counter events;
  private final Counter deadLetters;
  private final Counter caughtUp;
  private final Counter ghosts;
  private final Gauge processing;
  private final Histogram lag;

  /** What became of a message; the names are label values. */
  enum Status {
    /** Indexed, or found to be indexed already. */
    Success,
    /** Not for us. */
    Skipped,
    /** Failed; it may come again. */
    Error
  }

  IndexMetrics(Metrics metrics) {
    events = metrics.counter("typesense_event_total", "Messages handled.", "coll", "op", "status");
    deadLetters =
        metrics.counter("typesense_dead_letter_total", "Messages given up for good.", "coll");
    caughtUp =
        metrics.counter(
            "typesense_catch_up_total", "Documents found unindexed and tried again.", "coll");
    ghosts =
        metrics.counter(
            "typesense_ghost_total", "Index entries deleted for want of a document.", "coll");
    processing = metrics.gauge("typesense_processing", "Messages being handled.", "coll");
    lag =
        metrics.histogram(
            "typesense_lag_seconds",
            "Time from a change to its being in the index.",
            LAG_SECONDS,
            "coll");
  }

  private static Set<String> known() {
    Set<String> names = new HashSet<>(Indexes.SEARCHABLE);
    names.add(CollectionNames.ENTITLEMENT_EDGES);
    names.addAll(IndexedCollections.UNINTERESTING);
    return Set.copyOf(names);
  }

  private static String label(String collection) {
    return KNOWN.contains(collection) ? collection : "other";
  }

  private static String operationLabel(String operation) {
    return switch (operation) {
      case "insert", "update", "replace", "delete", "invalidate" ->
          operation.substring(0, 1).toUpperCase(Locale.ROOT) + operation.substring(1);
      default -> "Other";
    };
  }

  void event(String collection, String operation, Status status) {
    events.labelValues(label(collection), operationLabel(operation), status.name()).inc();
  }

  void deadLetter(String collection) {
    deadLetters.labelValues(label(collection)).inc();
  }

  void caughtUp(String collection) {
    caughtUp.labelValues(label(collection)).inc();
  }

  void ghosts(String collection, int count) {
    ghosts.labelValues(label(collection)).inc(count);
  }

  void started(String collection) {
    processing.labelValues(label(collection)).inc();
  }

  void ended(String collection) {
    processing.labelValues(label(collection)).dec();
  }

  void lag(String collection, Duration time) {
    lag.labelValues(label(collection)).observe(Math.max(0, time.toMillis()) / 1000.0);
  }
}
