package app.seventv.benchmarks;

import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.supervisor.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Ten minutes of everything at once for the event server (see {@link Soak}). */
final class SoakBenchmark implements Benchmark {
  /** Descriptors of this process and of the server's are both bounded by the same limit. */
  private static final int CONNECTIONS = 19_000;

  private static final int QUICK_CONNECTIONS = 500;

  /** Ended sessions and events that wait for them differ by some megabytes from time to time. */
  private static final long MAX_HEAP_GROWTH_BYTES = 16 << 20;

  private static final int MAX_DESCRIPTOR_GROWTH = 20;

  /** One in so many may be between two connections when descriptors are counted. */
  private static final int CLIENTS_PER_DESCRIPTOR = 20;

  /**
   * Until events and ended sessions are as old as they can get: 150 s. So long nothing happens to
   * the bus before either reading; else the second would find the sessions that its last death has
   * ended.
   */
  private static final Duration WARM_UP = Duration.ofSeconds(160);

  private static final Duration LONG = Duration.ofMinutes(10).minus(WARM_UP.multipliedBy(2));
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
    int port = FreePorts.find();
    int adminPort = FreePorts.find();
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
      soak.gather();
      long heap = server.liveHeapBytes();
      long malloc = server.mallocBytes();
      long descriptors = descriptors(server);
      soak.run(context.quick() ? QUICK : LONG, context.quick() ? 1 : 4);
      soak.run(context.quick() ? QUICK_WARM_UP : WARM_UP, 0);
      soak.gather();
      long heapAfter = server.liveHeapBytes();
      long mallocAfter = server.mallocBytes();
      long descriptorsAfter = descriptors(server);
      soak.finish();
      List<Figure> figures =
          List.of(
              new Figure("soak-connections", connections, ""),
              new Figure("soak-events", soak.events.sum(), ""),
              new Figure("soak-resumed", soak.resumed.sum(), ""),
              new Figure("soak-refused", soak.refused.sum(), ""),
              new Figure("soak-lost-events", soak.lost.sum(), ""),
              new Figure("soak-double-events", soak.doubled.sum(), ""),
              new Figure("soak-heap-growth", heapAfter - heap, "bytes"),
              new Figure("soak-malloc-growth", mallocAfter - malloc, "bytes"),
              new Figure("soak-descriptor-growth", descriptorsAfter - descriptors, ""));
      try {
        check(soak, heapAfter - heap, descriptorsAfter - descriptors, connections);
      } catch (IOException e) {
        figures.forEach(figure -> context.progress(figure.line()));
        throw e;
      }
      return figures;
    }
  }

  /**
   * Fails the run unless nothing is lost and nothing grows. Between the two readings the same
   * clients are connected; what differs is how many are just on their way back, how many ended
   * sessions wait to be resumed, and events of the last minutes.
   */
  private static void check(Soak soak, long heapGrowth, long descriptorGrowth, int connections)
      throws IOException {
    List<String> faults = new ArrayList<>();
    if (soak.lost.sum() > 0 || soak.doubled.sum() > 0) {
      faults.add(soak.lost.sum() + " events lost, " + soak.doubled.sum() + " doubled");
    }
    if (heapGrowth > MAX_HEAP_GROWTH_BYTES) {
      faults.add("the heap has grown by " + heapGrowth + " bytes");
    }
    if (descriptorGrowth > Math.max(MAX_DESCRIPTOR_GROWTH, connections / CLIENTS_PER_DESCRIPTOR)) {
      faults.add("the descriptors have grown by " + descriptorGrowth);
    }
    if (!faults.isEmpty()) {
      throw new IOException("the soak has found: " + String.join("; ", faults));
    }
  }

  private static long descriptors(ServerProcess server) throws Exception {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
      return open.count();
    }
  }
}
