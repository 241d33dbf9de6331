package app.seventv.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Load generators of Debian, on the core of the clients. */
final class LoadTools {
  /** Core that servers under measurement have for themselves. */
  static final String SERVER_CORE = "0";

  /** Core of the load generators. */
  static final String CLIENT_CORE = "1";

  private static final long NGTCP2_LIMIT_SECONDS = 300;

  private static final Pattern WRK_RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern WRK_TOTAL = Pattern.compile("(\\d+) requests in");
  private static final Pattern WRK_P99 = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)");
  private static final Pattern H2LOAD_RATE = Pattern.compile("finished in .*?, ([0-9.]+) req/s");
  private static final Pattern H2LOAD_TOTAL =
      Pattern.compile("(\\d+) succeeded, (\\d+) failed, (\\d+) errored");

  private LoadTools() {}

  /**
   * What a run gave.
   *
   * @param p99Ms 99th percentile of the latency; NaN if the tool does not say
   */
  record Load(double requestsPerSecond, long requests, double p99Ms) {}

  /** HTTP/1.1: each connection sends the next request when the answer is there. */
  static Load wrk(String url, int connections, int seconds)
      throws IOException, InterruptedException {
    String report =
        pinned(
            CLIENT_CORE,
            List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--latency", url));
    if (report.contains("Non-2xx")) {
      throw new IOException("not every request was answered with 200: " + report);
    }
    return new Load(
        Double.parseDouble(find(WRK_RATE, report).group(1)),
        Long.parseLong(find(WRK_TOTAL, report).group(1)),
        milliseconds(find(WRK_P99, report)));
  }

  /** HTTP/2, with prior knowledge where the URL has no TLS. */
  static Load h2load(String url, int connections, int streams, int seconds)
      throws IOException, InterruptedException {
    String report =
        pinned(
            CLIENT_CORE,
            List.of("h2load", "-t1", "-c" + connections, "-m" + streams, "-D" + seconds, url));
    Matcher total = find(H2LOAD_TOTAL, report);
    if (total.group(1).equals("0") || !total.group(2).equals("0")) {
      throw new IOException("requests failed: " + report);
    }
    return new Load(
        Double.parseDouble(find(H2LOAD_RATE, report).group(1)),
        Long.parseLong(total.group(1)),
        Double.NaN);
  }

  /**
   * HTTP/3 by ngtcp2's client, the only one in Debian that is cheaper than what it measures: a
   * process per connection, each with as many streams at once as the server allows. It checks no
   * answers; who measures does so once.
   */
  static Load ngtcp2(String url, int port, int connections, int requestsEach)
      throws IOException, InterruptedException {
    List<Process> processes = new ArrayList<>();
    long startNs = System.nanoTime();
    try {
      for (int i = 0; i < connections; i++) {
        List<String> words =
            List.of(
                "taskset",
                "-c",
                CLIENT_CORE,
                "gtlsclient",
                "--quiet",
                "--exit-on-all-streams-close",
                "-n",
                Integer.toString(requestsEach),
                "127.0.0.1",
                Integer.toString(port),
                url);
        processes.add(
            new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
      }
      for (Process process : processes) {
        if (!process.waitFor(NGTCP2_LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
          throw new IOException("gtlsclient failed for " + url);
        }
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
    long requests = (long) connections * requestsEach;
    return new Load(requests * 1e9 / (System.nanoTime() - startNs), requests, Double.NaN);
  }

  /** Runs a command on one core and returns what it printed. */
  static String pinned(String core, List<String> command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("taskset", "-c", core));
    words.addAll(command);
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command.getFirst() + " failed: " + report);
    }
    return report;
  }

  private static Matcher find(Pattern pattern, String report) throws IOException {
    Matcher matcher = pattern.matcher(report);
    if (!matcher.find()) {
      throw new IOException("no " + pattern + " in: " + report);
    }
    return matcher;
  }

  private static double milliseconds(Matcher latency) {
    double number = Double.parseDouble(latency.group(1));
    return switch (latency.group(2)) {
      case "us" -> number / 1000;
      case "s" -> number * 1000;
      default -> number;
    };
  }
}
