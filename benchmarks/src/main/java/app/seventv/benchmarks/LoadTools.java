package app.seventv.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Load generators of Debian, on the core of the clients, which they never leave idle: see {@link
 * Awake}.
 */
final class LoadTools {
  /** Core that servers under measurement have for themselves. */
  static final String SERVER_CORE = "0";

  /** Core of the load generators. */
  static final String CLIENT_CORE = "1";

  /** No command takes longer, unless it hangs. */
  private static final String COMMAND_SECONDS = "120";

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
    return wrk(url, connections, seconds, List.of());
  }

  /** As {@link #wrk(String, int, int)} with more options of the tool's, e.g. a script. */
  static Load wrk(String url, int connections, int seconds, List<String> options)
      throws IOException, InterruptedException {
    List<String> what = new ArrayList<>(options);
    what.add(url);
    return wrk(connections, seconds, what);
  }

  /** The same with the requests of a script; see {@link KeyMix#wrkScript}. */
  static Load wrk(String url, Path script, Path paths, int connections, int seconds)
      throws IOException, InterruptedException {
    return wrk(connections, seconds, List.of("-s", script.toString(), url, "--", paths.toString()));
  }

  private static Load wrk(int connections, int seconds, List<String> what)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Awake.words());
    command.addAll(List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--latency"));
    command.addAll(what);
    String report = pinned(CLIENT_CORE, command);
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
    return h2load(List.of("-c" + connections, "-m" + streams, "-D" + seconds, url));
  }

  /**
   * A number of requests with the addresses of a file, each connection one after the other; over
   * HTTP/1.1 or 2. A number and not a time, as h2load with a time sometimes does not end on a busy
   * machine.
   */
  static Load h2loadCount(
      String base, Path addresses, boolean http1, int connections, int streams, int requests)
      throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "-c" + connections,
                "-m" + streams,
                "-n" + requests,
                "-B" + base,
                "-i" + addresses.toString()));
    if (http1) {
      words.add("--h1");
    }
    return h2load(words);
  }

  /**
   * HTTP/1.1 at a fixed rate, whatever the server does: latencies as clients see them.
   *
   * @param log file for the latencies
   */
  static Load h2loadAtRate(
      String base, Path addresses, Path log, int connections, double rate, int seconds)
      throws IOException, InterruptedException {
    Files.deleteIfExists(log);
    Load load =
        h2load(
            List.of(
                "--h1",
                "-c" + connections,
                "-n" + Math.round(rate * seconds),
                "-B" + base,
                "-i" + addresses.toString(),
                "--rps=" + Math.max(1, Math.round(rate / connections)),
                "--log-file=" + log.toString()));
    long[] micros;
    try (Stream<String> lines = Files.lines(log)) {
      micros = lines.mapToLong(line -> Long.parseLong(line.split("\t", -1)[2])).sorted().toArray();
    }
    double p99Ms = micros[(int) (micros.length * 0.99)] / 1000.0;
    return new Load(load.requestsPerSecond(), load.requests(), p99Ms);
  }

  private static Load h2load(List<String> what) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Awake.words());
    command.addAll(List.of("h2load", "-t1"));
    command.addAll(what);
    String report = pinned(CLIENT_CORE, command);
    Matcher total = find(H2LOAD_TOTAL, report);
    if (total.group(1).equals("0") || !total.group(2).equals("0")) {
      throw new IOException("requests failed: " + report);
    }
    return new Load(
        Double.parseDouble(find(H2LOAD_RATE, report).group(1)),
        Long.parseLong(total.group(1)),
        Double.NaN);
  }

  /** Runs a command on one core and returns what it printed. */
  static String pinned(String core, List<String> command) throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(List.of("timeout", COMMAND_SECONDS, "taskset", "-c", core));
    words.addAll(command);
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + report);
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
