package app.seventv.benchmarks;

import app.seventv.cdn.HitRatio;
import app.seventv.devstack.nats.DevNats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The image edge beside Debian's nginx (files on tmpfs), Varnish (memory) and h2o: memory hits of
 * 2, 20 and 200 KB whose keys are as popular as Zipf says; one core for the server, one for the
 * client. Rounds in turns and medians of ratios, as in {@link HttpBenchmark}.
 */
final class CdnBenchmark implements Benchmark {
  private static final int CONNECTIONS = 64;
  private static final int HTTP2_CONNECTIONS = 8;
  private static final int STREAMS = 16;
  private static final int STAMPEDE_CONNECTIONS = 100;
  private static final int STAMPEDE_REQUESTS = 10_000;
  private static final int FIRST_OBJECTS = 40_000;
  private static final double LOAD_OF_LATENCY = 0.7;
  private static final Path TMPFS = Path.of("/dev/shm");

  @Override
  public String name() {
    return "cdn";
  }

  @Override
  public String summary() {
    return "the image edge beside nginx, Varnish and h2o; arguments: h1, h2, h3, latency, ratio, memory";
  }

  @Override
  public List<Figure> run(BenchContext context) throws Exception {
    Path folder = Files.createTempDirectory(TMPFS, "bench-cdn");
    BenchContext inMemory =
        new BenchContext(
            context.root(), folder, context.quick(), context.arguments(), context.out());
    try {
      return measure(inMemory);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static List<Figure> measure(BenchContext context) throws Exception {
    List<Figure> figures = new ArrayList<>();
    HttpBenchmark.certificate(context);
    for (KeyMix mix : KeyMix.values()) {
      mix.writeFiles(context.work());
    }
    Path natsFolder = Files.createDirectories(context.work().resolve("nats"));
    try (BenchOrigin origin = new BenchOrigin();
        DevNats nats = DevNats.start(natsFolder, 0, 0)) {
      try (CdnEdge edge = CdnEdge.start(context, origin, nats)) {
        context.progress("the edge has pid " + edge.server().pid());
        fill(context, edge.server());
        Map<String, String> fields = edge.fieldsOfHits();
        try (MeasuredServer nginx = MeasuredServer.nginx(context, "nginx", fields);
            MeasuredServer bareNginx = MeasuredServer.nginx(context, "nginx-bare", Map.of());
            MeasuredServer h2o = MeasuredServer.h2o(context, "h2o", fields);
            MeasuredServer bareH2o = MeasuredServer.h2o(context, "h2o-bare", Map.of());
            MeasuredServer varnish = MeasuredServer.varnish(context, nginx)) {
          fill(context, varnish);
          if (wants(context, "h1")) {
            http1(context, edge, List.of(edge.server(), nginx, varnish, bareNginx), figures);
          }
          if (wants(context, "h2")) {
            http2(context, List.of(edge.server(), nginx, h2o, bareH2o), figures);
          }
          if (wants(context, "latency")) {
            latency(context, edge.server(), nginx, figures);
          }
          if (wants(context, "h3")) {
            http3(context, edge.server(), figures);
          }
        }
      }
      if (wants(context, "ratio")) {
        hitRatio(context, figures);
      }
      if (wants(context, "memory")) {
        memory(context, origin, nats, figures);
      }
    }
    return figures;
  }

  private static void fill(BenchContext context, MeasuredServer cache)
      throws IOException, InterruptedException {
    for (KeyMix mix : KeyMix.values()) {
      Path all = mix.writeAll(context.work(), 0, mix.keys());
      LoadTools.h2loadCount(cache.url(false, false, "/"), all, true, 1, 1, mix.keys());
    }
  }

  private static boolean wants(BenchContext context, String part) {
    return context.arguments().isEmpty() || context.arguments().contains(part);
  }

  private static int seconds(BenchContext context) {
    return context.quick() ? 1 : 2;
  }

  /** As many as make the same amount of bytes. */
  private static int requests(BenchContext context, KeyMix mix) {
    return (context.quick() ? 100_000_000 : 300_000_000) / mix.bytes();
  }

  private static int turns(BenchContext context) {
    return context.quick() ? 3 : 7;
  }

  private static List<KeyMix> mixes(BenchContext context) {
    return context.quick() ? List.of(KeyMix.MEDIUM) : List.of(KeyMix.values());
  }

  /** {@code cdn-h1-vs-nginx} for 20 KB, {@code cdn-h1-2k-vs-nginx} for other sizes. */
  private static String figureName(String version, KeyMix mix, String rest) {
    return "cdn-" + version + (mix == KeyMix.MEDIUM ? "" : "-" + mix.label()) + rest;
  }

  private static void http1(
      BenchContext context, CdnEdge edge, List<MeasuredServer> servers, List<Figure> figures)
      throws IOException, InterruptedException {
    Path script = KeyMix.wrkScript(context.work());
    for (KeyMix mix : mixes(context)) {
      Path paths = mix.writePaths(context.work());
      Round.Loader loader =
          server ->
              LoadTools.wrk(
                  server.url(false, false, "/"), script, paths, CONNECTIONS, seconds(context));
      WarmUp.run(context, edge.server(), loader);
      compare(context, figureName("h1", mix, ""), servers, loader, figures);
      if (mix == KeyMix.MEDIUM) {
        double before = edge.allocatedBytes();
        LoadTools.Load load = loader.load(edge.server());
        double perHit = (edge.allocatedBytes() - before) / load.requests();
        figures.add(new Figure("cdn-garbage-bytes-per-hit", Math.rint(perHit), "bytes"));
      }
    }
  }

  private static void http2(
      BenchContext context, List<MeasuredServer> servers, List<Figure> figures)
      throws IOException, InterruptedException {
    for (KeyMix mix : mixes(context)) {
      Path addresses = mix.writeAddresses(context.work());
      Round.Loader loader =
          server ->
              LoadTools.h2loadCount(
                  server.url(true, true, "/"),
                  addresses,
                  false,
                  HTTP2_CONNECTIONS,
                  STREAMS,
                  requests(context, mix));
      WarmUp.run(context, servers.getFirst(), loader);
      compare(context, figureName("h2", mix, ""), servers, loader, figures);
    }
  }

  private static void compare(
      BenchContext context,
      String name,
      List<MeasuredServer> servers,
      Round.Loader loader,
      List<Figure> figures)
      throws IOException, InterruptedException {
    Map<MeasuredServer, List<Round>> rounds = Round.inTurns(servers, turns(context), loader);
    List<Round> ours = Objects.requireNonNull(rounds.get(servers.getFirst()));
    figures.add(new Figure(name + "-rps", Math.rint(Round.medianRate(ours)), "req/s"));
    figures.add(new Figure(name + "-cpu", Round.medianCpu(ours), "us/req"));
    for (MeasuredServer rival : servers.subList(1, servers.size())) {
      List<Round> theirs = Objects.requireNonNull(rounds.get(rival));
      double ratio = Round.rateRatio(ours, theirs);
      double cpuRatio = Round.medianCpu(ours) / Round.medianCpu(theirs);
      figures.add(new Figure(name + "-vs-" + rival.name(), ratio, "ratio"));
      figures.add(new Figure(name + "-cpu-vs-" + rival.name(), cpuRatio, "ratio"));
      context.progress(
          "%s: %.2f times %s (%.0f req/s, %.1f us; theirs %.0f req/s, %.1f us)"
              .formatted(
                  name,
                  ratio,
                  rival.name(),
                  Round.medianRate(ours),
                  Round.medianCpu(ours),
                  Round.medianRate(theirs),
                  Round.medianCpu(theirs)));
    }
  }

  /** Both servers at the same fixed rate: a share of what the slower one can. */
  private static void latency(
      BenchContext context, MeasuredServer ours, MeasuredServer nginx, List<Figure> figures)
      throws IOException, InterruptedException {
    Path addresses = KeyMix.MEDIUM.writeAddresses(context.work());
    Path script = KeyMix.wrkScript(context.work());
    Path paths = KeyMix.MEDIUM.writePaths(context.work());
    double rate = Double.MAX_VALUE;
    for (MeasuredServer server : List.of(ours, nginx)) {
      String base = server.url(false, false, "/");
      rate =
          Math.min(
              rate,
              LOAD_OF_LATENCY
                  * LoadTools.wrk(base, script, paths, CONNECTIONS, seconds(context))
                      .requestsPerSecond());
    }
    List<Double> ratios = new ArrayList<>();
    List<Double> latencies = new ArrayList<>();
    Path log = context.work().resolve("latencies");
    for (int turn = 0; turn < turns(context); turn++) {
      double[] p99 = new double[2];
      for (int i = 0; i < 2; i++) {
        String base = (i == 0 ? ours : nginx).url(false, false, "/");
        p99[i] =
            LoadTools.h2loadAtRate(base, addresses, log, CONNECTIONS, rate, 2 * seconds(context))
                .p99Ms();
      }
      latencies.add(p99[0]);
      ratios.add(p99[0] / p99[1]);
    }
    figures.add(new Figure("cdn-p99-ms", Statistics.median(latencies), "ms"));
    figures.add(new Figure("cdn-p99-ratio-nginx", Statistics.median(ratios), "ratio"));
    context.progress("p99 at %.0f req/s: %s ms, ratios %s".formatted(rate, latencies, ratios));
  }

  private static void http3(BenchContext context, MeasuredServer server, List<Figure> figures)
      throws IOException, InterruptedException {
    Http3Comparison comparison = new Http3Comparison(context, server);
    for (KeyMix mix : List.of(KeyMix.SMALL, KeyMix.MEDIUM)) {
      comparison.measure(figureName("h3", mix, ""), mix.path(0), mix.bytes(), figures);
    }
  }

  private static void hitRatio(BenchContext context, List<Figure> figures) {
    HitRatio.Ratios ratios = HitRatio.measure();
    context.progress(ratios.toString());
    figures.add(new Figure("cdn-hit-ratio-zipf", ratios.toBestPractical(), "ratio"));
    figures.add(
        new Figure("cdn-hit-ratio-zipf-optimal", ratios.ours() / ratios.optimal(), "ratio"));
  }

  /**
   * A fresh server: memory per object, and many who want the same cold one.
   *
   * <p>Memory is what an operator sees: live objects on the heap, and how much more of everything
   * else is resident after so many more objects. The heap is resident as a whole from the start.
   * The first objects are not counted: with them come the code, and the allocators' first blocks.
   */
  private static void memory(
      BenchContext context, BenchOrigin origin, DevNats nats, List<Figure> figures)
      throws Exception {
    int objects = context.quick() ? 40_000 : 120_000;
    try (CdnEdge edge = CdnEdge.start(context, origin, nats, "-XX:+AlwaysPreTouch")) {
      String base = edge.server().url(false, false, "/");
      KeyMix mix = KeyMix.SMALL;
      fetch(base, mix.writeAll(context.work(), 100_000, FIRST_OBJECTS), FIRST_OBJECTS);
      ServerProcess.Memory before = edge.process().memory();
      fetch(base, mix.writeAll(context.work(), 200_000, objects), objects);
      ServerProcess.Memory after = edge.process().memory();
      context.progress("with %d more objects: %s, before %s".formatted(objects, after, before));
      double heap = (double) (after.heapBytes() - before.heapBytes()) / objects;
      double resident = (double) (after.residentBytes() - before.residentBytes()) / objects;
      double overhead = heap + resident - mix.bytes();
      figures.add(new Figure("cdn-overhead-bytes", Math.rint(overhead), "bytes"));
      figures.add(new Figure("cdn-overhead-heap-bytes", Math.rint(heap), "bytes"));

      origin.delay(Duration.ofSeconds(2));
      long asked = origin.requests();
      LoadTools.h2loadCount(
          base,
          KeyMix.MEDIUM.writeAll(context.work(), 900_000, 1),
          false,
          STAMPEDE_CONNECTIONS,
          STAMPEDE_REQUESTS / STAMPEDE_CONNECTIONS,
          STAMPEDE_REQUESTS);
      figures.add(new Figure("cdn-stampede-origin-requests", origin.requests() - asked, ""));
      origin.delay(Duration.ZERO);
    }
  }

  private static void fetch(String base, Path addresses, int count)
      throws IOException, InterruptedException {
    LoadTools.h2loadCount(base, addresses, true, 1, 1, count);
    TimeUnit.SECONDS.sleep(1); // what is freed later is freed
  }
}
