package app.seventv.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rounds over HTTP/3 with {@link Http3Load} as a process on the clients' core. */
final class Http3Rounds {
  private static final Pattern REPORT =
      Pattern.compile("(\\d+) requests in ([0-9.]+) seconds, (\\d+) failed");

  private Http3Rounds() {}

  static Round measure(
      MeasuredServer server,
      String path,
      int connections,
      int streams,
      int seconds,
      int warmUpRequests)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("taskset", "-c", LoadTools.CLIENT_CORE));
    command.addAll(MeasuredServer.java());
    command.add(Http3Load.class.getName());
    command.addAll(List.of(Integer.toString(server.tlsPort()), path));
    for (int number : new int[] {connections, streams, seconds, warmUpRequests}) {
      command.add(Integer.toString(number));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    StringBuilder report = new StringBuilder();
    double before = 0;
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        report.append(line).append('\n');
        Matcher matcher = REPORT.matcher(line);
        if (line.equals("measuring")) {
          before = server.cpuSeconds();
        } else if (matcher.matches() && !matcher.group(1).equals("0")) {
          double cpu = server.cpuSeconds() - before;
          long requests = Long.parseLong(matcher.group(1));
          return new Round(requests / Double.parseDouble(matcher.group(2)), cpu * 1e6 / requests);
        }
      }
    } finally {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
    throw new IOException("HTTP/3 load failed: " + report);
  }
}
