package app.seventv.benchmarks;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * What a benchmark is given.
 *
 * @param root the checkout
 * @param work an empty folder of its own
 * @param quick whether a rough figure in little time is wanted
 * @param arguments words after the name
 * @param out for progress lines
 */
record BenchContext(Path root, Path work, boolean quick, List<String> arguments, PrintStream out) {
  void progress(String line) {
    out.println("# " + line);
    out.flush();
  }
}
