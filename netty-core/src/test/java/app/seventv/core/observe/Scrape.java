package app.seventv.core.observe;

import app.seventv.core.metrics.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Reads figures as a scraper would. */
final class Scrape {
  private Scrape() {}

  /** Value of a series, written as in the text format; 0 if there is no such series. */
  static double value(Metrics metrics, String series) {
    return text(metrics)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .filter(line -> sorted(line.substring(0, line.lastIndexOf(' '))).equals(sorted(series)))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElse(0);
  }

  /** Labels may come in any order. */
  private static List<String> sorted(String series) {
    return Arrays.stream(series.split("[{,}](?=[^\"]*(\"[^\"]*\"[^\"]*)*$)", -1)).sorted().toList();
  }

  static String text(Metrics metrics) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      metrics.write(null, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
