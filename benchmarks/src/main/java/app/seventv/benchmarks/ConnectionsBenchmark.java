package app.seventv.benchmarks;

import app.seventv.devstack.nats.DevNats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Memory that one idle websocket with six topics costs the event server, plain and with TLS 1.3:
 * the slope over several counts of connections, so that what the process costs anyway drops out.
 * Three parts are measured apart:
 *
 * <ul>
 *   <li>the live heap, by class, after a full collection;
 *   <li>direct memory, which Java code takes outside the heap, by the JVM's own books;
 *   <li>native memory: plain, what malloc has given out less what the JVM has taken for itself (its
 *       compilers move that by megabytes whatever the connections do); with TLS, where
 *       fragmentation counts and another allocator may be at work, all anonymous memory outside a
 *       heap that is resident from the start.
 * </ul>
 *
 * Native memory holds what is direct. So the figure takes the larger of the slopes of direct and
 * native memory, and never less than nothing: it cannot be below the live heap.
 */
final class ConnectionsBenchmark implements Benchmark {
  private static final int LOW = 1_000;
  private static final int STEP = 3_000;
  private static final int HIGH = 19_000;
  private static final int QUICK_STEP = 1_000;
  private static final int QUICK_HIGH = 5_000;

  /** Times that as many clients as at the first point come and go before it. */
  private static final int WARM_UPS = 5;

  /** One channel of viewers shares its topics; a fleet serves many channels. */
  private static final int CLIENTS_PER_CHANNEL = 50;

  /** Classes of the heap that are named when they cost at least so many bytes per connection. */
  private static final double MIN_TERM_BYTES = 1;

  private static final Path JEMALLOC = Path.of("/usr/lib/x86_64-linux-gnu/libjemalloc.so.2");
  private static final String JEMALLOC_SETTINGS =
      "MALLOC_CONF=narenas:2,dirty_decay_ms:0,muzzy_decay_ms:0";

  @Override
  public String name() {
    return "connections";
  }

  @Override
  public String summary() {
    return "bytes per idle websocket with 6 topics (live heap + native, slope); plain, tls";
  }

  @Override
  public List<Figure> run(BenchContext context) throws Exception {
    List<Figure> figures = new ArrayList<>();
    boolean all = context.arguments().isEmpty();
    if (all || context.arguments().contains("plain")) {
      figures.addAll(measure(context, Wire.PLAIN));
    }
    if (all || context.arguments().contains("tls")) {
      HttpBenchmark.certificate(context);
      figures.addAll(measure(context, Wire.TLS));
      if (Files.exists(JEMALLOC)) {
        figures.addAll(measure(context, Wire.TLS_JEMALLOC));
      }
    }
    return figures;
  }

  private enum Wire {
    PLAIN("plain"),
    /** TLS with the allocator of the C library. */
    TLS("tls-glibc"),
    /** TLS as the launcher starts it where jemalloc is installed. */
    TLS_JEMALLOC("tls");

    private final String label;

    Wire(String label) {
      this.label = label;
    }
  }

  private List<Figure> measure(BenchContext context, Wire wire) throws Exception {
    int high = context.quick() ? QUICK_HIGH : HIGH;
    int step = context.quick() ? QUICK_STEP : STEP;
    Path natsFolder = Files.createDirectories(context.work().resolve("nats"));
    try (DevNats nats = DevNats.start(natsFolder, 0, 0)) {
      EventServerSetup setup =
          new EventServerSetup(context, nats).withJvm(List.of("-XX:NativeMemoryTracking=summary"));
      if (wire != Wire.PLAIN) {
        setup
            .withTls(
                context.work().resolve("cert.pem").toString(),
                context.work().resolve("key.pem").toString())
            .withJvm(
                List.of(
                    "-Xms2g",
                    "-XX:+AlwaysPreTouch",
                    "-Dio.netty.handler.ssl.openssl.bioNonApplicationBufferSize=64"));
      }
      if (wire == Wire.TLS_JEMALLOC) {
        setup.withEnvironment(List.of("LD_PRELOAD=" + JEMALLOC, JEMALLOC_SETTINGS));
      }
      List<MemoryPoint> points = new ArrayList<>();
      try (ServerProcess server = setup.start();
          ClientLoop loops = ClientLoop.start()) {
        for (int i = 0; i < WARM_UPS; i++) {
          try (IdleClients passing =
              clients(loops, setup.port(), wire, ConnectionsBenchmark::visit)) {
            passing.growTo(LOW);
          }
          server.awaitQuiet();
        }
        try (IdleClients clients =
            clients(loops, setup.port(), wire, ConnectionsBenchmark::subscriptions)) {
          for (int count = LOW; count <= high; count += step) {
            clients.growTo(count);
            points.add(point(server, wire, count));
            context.progress(wire.label + ": " + count + " clients are subscribed");
          }
        }
      }
      return figures(context, wire, points);
    }
  }

  private static MemoryPoint point(ServerProcess server, Wire wire, int connections)
      throws IOException, InterruptedException {
    server.awaitQuiet();
    Map<String, Long> heap = server.liveHeap();
    long directBytes = server.directBytes();
    server.trim();
    // What the JVM takes to compile is no part of a connection, and moves by megabytes.
    long nativeBytes =
        wire == Wire.PLAIN ? server.mallocBytes() - server.jvmBytes() : server.anonymousBytes();
    return new MemoryPoint(connections, heap, directBytes, nativeBytes);
  }

  private static List<Figure> figures(BenchContext context, Wire wire, List<MemoryPoint> points) {
    MemoryPoint.heapSlopes(points).entrySet().stream()
        .filter(term -> Math.abs(term.getValue()) >= MIN_TERM_BYTES)
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(
            term -> context.progress("%8.1f bytes %s".formatted(term.getValue(), term.getKey())));
    double heap = MemoryPoint.slope(points, MemoryPoint::heapBytes);
    double direct = MemoryPoint.slope(points, MemoryPoint::directBytes);
    double outside = MemoryPoint.slope(points, MemoryPoint::nativeBytes);
    String prefix = "connections-" + wire.label;
    List<Figure> figures = new ArrayList<>();
    figures.add(
        new Figure(prefix + "-user-bytes", heap + Math.max(0, Math.max(direct, outside)), "bytes"));
    figures.add(new Figure(prefix + "-heap-bytes", heap, "bytes"));
    figures.add(new Figure(prefix + "-direct-bytes", direct, "bytes"));
    figures.add(new Figure(prefix + "-native-bytes", outside, "bytes"));
    for (MemoryPoint point : points) {
      String at = "-total-at-" + point.connections();
      figures.add(new Figure(prefix + "-heap" + at, point.heapBytes(), "bytes"));
      figures.add(new Figure(prefix + "-direct" + at, point.directBytes(), "bytes"));
      figures.add(new Figure(prefix + "-native" + at, point.nativeBytes(), "bytes"));
    }
    return figures;
  }

  private static IdleClients clients(
      ClientLoop loops, int port, Wire wire, IntFunction<List<String>> messages)
      throws IOException {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    IdleClients clients = new IdleClients(loops, server, "/v3", messages);
    return wire == Wire.PLAIN ? clients : clients.withTls();
  }

  /** What the browser extension subscribes to for a channel: four objects, two of them shared. */
  static List<String> subscriptions(int client) {
    int channel = client / CLIENTS_PER_CHANNEL;
    List<String> messages = new ArrayList<>(6);
    messages.add(object("emote_set.update", 1, channel));
    messages.add(object("emote_set.delete", 1, channel));
    messages.add(object("user.update", 2, channel));
    messages.add(object("emote.update", 3, channel));
    messages.add(object("emote_set.update", 4, client));
    messages.add(object("user.update", 5, client));
    return messages;
  }

  /** The same, and all of it taken back: a session without topics is not kept to be resumed. */
  private static List<String> visit(int client) {
    List<String> messages = new ArrayList<>(subscriptions(client));
    subscriptions(client).forEach(text -> messages.add(text.replace("\"op\":35", "\"op\":36")));
    return messages;
  }

  private static String object(String type, int family, int number) {
    String id = "01J%02d%021d".formatted(family, number);
    return "{\"op\":35,\"d\":{\"type\":\"%s\",\"condition\":{\"object_id\":\"%s\"}}}"
        .formatted(type, id);
  }
}
