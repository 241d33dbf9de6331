package app.seventv.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs benchmarks by name, prints their figures and keeps them: {@code ./bench [NAME] [--quick]}.
 */
public final class Bench {
  private static final List<Benchmark> ALL =
      List.of(
          new ConnectionsBenchmark(),
          new FanoutBenchmark(),
          new StormBenchmark(),
          new CdnBenchmark(),
          new SoakBenchmark(),
          new HttpBenchmark(),
          new ApiBenchmark(),
          new WebSocketCodecBenchmark(),
          new JmhBenchmark());

  private Bench() {}

  /** Command line; exits with 0 if everything that was asked for could be measured. */
  public static void main(String[] args) throws Exception {
    List<String> words = new ArrayList<>(List.of(args));
    boolean quick = words.remove("--quick");
    if (words.contains("--help")) {
      ALL.forEach(b -> System.out.printf("%-12s %s%n", b.name(), b.summary()));
      return;
    }
    Path root = Path.of(System.getProperty("project.root", "")).toAbsolutePath();
    List<Benchmark> chosen =
        words.isEmpty()
            ? ALL
            : ALL.stream().filter(b -> b.name().equals(words.getFirst())).toList();
    if (chosen.isEmpty()) {
      System.err.println("no benchmark is called " + words.getFirst() + "; see ./bench --help");
      System.exit(2);
    }
    List<String> rest = words.isEmpty() ? List.of() : words.subList(1, words.size());
    boolean ok = true;
    for (Benchmark benchmark : chosen) {
      ok &= run(benchmark, root, quick, rest);
    }
    System.exit(ok ? 0 : 1);
  }

  private static boolean run(Benchmark benchmark, Path root, boolean quick, List<String> arguments)
      throws IOException {
    Path work = Files.createTempDirectory("bench-" + benchmark.name());
    try {
      List<Figure> figures =
          benchmark.run(new BenchContext(root, work, quick, arguments, System.out));
      figures.forEach(figure -> System.out.println(figure.line()));
      new ResultLog(root).append(benchmark.name(), quick, figures);
      return true;
    } catch (Exception e) {
      System.err.println("bench " + benchmark.name() + " failed: " + e);
      return false;
    } finally {
      delete(work);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
