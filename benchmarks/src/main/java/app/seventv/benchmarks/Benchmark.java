package app.seventv.benchmarks;

import java.util.List;

/** Something that can be measured by name. */
interface Benchmark {
  /** Name on the command line. */
  String name();

  /** What it measures, in one line. */
  String summary();

  /** Measures; cleans up after itself whatever happens. */
  List<Figure> run(BenchContext context) throws Exception;
}
