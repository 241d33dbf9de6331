package app.seventv.core.observe;

import app.seventv.core.http.Protocol;
import app.seventv.core.http.RoutePattern;
import app.seventv.core.metrics.BucketCounts;
import app.seventv.core.metrics.Distribution;
import app.seventv.core.metrics.LoopCounters;
import app.seventv.core.metrics.Metrics;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;

/** Sums up what the loops have counted, for one scrape at a time. */
@SuppressWarnings("EnumOrdinal") // index of an array in memory, never stored
final class HttpFigures {
  private static final Protocol[] PROTOCOLS = Protocol.values();
  private static final Wire[] WIRES = Wire.values();
  private static final DropReason[] REASONS = DropReason.values();
  private static final List<String> SOCKETS =
      Arrays.stream(WIRES).map(wire -> wire.socket).distinct().toList();
  private static final Comparator<RoutePattern> BY_NAME =
      Comparator.comparing(RoutePattern::pattern).thenComparing(RoutePattern::method);
  private static final long NS_PER_US = 1_000;

  private final List<LoopFigures> loops;
  private final long[] boundsNs;
  private final double[] ageSeconds;
  private final long[] ageBoundsNs;

  /** Everything recorded since the start, moved here from the loops scrape by scrape. */
  private final @Nullable Histogram[] requests = new Histogram[Wire.COUNT * LoopFigures.CLASSES];

  private final @Nullable Histogram[] firstBytes = new Histogram[PROTOCOLS.length];
  private final @Nullable Histogram[] handshakes = new Histogram[2];

  HttpFigures(List<LoopFigures> loops, long[] boundsNs, double[] ageSeconds, long[] ageBoundsNs) {
    this.loops = loops;
    this.boundsNs = boundsNs;
    this.ageSeconds = ageSeconds;
    this.ageBoundsNs = ageBoundsNs;
  }

  void register(Metrics metrics) {
    registerConnections(metrics);
    registerExchanges(metrics);
    registerDurations(metrics);
  }

  private void registerConnections(Metrics metrics) {
    metrics.gauges(
        "http_connections",
        "Open connections, websockets included.",
        List.of("socket"),
        readings -> {
          for (String socket : SOCKETS) {
            readings.read(
                perSocket(l -> l.opened, socket) - perSocket(l -> l.closed, socket), socket);
          }
        });
    metrics.counters(
        "http_actions_total",
        "Connections ready and closed, requests, connections cut off.",
        List.of("socket", "action"),
        readings -> {
          for (String socket : SOCKETS) {
            readings.read(perSocket(l -> l.opened, socket), socket, "Ready");
            readings.read(perSocket(l -> l.started, socket), socket, "Request");
            readings.read(perSocket(l -> l.closed, socket), socket, "Close");
          }
          readings.read(dropsOf(Protocol.HTTP_1) + dropsOf(Protocol.HTTP_2), "Tcp", "Error");
          readings.read(dropsOf(Protocol.HTTP_3), "Quic", "Error");
        });
    metrics.counters(
        "http_connections_opened_total",
        "Connections accepted.",
        List.of("protocol"),
        readings -> readPerProtocol(readings, l -> l.opened));
    metrics.counters(
        "http_connections_closed_total",
        "Connections ended.",
        List.of("protocol"),
        readings -> readPerProtocol(readings, l -> l.closed));
    metrics.counters(
        "http_drops_total",
        "Connections and requests refused or cut off.",
        List.of("protocol", "reason"),
        this::readDrops);
    metrics.gauges(
        "http_websockets",
        "Open websockets.",
        List.of("protocol"),
        readings -> {
          for (Protocol protocol : PROTOCOLS) {
            int i = protocol.ordinal();
            readings.read(
                sum(l -> l.webSocketsOpened, i) - sum(l -> l.webSocketsClosed, i),
                protocol.label());
          }
        });
  }

  private void registerExchanges(Metrics metrics) {
    metrics.counters(
        "http_status_code_total",
        "Responses by status; 499 when the client left first.",
        List.of("socket", "status"),
        this::readStatuses);
    metrics.gauges(
        "http_requests_in_flight",
        "Requests being answered.",
        List.of("protocol"),
        readings -> {
          for (Protocol protocol : PROTOCOLS) {
            readings.read(
                perProtocol(l -> l.started, protocol) - perProtocol(l -> l.ended, protocol),
                protocol.label());
          }
        });
    metrics.counters(
        "http_request_body_bytes_total",
        "Bytes of request bodies.",
        List.of("protocol"),
        readings -> {
          for (Protocol protocol : PROTOCOLS) {
            readings.read(sum(l -> l.requestBytes, protocol.ordinal()), protocol.label());
          }
        });
    metrics.counters(
        "http_response_body_bytes_total",
        "Bytes of response bodies.",
        List.of("protocol"),
        readings -> {
          for (Protocol protocol : PROTOCOLS) {
            readings.read(sum(l -> l.responseBytes, protocol.ordinal()), protocol.label());
          }
        });
  }

  private void registerDurations(Metrics metrics) {
    double[] bounds = Metrics.durationBounds();
    metrics.histograms(
        "http_request_duration",
        "Seconds from request head to the end of the response.",
        bounds,
        List.of("socket"),
        this::readRequestsBySocket);
    metrics.histograms(
        "http_request_duration_seconds",
        "Seconds from request head to the end of the response.",
        bounds,
        List.of("protocol", "class"),
        this::readRequestsByProtocol);
    metrics.histograms(
        "http_first_byte_seconds",
        "Seconds from request head to response head.",
        bounds,
        List.of("protocol"),
        readings -> {
          for (Protocol protocol : PROTOCOLS) {
            Distribution d = total(firstBytes, l -> l.firstBytes, protocol.ordinal());
            d.report(readings, protocol.label());
          }
        });
    metrics.histograms(
        "http_route_duration_seconds",
        "Seconds from request head to the end of the response, by route.",
        bounds,
        List.of("method", "route", "class"),
        this::readRoutes);
    metrics.histograms(
        "http_socket_duration",
        "Seconds that connections lasted.",
        ageSeconds,
        List.of("socket"),
        this::readAges);
    metrics.histograms(
        "tls_handshake_seconds",
        "Seconds from accept to the end of a successful TLS handshake.",
        bounds,
        List.of("socket"),
        readings -> {
          total(handshakes, l -> l.handshakes, 0).report(readings, Wire.TLS_HTTP1.socket);
          total(handshakes, l -> l.handshakes, 1).report(readings, Wire.QUIC_HTTP3.socket);
        });
  }

  private void readDrops(Metrics.Readings readings) {
    for (Protocol protocol : PROTOCOLS) {
      for (DropReason reason : REASONS) {
        long drops = sum(l -> l.drops, protocol.ordinal() * REASONS.length + reason.ordinal());
        if (drops > 0) {
          readings.read(drops, protocol.label(), reason.label());
        }
      }
    }
  }

  private long dropsOf(Protocol protocol) {
    long drops = 0;
    for (DropReason reason : REASONS) {
      drops += sum(l -> l.drops, protocol.ordinal() * REASONS.length + reason.ordinal());
    }
    return drops;
  }

  private void readStatuses(Metrics.Readings readings) {
    for (String socket : SOCKETS) {
      long[] bySocket = new long[LoopFigures.STATUSES];
      for (Wire wire : WIRES) {
        for (int status = 0; wire.socket.equals(socket) && status < bySocket.length; status++) {
          bySocket[status] += sum(l -> l.statuses, wire.ordinal() * LoopFigures.STATUSES + status);
        }
      }
      for (int status = 0; status < bySocket.length; status++) {
        if (bySocket[status] > 0) {
          readings.read(bySocket[status], socket, Integer.toString(status));
        }
      }
    }
  }

  private synchronized void readRequestsBySocket(Metrics.DistributionReadings readings) {
    for (String socket : SOCKETS) {
      Distribution sum = new Distribution(boundsNs.length);
      for (Wire wire : WIRES) {
        for (int c = 0; wire.socket.equals(socket) && c < LoopFigures.CLASSES; c++) {
          sum.add(requests(wire, c));
        }
      }
      sum.report(readings, socket);
    }
  }

  private synchronized void readRequestsByProtocol(Metrics.DistributionReadings readings) {
    for (Protocol protocol : PROTOCOLS) {
      for (int c = 0; c < LoopFigures.CLASSES; c++) {
        Distribution sum = new Distribution(boundsNs.length);
        for (Wire wire : WIRES) {
          if (wire.protocol == protocol) {
            sum.add(requests(wire, c));
          }
        }
        if (!sum.isEmpty()) {
          sum.report(readings, protocol.label(), className(c));
        }
      }
    }
  }

  private Distribution requests(Wire wire, int statusClass) {
    return total(requests, l -> l.requests, wire.ordinal() * LoopFigures.CLASSES + statusClass);
  }

  private static String className(int statusClass) {
    return (statusClass + 1) + "xx";
  }

  private void readRoutes(Metrics.DistributionReadings readings) {
    // By value: two servers of one process may have the same route.
    Map<RoutePattern, @Nullable Distribution[]> routes = new TreeMap<>(BY_NAME);
    for (LoopFigures loop : loops) {
      for (LoopFigures.RouteFigures route : loop.routes) {
        @Nullable Distribution[] classes =
            routes.computeIfAbsent(route.pattern, p -> new Distribution[LoopFigures.CLASSES]);
        for (int c = 0; c < LoopFigures.CLASSES; c++) {
          BucketCounts counts = route.classes.getAcquire(c);
          if (counts != null) {
            Distribution sum = classes[c];
            if (sum == null) {
              sum = new Distribution(boundsNs.length);
              classes[c] = sum;
            }
            counts.addTo(sum);
          }
        }
      }
    }
    routes.forEach((route, classes) -> {
      for (int c = 0; c < LoopFigures.CLASSES; c++) {
        Distribution sum = classes[c];
        if (sum != null) {
          sum.report(readings, route.method(), route.pattern(), className(c));
        }
      }
    });
  }

  private void readAges(Metrics.DistributionReadings readings) {
    for (String socket : SOCKETS) {
      Distribution sum = new Distribution(ageBoundsNs.length);
      for (Wire wire : WIRES) {
        if (wire.socket.equals(socket)) {
          loops.forEach(l -> l.ages[wire.ordinal()].addTo(sum));
        }
      }
      sum.report(readings, socket);
    }
  }

  /** Moves what the loops have recorded into the total and puts that into buckets. */
  private synchronized Distribution total(
      @Nullable Histogram[] totals,
      Function<LoopFigures, AtomicReferenceArray<@Nullable LoopDurations>> part,
      int index) {
    Distribution result = new Distribution(boundsNs.length);
    for (LoopFigures loop : loops) {
      LoopDurations durations = part.apply(loop).getAcquire(index);
      if (durations != null) {
        Histogram total = totals[index];
        if (total == null) {
          total = new Histogram(1, LoopDurations.MAX_US, LoopDurations.DIGITS);
          totals[index] = total;
        }
        durations.moveTo(total);
        result.addSum(durations.sumNs());
      }
    }
    Histogram total = totals[index];
    if (total != null) {
      toBuckets(total, result);
    }
    return result;
  }

  private void toBuckets(Histogram histogram, Distribution result) {
    int bucket = 0;
    for (HistogramIterationValue value : histogram.recordedValues()) {
      long middleNs = histogram.medianEquivalentValue(value.getValueIteratedTo()) * NS_PER_US;
      while (bucket < boundsNs.length && middleNs > boundsNs[bucket]) {
        bucket++;
      }
      result.add(bucket, value.getCountAddedInThisIterationStep());
    }
  }

  private long sum(Function<LoopFigures, LoopCounters> counters, int index) {
    long sum = 0;
    for (LoopFigures loop : loops) {
      sum += counters.apply(loop).get(index);
    }
    return sum;
  }

  private long perSocket(Function<LoopFigures, LoopCounters> counters, String socket) {
    return Stream.of(WIRES)
        .filter(wire -> wire.socket.equals(socket))
        .mapToLong(wire -> sum(counters, wire.ordinal()))
        .sum();
  }

  private long perProtocol(Function<LoopFigures, LoopCounters> counters, Protocol protocol) {
    return Stream.of(WIRES)
        .filter(wire -> wire.protocol == protocol)
        .mapToLong(wire -> sum(counters, wire.ordinal()))
        .sum();
  }

  private void readPerProtocol(
      Metrics.Readings readings, Function<LoopFigures, LoopCounters> counters) {
    for (Protocol protocol : PROTOCOLS) {
      readings.read(perProtocol(counters, protocol), protocol.label());
    }
  }
}
