package app.seventv.core.observe;

import app.seventv.core.http.ExchangeSummary;
import app.seventv.core.http.HttpObserver;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Request;
import app.seventv.core.http.RoutePattern;
import app.seventv.core.log.Logs;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.trace.SpanSampling;
import app.seventv.core.trace.TraceContext;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One log line per chosen request: all that failed or were slow, a share of the rest. Loops only
 * put a small record into a bounded queue; a thread of its own writes, at a bounded rate, so that a
 * flood of errors cannot push other log lines out.
 */
public final class AccessLog implements HttpObserver, AutoCloseable {
  /** Name of the logger; its level is {@code info}. */
  public static final String LOGGER = "access";

  /** Requests that may wait to be written; more are dropped and counted. */
  private static final int QUEUE_LINES = 8_192;

  /** At most so many lines per pause: 25,600 a second. */
  private static final int BATCH_LINES = 512;

  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);
  private static final double NS_PER_MS = 1e6;

  private final AccessLogOptions options;
  private final long slowNs;
  private final Logger logger;
  private final Queue<Line> queue;
  private final LongAdder written = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final Thread thread;
  private volatile boolean closed;

  /** Starts the writing thread. */
  public AccessLog(AccessLogOptions options) {
    this(options, LoggerFactory.getLogger(LOGGER), QUEUE_LINES);
  }

  AccessLog(AccessLogOptions options, Logger logger, int queueLines) {
    this.options = options;
    this.slowNs = options.slow().toNanos();
    this.logger = logger;
    this.queue = PlatformDependent.newFixedMpscQueue(queueLines);
    this.thread = Thread.ofPlatform().daemon().name("access-log").start(this::run);
  }

  /** Adds {@code access_log_lines_total}. */
  public void register(Metrics metrics) {
    metrics.counters(
        "access_log_lines_total",
        "Access log lines written, and dropped because writing could not keep up.",
        List.of("outcome"),
        readings -> {
          readings.read(written.sum(), "written");
          readings.read(dropped.sum(), "dropped");
        });
  }

  @Override
  public void exchangeEnded(ExchangeSummary exchange) {
    boolean always =
        exchange.durationNs() >= slowNs || (options.errors() && exchange.status() >= 500);
    if ((always || sampled(exchange.request())) && !queue.offer(Line.of(exchange))) {
      dropped.increment();
    }
  }

  /** By trace where there is one, so that all processes log the same requests. */
  private boolean sampled(Request request) {
    double rate = options.sampleRate();
    if (rate <= 0 || rate >= 1) {
      return rate >= 1;
    }
    TraceContext trace = request.trace();
    return trace != null
        ? SpanSampling.includes(trace.traceId(), rate)
        : SpanSampling.includes(spread(request.id()), rate);
  }

  /** 63 evenly spread bits of a text: FNV-1a with a last mix, as short texts fill the low bits. */
  private static long spread(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 32)) * 0x9fb21c651e98df25L;
    return (hash ^ (hash >>> 32)) & Long.MAX_VALUE;
  }

  private void run() {
    while (!closed || !queue.isEmpty()) {
      for (int i = 0; i < BATCH_LINES; i++) {
        Line line = queue.poll();
        if (line == null) {
          break;
        }
        line.write(logger);
        written.increment();
      }
      if (!closed) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** Writes what is queued, within a limit, and ends. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is logged of a request. Neither query nor header fields: they may hold tokens. */
  private record Line(
      String method,
      @Nullable String route,
      String path,
      int status,
      Protocol protocol,
      long durationNs,
      long requestBytes,
      long responseBytes,
      String requestId,
      @Nullable TraceContext trace) {
    static Line of(ExchangeSummary exchange) {
      Request request = exchange.request();
      RoutePattern route = request.route();
      return new Line(
          RequestText.method(request),
          route == null ? null : route.pattern(),
          route == null ? RequestText.path(request) : "",
          exchange.status(),
          request.connection().protocol(),
          exchange.durationNs(),
          exchange.requestBytes(),
          exchange.responseBytes(),
          request.id(),
          request.trace());
    }

    void write(Logger logger) {
      double durationMs = Math.round(durationNs / NS_PER_MS * 1e3) / 1e3;
      LoggingEventBuilder line =
          logger
              .atInfo()
              .addKeyValue("method", method)
              .addKeyValue(route == null ? "path" : "route", route == null ? path : route)
              .addKeyValue("status", status)
              .addKeyValue("protocol", protocol.label())
              .addKeyValue("duration_ms", durationMs)
              .addKeyValue("request_bytes", requestBytes)
              .addKeyValue("response_bytes", responseBytes)
              .addKeyValue(Logs.REQUEST_ID, requestId);
      if (trace != null) {
        line = line.addKeyValue(Logs.TRACE_ID, trace.traceId());
        line = line.addKeyValue(Logs.SPAN_ID, trace.spanId());
      }
      line.log(
          "{} {} {} {} ms",
          method,
          route == null ? path : route,
          status,
          String.format(Locale.ROOT, "%.3f", durationMs));
    }
  }
}
