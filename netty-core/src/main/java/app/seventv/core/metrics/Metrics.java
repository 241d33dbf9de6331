package app.seventv.core.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one service. Names follow operations.md §4.2; label values must come from a small
 * fixed set, never from clients. Keep the child of a labelled metric ({@code labelValues(…)}) in a
 * field where it is counted often.
 */
public final class Metrics {
  /**
   * Upper bounds for durations in seconds, 1 ms to 30 s. Histograms add {@code +Inf} themselves.
   */
  private static final double[] DURATION_SECONDS = {
    0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ExpositionFormats formats = ExpositionFormats.init();

  /** Something that only grows; the name ends in {@code _total}. */
  public Counter counter(String name, String help, String... labels) {
    return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  /** Something that goes up and down. */
  public Gauge gauge(String name, String help, String... labels) {
    return Gauge.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  /** A gauge read when somebody asks. */
  public void gauge(String name, String help, DoubleSupplier value) {
    gauges(name, help, List.of(), readings -> readings.read(value.getAsDouble()));
  }

  /** Labelled gauges read when somebody asks. */
  public void gauges(String name, String help, List<String> labels, Consumer<Readings> reader) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels.toArray(String[]::new))
        .callback(callback -> reader.accept(callback::call))
        .register(registry);
  }

  /** A counter kept elsewhere and read when somebody asks. */
  public void counter(String name, String help, DoubleSupplier value) {
    counters(name, help, List.of(), readings -> readings.read(value.getAsDouble()));
  }

  /** Labelled counters kept elsewhere and read when somebody asks. */
  public void counters(String name, String help, List<String> labels, Consumer<Readings> reader) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels.toArray(String[]::new))
        .callback(callback -> reader.accept(callback::call))
        .register(registry);
  }

  /** Durations in seconds with the bounds 1 ms to 30 s. */
  public Histogram durations(String name, String help, String... labels) {
    return histogram(name, help, DURATION_SECONDS, labels);
  }

  /**
   * A classic histogram.
   *
   * @param bounds upper bounds, rising, without infinity
   */
  public Histogram histogram(String name, String help, double[] bounds, String... labels) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .classicOnly()
        .classicUpperBounds(bounds)
        .labelNames(labels)
        .register(registry);
  }

  /**
   * Labelled classic histograms kept elsewhere and read when somebody asks.
   *
   * @param bounds upper bounds, rising, without infinity
   */
  public void histograms(
      String name,
      String help,
      double[] bounds,
      List<String> labels,
      Consumer<DistributionReadings> reader) {
    registry.register(new CallbackHistogram(name, help, bounds, labels, reader));
  }

  /** Bounds in seconds, 1 ms to 30 s, of every histogram of durations. */
  public static double[] durationBounds() {
    return DURATION_SECONDS.clone();
  }

  /** Names of all metrics as they appear in the text format, with types and help. */
  public List<Description> descriptions() {
    List<Description> all = new ArrayList<>();
    for (MetricSnapshot snapshot : registry.scrape()) {
      boolean counter = snapshot instanceof CounterSnapshot;
      MetricMetadata metadata = snapshot.getMetadata();
      String type =
          counter ? "counter" : snapshot instanceof HistogramSnapshot ? "histogram" : "gauge";
      String name = metadata.getPrometheusName() + (counter ? "_total" : "");
      Set<String> labels = new TreeSet<>();
      snapshot.getDataPoints().forEach(p -> p.getLabels().forEach(l -> labels.add(l.getName())));
      all.add(new Description(name, type, List.copyOf(labels), String.valueOf(metadata.getHelp())));
    }
    return all;
  }

  /** The media type of {@link #write} for an {@code Accept} header. */
  public String contentType(@Nullable String accept) {
    return writer(accept).getContentType();
  }

  /** Writes all figures: OpenMetrics if {@code accept} asks for it, else Prometheus text 0.0.4. */
  public void write(@Nullable String accept, OutputStream out) throws IOException {
    writer(accept).write(out, registry.scrape());
  }

  private ExpositionFormatWriter writer(@Nullable String accept) {
    var openMetrics = formats.getOpenMetricsTextFormatWriter();
    return accept != null && openMetrics.accepts(accept)
        ? openMetrics
        : formats.getPrometheusTextFormatWriter();
  }

  /**
   * A metric as scrapers see it.
   *
   * @param type {@code counter}, {@code gauge} or {@code histogram}
   * @param labels names of the labels that it has been given so far
   */
  public record Description(String name, String type, List<String> labels, String help) {}

  /** Takes the distributions of a histogram while it is read. */
  @FunctionalInterface
  public interface DistributionReadings {
    /**
     * One distribution with its label values in the order of the label names.
     *
     * @param counts values per bucket, not cumulative; one more than there are bounds
     * @param sum sum of all values, in the unit of the bounds
     */
    void read(long[] counts, double sum, String... labelValues);
  }

  /** Takes the values of a metric while it is read. */
  @FunctionalInterface
  public interface Readings {
    /** One value with its label values in the order of the label names. */
    void read(double value, String... labelValues);

    /** A whole number; beyond 2^53 it loses its last digits. */
    default void read(long value, String... labelValues) {
      read((double) value, labelValues);
    }
  }
}
