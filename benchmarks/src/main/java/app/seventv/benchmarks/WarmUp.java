package app.seventv.benchmarks;

import java.io.IOException;
import java.time.Duration;

/**
 * Loads a server until its JIT compilers have little left to do. Their work is spent once and not
 * per request, but on the one core of the server it is taken from the requests; and code that they
 * have not come to costs a multiple. A number of requests says little: the compilers need their
 * time, too.
 */
final class WarmUp {
  /** Compilers are done when they take less of the server's processor time than this. */
  private static final double QUIET_SHARE = 0.01;

  /** So many samples in a row. */
  private static final int QUIET_SAMPLES = 2;

  /** Processor time per sample, so that a single long compilation does not decide. */
  private static final double SAMPLE_CPU_SECONDS = 1;

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration QUICK_LIMIT = Duration.ofSeconds(40);

  private WarmUp() {}

  static void run(BenchContext context, MeasuredServer server, Round.Loader loader)
      throws IOException, InterruptedException {
    run(context, server, context.quick() ? QUICK_LIMIT : LIMIT, loader);
  }

  /**
   * As above.
   *
   * @param limit after which the server counts as warm in any case
   */
  static void run(BenchContext context, MeasuredServer server, Duration limit, Round.Loader loader)
      throws IOException, InterruptedException {
    long startNs = System.nanoTime();
    long requests = 0;
    int quiet = 0;
    double share = 1;
    while (quiet < QUIET_SAMPLES && System.nanoTime() - startNs < limit.toNanos()) {
      double cpu = server.cpuSeconds();
      double compilers = server.compilerSeconds();
      do {
        requests += loader.load(server).requests();
      } while (server.cpuSeconds() - cpu < SAMPLE_CPU_SECONDS);
      share = (server.compilerSeconds() - compilers) / (server.cpuSeconds() - cpu);
      quiet = share < QUIET_SHARE ? quiet + 1 : 0;
    }
    context.progress(
        "%s is warm after %d requests; its compilers take %.0f %% now"
            .formatted(server.name(), requests, share * 100));
  }
}
