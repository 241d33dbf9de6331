package app.seventv.core.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** A classic histogram whose distributions are kept elsewhere and read when somebody asks. */
final class CallbackHistogram implements Collector {
  private final String name;
  private final String help;
  private final double[] boundsAndInfinity;
  private final List<String> labels;
  private final Consumer<Metrics.DistributionReadings> reader;

  CallbackHistogram(
      String name,
      String help,
      double[] bounds,
      List<String> labels,
      Consumer<Metrics.DistributionReadings> reader) {
    this.name = name;
    this.help = help;
    this.boundsAndInfinity = Arrays.copyOf(bounds, bounds.length + 1);
    this.boundsAndInfinity[bounds.length] = Double.POSITIVE_INFINITY;
    this.labels = labels;
    this.reader = reader;
  }

  @Override
  public MetricFamilyDescriptor getMetricFamilyDescriptor() {
    return MetricFamilyDescriptor.of(MetricType.HISTOGRAM, new MetricMetadata(name, help), labels);
  }

  @Override
  public HistogramSnapshot collect() {
    HistogramSnapshot.Builder snapshot = HistogramSnapshot.builder().name(name).help(help);
    String[] names = labels.toArray(String[]::new);
    reader.accept((counts, sum, labelValues) ->
        snapshot.dataPoint(
            HistogramDataPointSnapshot.builder()
                .labels(Labels.of(names, labelValues))
                .classicHistogramBuckets(ClassicHistogramBuckets.of(boundsAndInfinity, counts))
                .sum(sum)
                .build()));
    return snapshot.build();
  }
}
