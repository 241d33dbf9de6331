package app.seventv.core.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
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
