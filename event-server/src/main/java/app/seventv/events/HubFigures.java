package app.seventv.events;

import app.seventv.core.metrics.Metrics;
import java.util.List;

/** Sizes of what the loops hold and share. */
final class HubFigures {
  private HubFigures() {}

  static void register(Metrics metrics, EventHub hub) {
    metrics.gauges(
        "subscription_unique_subscriptions",
        "Topics with a subscriber, summed over the loops, and room for topics.",
        List.of("kind"),
        readings -> {
          readings.read(hub.loops().stream().mapToLong(loop -> loop.topics().size()).sum(), "Len");
          readings.read(
              hub.loops().stream().mapToLong(loop -> loop.topics().capacity()).sum(), "Cap");
        });
    metrics.gauges(
        "subscription_total_subscriptions",
        "Topics held, summed over the sessions.",
        List.of("endpoint"),
        readings ->
            readings.read(
                hub.loops().stream().mapToLong(loop -> loop.topics().memberships()).sum(), "V3"));
    metrics.gauge(
        "event_api_parked_sessions",
        "Ended sessions that can be resumed.",
        () -> hub.parked().size());
    metrics.gauge(
        "event_api_replay_bytes", "Events kept for resumed sessions.", () -> hub.log().bytes());
    metrics.gauge(
        "event_api_presences", "Users seen in channels lately.", () -> hub.presences().size());
    metrics.gauge("event_api_presence_bytes", "Bytes of them.", () -> hub.presences().bytes());
  }
}
