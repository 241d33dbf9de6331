package app.seventv.changestream;

import app.seventv.core.metrics.Metrics;
import io.prometheus.metrics.core.metrics.Counter;
import java.util.concurrent.atomic.AtomicLong;

/** Figures of the worker (workers.md §13), and some of our own. */
final class ChangeStreamMetrics {
  private final Counter events;
  private final Counter published;
  private final Counter historyLost;
  private final AtomicLong lastWallTimeMs = new AtomicLong();

  ChangeStreamMetrics(Metrics metrics) {
    events =
        metrics.counter(
            "mongo_change_stream_event_total",
            "Events read.",
            "database",
            "collection",
            "operation");
    published =
        metrics.counter("mongo_change_stream_publish_total", "Outcomes of publishing.", "status");
    historyLost =
        metrics.counter(
            "mongo_change_stream_history_lost_total",
            "Times events were missed and everything has to be compared.");
    metrics.gauge(
        "mongo_change_stream_last_event_timestamp_seconds",
        "Time of the last event, 0 before the first.",
        () -> lastWallTimeMs.get() / 1000.0);
  }

  void event(String database, String collection, String operation, long wallTimeMs) {
    events.labelValues(database, collection, operation).inc();
    if (wallTimeMs > 0) {
      lastWallTimeMs.set(wallTimeMs);
    }
  }

  void published(String status) {
    published.labelValues(status).inc();
  }

  void historyLost() {
    historyLost.inc();
  }
}
