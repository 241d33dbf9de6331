package app.seventv.benchmarks;

import app.seventv.devstack.nats.DevNats;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Ten minutes of everything at once for the event server (see {@link Soak}). */
final class SoakBenchmark implements Benchmark {
  /** Descriptors of this process and of the server's are both bounded by the same limit. */
  private static final int CONNECTIONS = 19_000;

  private static final int QUICK_CONNECTIONS = 500;
  private static final Duration WARM_UP = Duration.ofMinutes(2);
  private static final Duration LONG = Duration.ofMinutes(8);
  private static final Duration QUICK_WARM_UP = Duration.ofSeconds(20);
  private static final Duration QUICK = Duration.ofSeconds(40);

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public String summary() {
    return "events lost and doubled under churn, resumes, garbage and a bus that dies; growth";
  }

  @Override
  public List<Figure> run(BenchContext context) throws Exception {
    int port = ServerProcess.freePort();
    int adminPort = ServerProcess.freePort();
    Path natsFolder = Files.createDirectories(context.work().resolve("nats"));
    int connections = context.quick() ? QUICK_CONNECTIONS : CONNECTIONS;
    try (DevNats nats = DevNats.start(natsFolder, 0, 0);
        ServerProcess server =
            ServerProcess.start(
                context,
                "event-server/target/event-server.jar",
                """
                metrics_bind_address = "127.0.0.1:%d"
                level = "error"
                [nats]
                servers = ["%s"]
                [event_api]
                bind = "127.0.0.1:%d"
                resync_sessions_per_second = 5000
                """
                    .formatted(adminPort, nats.uri(), port),
                adminPort,
                List.of(),
                "-Xmx2g");
        Soak soak =
            new Soak(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), nats, connections)) {
      soak.start();
      context.progress(soak.open.get() + " clients are in");
      soak.run(context.quick() ? QUICK_WARM_UP : WARM_UP, 0);
      long heap = server.liveHeapBytes();
      long malloc = server.mallocBytes();
      long descriptors = descriptors(server);
      soak.run(context.quick() ? QUICK : LONG, context.quick() ? 1 : 4);
      long heapAfter = server.liveHeapBytes();
      long mallocAfter = server.mallocBytes();
      long descriptorsAfter = descriptors(server);
      soak.finish();
      return List.of(
          new Figure("soak-connections", connections, ""),
          new Figure("soak-events", soak.events.sum(), ""),
          new Figure("soak-resumed", soak.resumed.sum(), ""),
          new Figure("soak-refused", soak.refused.sum(), ""),
          new Figure("soak-lost-events", soak.lost.sum(), ""),
          new Figure("soak-double-events", soak.doubled.sum(), ""),
          new Figure("soak-heap-growth", heapAfter - heap, "bytes"),
          new Figure("soak-malloc-growth", mallocAfter - malloc, "bytes"),
          new Figure("soak-descriptor-growth", descriptorsAfter - descriptors, ""));
    }
  }

  private static long descriptors(ServerProcess server) throws Exception {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
      return open.count();
    }
  }
}
