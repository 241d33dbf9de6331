package app.seventv.events;

import app.seventv.core.metrics.Metrics;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import java.util.List;

/** What the service counts (event-api.md §16.3); usable from any thread. */
final class EventFigures {
  private static final double NS_PER_SECOND = 1e9;

  /** Bounds in seconds of the way from the bus to the sockets. */
  private static final double[] FAN_OUT_SECONDS = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1
  };

  private final CounterDataPoint hits;
  private final CounterDataPoint misses;
  private final DistributionDataPoint fanOut;
  private final Counter busEvents;

  /**
   * Figures.
   *
   * @param clients the kinds of clients that are told apart
   */
  EventFigures(Metrics metrics, ClientKinds clients) {
    metrics.gauges(
        "event_api_v3_current_connections",
        "Open sessions.",
        List.of("kind", "app", "version"),
        readings ->
            clients
                .all()
                .forEach(c -> readings.read(c.open.sum(), c.transport(), c.app(), c.version())));
    metrics.counters(
        "event_api_v3_client_closes_total",
        "Ended sessions by reason.",
        List.of("code", "kind", "app", "version"),
        readings ->
            clients
                .all()
                .forEach(c ->
                    c.closes()
                        .forEach((code, count) ->
                            readings.read(
                                count.sum(), code, c.transport(), c.app(), c.version()))));
    metrics.histograms(
        "event_api_v3_connection_duration_seconds",
        "Life of sessions.",
        ClientKind.LIFETIME_SECONDS,
        List.of("kind", "app", "version"),
        readings ->
            clients
                .all()
                .forEach(c ->
                    readings.read(
                        c.lifetimes(), c.lifetimeSeconds(), c.transport(), c.app(), c.version())));
    metrics.counters(
        "event_api_v3_commands_total",
        "Messages by direction and opcode.",
        List.of("kind", "command", "app", "version"),
        readings ->
            clients
                .commands()
                .forEach((labels, count) ->
                    readings.read(
                        count,
                        labels.direction(),
                        labels.command(),
                        labels.app(),
                        labels.version())));
    Counter events =
        metrics.counter(
            "subscription_nats_events_total", "Dispatches with and without a subscriber.", "kind");
    hits = events.labelValues("Hit");
    misses = events.labelValues("Miss");
    fanOut =
        metrics
            .histogram(
                "event_api_fan_out_seconds",
                "From the bus message to the last loop's frames.",
                FAN_OUT_SECONDS,
                "kind")
            .labelValues("dispatch");
    busEvents =
        metrics.counter(
            "event_api_bus_events_total",
            "Events on the bus: converted, ignored, unknown, rejected; undecodable messages.",
            "result");
  }

  void sessionEnded(ClientKind client, String code, int ticks) {
    client.ended(code, (long) ticks * SessionLoop.TICK_MS);
  }

  void dispatched(int deliveries, long durationNs) {
    (deliveries > 0 ? hits : misses).inc();
    fanOut.observe(durationNs / NS_PER_SECOND);
  }

  void busEvents(String result, int count) {
    if (count > 0) {
      busEvents.labelValues(result).inc(count);
    }
  }
}
