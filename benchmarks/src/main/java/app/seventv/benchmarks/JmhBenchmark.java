package app.seventv.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the JMH benchmarks of this module: {@code ./bench jmh [REGEX]}. */
final class JmhBenchmark implements Benchmark {
  @Override
  public String name() {
    return "jmh";
  }

  @Override
  public String summary() {
    return "JMH micro-benchmarks; a regular expression chooses some";
  }

  @Override
  public List<Figure> run(BenchContext context) throws Exception {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(context.arguments().isEmpty() ? ".*" : context.arguments().getFirst())
            .jvmArgsAppend("--enable-native-access=ALL-UNNAMED", "-XX:+UseCompactObjectHeaders")
            .forks(1)
            .shouldFailOnError(true);
    options =
        context.quick()
            ? options
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(500))
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(500))
            : options
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(5)
                .measurementTime(TimeValue.seconds(1));
    Collection<RunResult> results = new Runner(options.build()).run();
    List<Figure> figures = new ArrayList<>();
    for (RunResult result : results) {
      String benchmark = result.getParams().getBenchmark();
      String[] parts = benchmark.split("\\.", -1);
      String name = parts[parts.length - 2] + "." + parts[parts.length - 1];
      figures.add(
          new Figure(
              "jmh-" + name.toLowerCase(Locale.ROOT),
              result.getPrimaryResult().getScore(),
              result.getPrimaryResult().getScoreUnit()));
    }
    return figures;
  }
}
