package app.seventv.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * HTTP/3 beside HTTP/2 over TLS on the same server: processor time per request, with as many
 * connections and requests at once, in turns, so that whatever else the machine does meets both.
 */
final class Http3Comparison {
  private static final int CONNECTIONS = 8;
  private static final int STREAMS = 16;

  /** After that a server counts as warm: the whole run has minutes, on a busy machine too. */
  private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(40);

  /** What a request costs beside its body, as bytes of body: rounds of some size take as long. */
  private static final int REQUEST_BYTES = 10_000;

  /** Processor time is told in steps of 10 ms: a round must take many of them. */
  private static final int ROUND_BYTES = 400_000_000;

  private final BenchContext context;
  private final MeasuredServer server;
  private final Http3Load client;

  Http3Comparison(BenchContext context, MeasuredServer server)
      throws IOException, InterruptedException {
    this.context = context;
    this.server = server;
    this.client = Http3Load.compile(context);
  }

  /**
   * Measures one object.
   *
   * @param name of the figures, which get endings
   * @param bytes length of the object
   */
  void measure(String name, String path, int bytes, List<Figure> figures)
      throws IOException, InterruptedException {
    Path one =
        Files.writeString(context.work().resolve("h3-address"), "http://localhost" + path + "\n");
    int requests = ROUND_BYTES / (bytes + REQUEST_BYTES) / (context.quick() ? 3 : 1);
    Round.Loader http2 =
        s ->
            LoadTools.h2loadCount(
                s.url(true, true, "/"), one, false, CONNECTIONS, STREAMS, requests);
    Round.Loader http3 = http3(Http3Load.Client.USUAL, path, requests);
    Round.Loader packets = http3(Http3Load.Client.WITHOUT_BURSTS, path, requests);
    WarmUp.run(context, server, WARM_UP_LIMIT, http2);
    WarmUp.run(context, server, WARM_UP_LIMIT, http3);
    Comparison usual = inTurns(http2, http3);
    // By themselves, so that they do not meet the rounds that follow them in the figure above.
    Comparison cut = inTurns(http2, packets);
    figures.add(new Figure(name + "-rps", Math.rint(Round.medianRate(usual.http3)), "req/s"));
    figures.add(new Figure(name + "-cpu", Round.medianCpu(usual.http3), "us/req"));
    figures.add(new Figure(name + "-h2-cpu", Round.medianCpu(usual.http2), "us/req"));
    figures.add(new Figure(name + "-vs-h2-cpu", usual.cpuRatio(), "ratio"));
    figures.add(new Figure(name + "-no-gro-vs-h2-cpu", cut.cpuRatio(), "ratio"));
  }

  /** Rounds that followed each other. */
  private record Comparison(List<Round> http2, List<Round> http3) {
    double cpuRatio() {
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < http3.size(); i++) {
        ratios.add(http3.get(i).cpuMicros() / http2.get(i).cpuMicros());
      }
      return Statistics.median(ratios);
    }
  }

  private Comparison inTurns(Round.Loader http2, Round.Loader http3)
      throws IOException, InterruptedException {
    Comparison all = new Comparison(new ArrayList<>(), new ArrayList<>());
    for (int turn = 0; turn < (context.quick() ? 3 : 9); turn++) {
      all.http2.add(Round.measure(server, http2));
      all.http3.add(Round.measure(server, http3));
    }
    return all;
  }

  private Round.Loader http3(Http3Load.Client how, String path, int requests) {
    return s -> client.run(s, how, path, CONNECTIONS, STREAMS, requests);
  }
}
