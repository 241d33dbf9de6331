package app.seventv.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/**
 * Our HTTP layer beside Debian's nginx and h2o: same machine, same payloads, same clients, one core
 * for the server and one for the client. The servers take turns in short rounds, so that whatever
 * else the machine does meets all of them. What counts is the median of the ratios in a case, and
 * over the cases of a version their geometric mean: {@code h1-vs-nginx} is above 1 if we answer
 * more requests per second, {@code h1-cpu-vs-nginx} below 1 if one costs us less processor time.
 */
final class HttpBenchmark implements Benchmark {
  private static final String SMALL_BODY = "Hello, World!";
  private static final int BIG_BYTES = 20_000;
  private static final int CONNECTIONS = 64;
  private static final int HTTP2_CONNECTIONS = 8;
  private static final int STREAMS = 16;

  /** What is asked for, and how. */
  private enum Case {
    H1_PLAIN_SMALL(false, false, "/small"),
    H1_PLAIN_BIG(false, false, "/big"),
    H1_TLS_SMALL(false, true, "/small"),
    H1_TLS_BIG(false, true, "/big"),
    H2_PLAIN_SMALL(true, false, "/small"),
    H2_PLAIN_BIG(true, false, "/big"),
    H2_TLS_SMALL(true, true, "/small"),
    H2_TLS_BIG(true, true, "/big");

    private final boolean http2;
    private final boolean tls;
    private final String path;

    Case(boolean http2, boolean tls, String path) {
      this.http2 = http2;
      this.tls = tls;
      this.path = path;
    }

    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Override
  public String name() {
    return "http";
  }

  @Override
  public String summary() {
    return "HTTP/1.1, 2 and 3 beside nginx and h2o; arguments: h1, h2, h3, epoll, nio";
  }

  @Override
  public List<Figure> run(BenchContext context) throws Exception {
    prepare(context);
    List<String> words = context.arguments();
    String transport = words.contains("epoll") ? "EPOLL" : words.contains("nio") ? "NIO" : "AUTO";
    boolean all = words.stream().noneMatch(word -> word.matches("h[123]"));
    List<Figure> figures = new ArrayList<>();
    try (MeasuredServer ours = MeasuredServer.ours(context, transport);
        MeasuredServer nginx = MeasuredServer.nginx(context);
        MeasuredServer h2o = MeasuredServer.h2o(context)) {
      List<MeasuredServer> servers = List.of(ours, nginx, h2o);
      context.progress("our server has pid " + ours.pid());
      for (boolean http2 : new boolean[] {false, true}) {
        String version = http2 ? "h2" : "h1";
        if (all || words.contains(version)) {
          compare(context, servers, version, figures);
        }
      }
      if (all || words.contains("h3")) {
        http3(context, ours, figures);
      }
    }
    return figures;
  }

  private static void prepare(BenchContext context) throws IOException, InterruptedException {
    byte[] big = new byte[BIG_BYTES];
    new Random(7).nextBytes(big);
    Files.write(context.work().resolve("big"), big);
    Files.write(context.work().resolve("small"), SMALL_BODY.getBytes(StandardCharsets.US_ASCII));
    certificate(context);
  }

  /** Makes {@code cert.pem} and {@code key.pem}. */
  static void certificate(BenchContext context) throws IOException, InterruptedException {
    LoadTools.pinned(
        LoadTools.CLIENT_CORE,
        List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-keyout",
            context.work().resolve("key.pem").toString(),
            "-out",
            context.work().resolve("cert.pem").toString()));
  }

  private static void compare(
      BenchContext context, List<MeasuredServer> servers, String version, List<Figure> figures)
      throws IOException, InterruptedException {
    Map<String, List<Double>> ratios = new TreeMap<>();
    List<Case> cases = new ArrayList<>(List.of(Case.values()));
    cases.removeIf(c -> !c.label().startsWith(version));
    for (Case one : cases) {
      WarmUp.run(context, servers.getFirst(), server -> load(server, one, 1));
    }
    int turns = context.quick() ? 3 : 7;
    int seconds = context.quick() ? 1 : 2;
    for (Case one : cases) {
      Map<MeasuredServer, List<Round>> byServer =
          Round.inTurns(servers, turns, server -> load(server, one, seconds));
      report(context, one, servers, byServer, ratios, figures);
    }
    ratios.forEach((name, all) ->
        figures.add(new Figure(version + name, Statistics.geometricMean(all), "ratio")));
  }

  private static LoadTools.Load load(MeasuredServer server, Case one, int seconds)
      throws IOException, InterruptedException {
    String url = server.url(one.http2, one.tls, one.path);
    return one.http2
        ? LoadTools.h2load(url, HTTP2_CONNECTIONS, STREAMS, seconds)
        : LoadTools.wrk(url, CONNECTIONS, seconds);
  }

  private static void report(
      BenchContext context,
      Case one,
      List<MeasuredServer> servers,
      Map<MeasuredServer, List<Round>> rounds,
      Map<String, List<Double>> ratios,
      List<Figure> figures) {
    List<Round> ours = Objects.requireNonNull(rounds.get(servers.getFirst()));
    for (MeasuredServer server : servers) {
      List<Round> theirs = Objects.requireNonNull(rounds.get(server));
      double rate = Round.medianRate(theirs);
      double cpu = Round.medianCpu(theirs);
      String suffix = server == servers.getFirst() ? "" : "-" + server.name();
      figures.add(new Figure(one.label() + suffix + "-rps", Math.rint(rate), "req/s"));
      figures.add(new Figure(one.label() + suffix + "-cpu", cpu, "us/req"));
      if (server == servers.getFirst()) {
        continue;
      }
      double ratio = Round.rateRatio(ours, theirs);
      String rates = "-vs-" + server.name();
      ratios.computeIfAbsent(rates, name -> new ArrayList<>()).add(ratio);
      double ourCpu = Round.medianCpu(ours);
      ratios.computeIfAbsent("-cpu" + rates, name -> new ArrayList<>()).add(ourCpu / cpu);
      figures.add(new Figure(one.label() + "-vs-" + server.name(), ratio, "ratio"));
      context.progress(
          "%s: %.2f times %s (%.0f req/s, %.1f us; theirs %.0f req/s, %.1f us)"
              .formatted(
                  one.label(), ratio, server.name(), Round.medianRate(ours), ourCpu, rate, cpu));
    }
  }

  /** HTTP/3 has no rival here: it is set beside our HTTP/2 over TLS. */
  private static void http3(BenchContext context, MeasuredServer ours, List<Figure> figures)
      throws IOException, InterruptedException {
    Http3Comparison comparison = new Http3Comparison(context, ours);
    comparison.measure("h3", "/small", SMALL_BODY.length(), figures);
    comparison.measure("h3-big", "/big", BIG_BYTES, figures);
  }
}
