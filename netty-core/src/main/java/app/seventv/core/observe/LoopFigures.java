package app.seventv.core.observe;

import app.seventv.core.http.ExchangeSummary;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.RoutePattern;
import app.seventv.core.metrics.BucketCounts;
import app.seventv.core.metrics.LoopCounters;
import java.util.IdentityHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** What one event loop counts. Written by its thread only; scrapes read from another. */
@SuppressWarnings("EnumOrdinal") // index of an array in memory, never stored
final class LoopFigures {
  /** 1xx to 5xx; anything else counts as 5xx, which no server of ours sends. */
  static final int CLASSES = 5;

  static final int STATUSES = 600;
  static final int PROTOCOLS = Protocol.values().length;
  static final int REASONS = DropReason.values().length;

  /** Routes told apart; the table of a service is far smaller. */
  static final int MAX_ROUTES = 512;

  /** Stands for the routes beyond the limit. */
  static final RoutePattern OTHER_ROUTES = new RoutePattern("other", "other");

  final LoopCounters opened = new LoopCounters(Wire.COUNT);
  final LoopCounters closed = new LoopCounters(Wire.COUNT);
  final LoopCounters started = new LoopCounters(Wire.COUNT);
  final LoopCounters ended = new LoopCounters(Wire.COUNT);
  final LoopCounters statuses = new LoopCounters(Wire.COUNT * STATUSES);
  final LoopCounters requestBytes = new LoopCounters(PROTOCOLS);
  final LoopCounters responseBytes = new LoopCounters(PROTOCOLS);
  final LoopCounters drops = new LoopCounters(PROTOCOLS * REASONS);
  final LoopCounters webSocketsOpened = new LoopCounters(PROTOCOLS);
  final LoopCounters webSocketsClosed = new LoopCounters(PROTOCOLS);

  final AtomicReferenceArray<@Nullable LoopDurations> requests =
      new AtomicReferenceArray<>(Wire.COUNT * CLASSES);
  final AtomicReferenceArray<@Nullable LoopDurations> firstBytes =
      new AtomicReferenceArray<>(PROTOCOLS);
  final AtomicReferenceArray<@Nullable LoopDurations> handshakes = new AtomicReferenceArray<>(2);
  final BucketCounts[] ages = new BucketCounts[Wire.COUNT];

  /** All routes counted here, for scrapes; the map is for the loop alone. */
  final ConcurrentLinkedQueue<RouteFigures> routes = new ConcurrentLinkedQueue<>();

  private final IdentityHashMap<RoutePattern, RouteFigures> routesByPattern =
      new IdentityHashMap<>();
  private final long[] boundsNs;

  LoopFigures(long[] boundsNs, long[] ageBoundsNs) {
    this.boundsNs = boundsNs;
    for (int i = 0; i < ages.length; i++) {
      ages[i] = new BucketCounts(ageBoundsNs);
    }
  }

  static int classOf(int status) {
    return status >= 100 && status < 600 ? status / 100 - 1 : CLASSES - 1;
  }

  void exchangeEnded(ExchangeSummary exchange) {
    Wire wire = Wire.of(exchange.request().connection());
    int status = exchange.status();
    int statusClass = classOf(status);
    int protocol = wire.protocol.ordinal();
    ended.add(wire.ordinal(), 1);
    statuses.add(wire.ordinal() * STATUSES + (status >= 0 && status < STATUSES ? status : 0), 1);
    requestBytes.add(protocol, exchange.requestBytes());
    responseBytes.add(protocol, exchange.responseBytes());
    durations(requests, wire.ordinal() * CLASSES + statusClass).record(exchange.durationNs());
    if (exchange.firstByteNs() >= 0) {
      durations(firstBytes, protocol).record(exchange.firstByteNs());
    }
    RoutePattern route = exchange.request().route();
    if (route != null) {
      route(route).record(statusClass, exchange.durationNs());
    }
  }

  static LoopDurations durations(AtomicReferenceArray<@Nullable LoopDurations> all, int index) {
    LoopDurations known = all.getPlain(index);
    if (known == null) {
      known = new LoopDurations();
      all.setRelease(index, known);
    }
    return known;
  }

  private RouteFigures route(RoutePattern pattern) {
    RouteFigures known = routesByPattern.get(pattern);
    if (known != null) {
      return known;
    }
    RoutePattern counted = routesByPattern.size() < MAX_ROUTES ? pattern : OTHER_ROUTES;
    RouteFigures figures = routesByPattern.get(counted);
    if (figures == null) {
      figures = new RouteFigures(counted, boundsNs);
      routesByPattern.put(counted, figures);
      routes.add(figures);
    }
    return figures;
  }

  /** Durations of one route by status class. */
  static final class RouteFigures {
    final RoutePattern pattern;
    final AtomicReferenceArray<@Nullable BucketCounts> classes =
        new AtomicReferenceArray<>(CLASSES);
    private final long[] boundsNs;

    RouteFigures(RoutePattern pattern, long[] boundsNs) {
      this.pattern = pattern;
      this.boundsNs = boundsNs;
    }

    void record(int statusClass, long durationNs) {
      BucketCounts counts = classes.getPlain(statusClass);
      if (counts == null) {
        counts = new BucketCounts(boundsNs);
        classes.setRelease(statusClass, counts);
      }
      counts.record(durationNs);
    }
  }
}
