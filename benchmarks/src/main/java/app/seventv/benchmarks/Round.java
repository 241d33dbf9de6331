package app.seventv.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One short run against one server.
 *
 * @param cpuMicros processor time of the server per request
 */
record Round(double requestsPerSecond, double cpuMicros) {
  /** Puts load on a server. */
  @FunctionalInterface
  interface Loader {
    LoadTools.Load load(MeasuredServer server) throws IOException, InterruptedException;
  }

  static Round measure(MeasuredServer server, Loader loader)
      throws IOException, InterruptedException {
    double before = server.cpuSeconds();
    LoadTools.Load load = loader.load(server);
    double cpu = server.cpuSeconds() - before;
    return new Round(load.requestsPerSecond(), cpu * 1e6 / load.requests());
  }

  /** Rounds of several servers in turns, so that whatever else happens meets all of them. */
  static Map<MeasuredServer, List<Round>> inTurns(
      List<MeasuredServer> servers, int turns, Loader loader)
      throws IOException, InterruptedException {
    Map<MeasuredServer, List<Round>> rounds = new LinkedHashMap<>();
    servers.forEach(server -> rounds.put(server, new ArrayList<>()));
    for (int turn = 0; turn < turns; turn++) {
      for (MeasuredServer server : servers) {
        Objects.requireNonNull(rounds.get(server)).add(measure(server, loader));
      }
    }
    return rounds;
  }

  static double medianRate(List<Round> rounds) {
    return Statistics.median(rounds.stream().map(Round::requestsPerSecond).toList());
  }

  static double medianCpu(List<Round> rounds) {
    return Statistics.median(rounds.stream().map(Round::cpuMicros).toList());
  }

  /** Median of the ratios of rounds that followed each other. */
  static double rateRatio(List<Round> ours, List<Round> theirs) {
    List<Double> each = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      each.add(ours.get(i).requestsPerSecond() / theirs.get(i).requestsPerSecond());
    }
    return Statistics.median(each);
  }
}
