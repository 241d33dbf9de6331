package app.seventv.events;

import app.seventv.core.metrics.Metrics;
import app.seventv.core.sockets.SocketTable;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.websocket.MoveOutcome;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.function.ToLongFunction;

/** Sizes of what the loops hold and share. */
final class HubFigures {
  private HubFigures() {}

  static void register(Metrics metrics, EventHub hub, EventLoops loops) {
    tables(metrics, loops);
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
        "event_api_replay_bytes",
        "Heap of the events kept for resumed sessions.",
        () -> hub.log().bytes());
    metrics.gauge(
        "event_api_presences", "Users seen in channels lately.", () -> hub.presences().size());
    metrics.gauge(
        "event_api_presence_bytes", "Heap that they take.", () -> hub.presences().bytes());
  }

  /** Sockets without channels (docs/decisions/0016). */
  private static void tables(Metrics metrics, EventLoops loops) {
    metrics.gauge(
        "websocket_table_sockets",
        "Websockets that are slots of their loop's table.",
        () -> sum(loops, SocketTable::size));
    metrics.gauge(
        "websocket_table_queued_bytes",
        "Bytes that wait for the clients of these.",
        () -> sum(loops, SocketTable::queuedBytes));
    metrics.counters(
        "websocket_moves_total",
        "Sockets of websockets over HTTP/1.1: moved into a table, or why not.",
        List.of("outcome"),
        readings -> {
          for (MoveOutcome outcome : MoveOutcome.values()) {
            readings.read(outcome.count(), outcome.label());
          }
        });
  }

  private static long sum(EventLoops loops, ToLongFunction<SocketTable> part) {
    long sum = 0;
    for (EventLoop loop : loops.loops()) {
      SocketTable table = loops.sockets().of(loop);
      sum += table == null ? 0 : part.applyAsLong(table);
    }
    return sum;
  }
}
