package app.seventv.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The websocket codec beside Netty's stock one, in one run: {@code ./bench websocket-codec}. */
final class WebSocketCodecBenchmark implements Benchmark {
  @Override
  public String name() {
    return "websocket-codec";
  }

  @Override
  public String summary() {
    return "decode and echo of websocket frames, against Netty's stock handler";
  }

  @Override
  public List<Figure> run(BenchContext context) throws Exception {
    String prefix = "jmh-" + WebSocketCodecJmh.class.getSimpleName().toLowerCase(Locale.ROOT) + ".";
    Map<String, Double> nanoseconds = new HashMap<>();
    List<Figure> measured =
        new JmhBenchmark()
            .run(
                new BenchContext(
                    context.root(),
                    context.work(),
                    context.quick(),
                    List.of(WebSocketCodecJmh.class.getSimpleName()),
                    context.out()));
    for (Figure figure : measured) {
      nanoseconds.put(figure.name().substring(prefix.length()), figure.value());
    }
    List<Figure> figures = new ArrayList<>(measured);
    for (String size : List.of("small", "medium", "large")) {
      double stock = nanoseconds.getOrDefault(size + "stock", Double.NaN);
      double own = nanoseconds.getOrDefault(size + "own", Double.NaN);
      figures.add(new Figure("websocket-codec-" + size + "-vs-stock", stock / own, "ratio"));
    }
    return figures;
  }
}
