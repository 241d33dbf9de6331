package app.seventv.core.trace;

import app.seventv.core.metrics.Metrics;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans and sends them in batches, by OTLP over HTTP. Nothing here blocks its caller: a full
 * queue drops spans.
 *
 * <p>Ids and the sampling decision exist from the start of the work, the span itself only once it
 * has ended and is wanted. So a request that is not sampled costs two ids, and one that failed or
 * was slow can still be sent.
 */
public final class Tracing implements AutoCloseable {
  /** Spans that may wait to be sent. */
  private static final int QUEUE_SPANS = 4_096;

  private static final int BATCH_SPANS = 512;
  private static final Duration BATCH_DELAY = Duration.ofSeconds(2);
  private static final Duration EXPORT_LIMIT = Duration.ofSeconds(10);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

  /** The exporter's own words about every failed batch; {@link CountingExporter} speaks for it. */
  private static final java.util.logging.Logger EXPORTER_LOG =
      java.util.logging.Logger.getLogger("io.opentelemetry");

  private final double sampleRate;
  private final long slowNs;
  private final PresetIds ids = new PresetIds();
  private final CountingExporter exporter;
  private final SdkTracerProvider provider;
  private final Tracer tracer;
  private final LongAdder recorded = new LongAdder();

  /**
   * Starts the exporter.
   *
   * @param service name of the service
   * @param version version of the build
   * @param instance name of this instance
   */
  public Tracing(TraceOptions options, String service, String version, String instance) {
    EXPORTER_LOG.setLevel(Level.OFF);
    sampleRate = options.sampleRate();
    slowNs = options.slow().toNanos();
    AttributesBuilder resource =
        Attributes.builder()
            .put("service.name", service)
            .put("service.version", version)
            .put("service.instance.id", instance);
    options.labels().forEach(resource::put);
    exporter =
        new CountingExporter(
            OtlpHttpSpanExporter.builder()
                .setEndpoint(options.tracesUrl())
                .setCompression("gzip")
                .setTimeout(EXPORT_LIMIT)
                .build());
    provider =
        SdkTracerProvider.builder()
            .setResource(Resource.create(resource.build()))
            .setIdGenerator(ids)
            .setSampler(Sampler.alwaysOn()) // the decision has been taken when a span gets here
            .addSpanProcessor(
                BatchSpanProcessor.builder(exporter)
                    .setMaxQueueSize(QUEUE_SPANS)
                    .setMaxExportBatchSize(BATCH_SPANS)
                    .setScheduleDelay(BATCH_DELAY)
                    .setExporterTimeout(EXPORT_LIMIT)
                    .build())
            .build();
    tracer = provider.get("app.seventv.core");
  }

  /** Adds {@code trace_spans_total}. */
  public void register(Metrics metrics) {
    metrics.counters(
        "trace_spans_total",
        "Spans by fate; recorded ones that were neither exported nor failed wait or were dropped.",
        List.of("outcome"),
        readings -> {
          readings.read(recorded.sum(), "recorded");
          readings.read(exporter.exported(), "exported");
          readings.read(exporter.failed(), "failed");
        });
  }

  /** Context of new work: below {@code parent}, whose sampling holds, or a trace of its own. */
  public TraceContext next(@Nullable TraceContext parent) {
    IdGenerator random = IdGenerator.random();
    if (parent != null) {
      return new TraceContext(
          parent.traceId(), random.generateSpanId(), parent.sampled(), parent.state());
    }
    String traceId = random.generateTraceId();
    return new TraceContext(
        traceId, random.generateSpanId(), SpanSampling.includes(traceId, sampleRate), "");
  }

  /** Whether a span shall be sent: sampled, failed, or slow. */
  public boolean wants(TraceContext context, boolean failed, long durationNs) {
    return context.sampled() || failed || durationNs >= slowNs;
  }

  /**
   * Queues a span that has ended; never waits.
   *
   * @param context ids of the span, from {@link #next}
   * @param parent the span above it, or null
   * @param error type of the error, or null if the work went well
   */
  public void record(
      TraceContext context,
      @Nullable TraceContext parent,
      String name,
      SpanKind kind,
      Attributes attributes,
      long endEpochNs,
      long durationNs,
      @Nullable String error) {
    SpanBuilder builder =
        tracer
            .spanBuilder(name)
            .setSpanKind(kind)
            .setAllAttributes(attributes)
            .setStartTimestamp(endEpochNs - durationNs, TimeUnit.NANOSECONDS);
    if (parent == null) {
      builder.setNoParent();
    } else {
      builder.setParent(Context.root().with(Span.wrap(remote(parent))));
    }
    ids.use(context);
    Span span;
    try {
      span = builder.startSpan();
    } finally {
      ids.clear();
    }
    if (error != null) {
      span.setAttribute("error.type", error);
      span.setStatus(StatusCode.ERROR);
    }
    span.end(endEpochNs, TimeUnit.NANOSECONDS);
    recorded.increment();
  }

  /**
   * Runs a piece of work as a span below the current one, or as a trace of its own. {@link
   * Trace#current} tells its context meanwhile.
   */
  public <T extends @Nullable Object, X extends Throwable> T inSpan(
      String name, SpanKind kind, Attributes attributes, ScopedValue.CallableOp<T, X> code)
      throws X {
    return inSpan(Trace.current(), name, kind, attributes, code);
  }

  /** As above, below a context that came with a message; null starts a trace. */
  public <T extends @Nullable Object, X extends Throwable> T inSpan(
      @Nullable TraceContext parent,
      String name,
      SpanKind kind,
      Attributes attributes,
      ScopedValue.CallableOp<T, X> code)
      throws X {
    TraceContext context = next(parent);
    long startNs = System.nanoTime();
    String error = "unknown";
    try {
      T result = Trace.call(context, code);
      error = null;
      return result;
    } catch (RuntimeException | Error failure) {
      error = failure.getClass().getName();
      throw failure;
    } finally {
      long durationNs = System.nanoTime() - startNs;
      if (wants(context, error != null, durationNs)) {
        record(context, parent, name, kind, attributes, epochNs(), durationNs, error);
      }
    }
  }

  /** Now, in nanoseconds since 1970, as precise as the clock. */
  public static long epochNs() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  private static SpanContext remote(TraceContext parent) {
    return SpanContext.createFromRemoteParent(
        parent.traceId(),
        parent.spanId(),
        parent.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
        parent.state().isEmpty() ? TraceState.getDefault() : state(parent.state()));
  }

  /** Members that are malformed are left out by the builder. */
  private static TraceState state(String text) {
    TraceStateBuilder state = TraceState.builder();
    List<String> members = List.of(text.split(",", -1));
    for (String member : members.reversed()) { // the builder puts the latest first
      int equals = member.indexOf('=');
      if (equals > 0) {
        state.put(member.substring(0, equals).strip(), member.substring(equals + 1).strip());
      }
    }
    return state.build();
  }

  /** Sends what is queued; completes with whether the receiver took it. */
  public CompletionStage<Boolean> flush() {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    long failedBefore = exporter.failed();
    CompletableResultCode result = provider.forceFlush();
    // The processor calls a flush good even if the receiver was away.
    result.whenComplete(
        () -> done.complete(result.isSuccess() && exporter.failed() == failedBefore));
    return done;
  }

  /** Sends what is queued, within a limit, and ends. */
  @Override
  public void close() {
    provider.shutdown().join(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }
}
