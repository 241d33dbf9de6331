package app.seventv.benchmarks;

import app.seventv.core.transport.EventLoops;
import app.seventv.devstack.nats.DevNats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Memory that one idle websocket with six topics costs the event server, plain and with TLS 1.3:
 * the slope of live heap plus native memory between two counts, so that what the process costs
 * anyway drops out. Native memory is what malloc has given out (plain), or with TLS, where
 * fragmentation counts and another allocator may be at work, the growth of anonymous memory outside
 * a heap that is resident from the start.
 */
final class ConnectionsBenchmark implements Benchmark {
  private static final int LOW = 1_000;
  private static final int HIGH = 19_000;
  private static final int QUICK_HIGH = 5_000;

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
    Path natsFolder = Files.createDirectories(context.work().resolve("nats"));
    try (DevNats nats = DevNats.start(natsFolder, 0, 0)) {
      EventServerSetup setup = new EventServerSetup(context, nats);
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
      try (ServerProcess server = setup.start();
          EventLoops loops = IdleClients.loops();
          IdleClients clients = clients(loops, setup.port(), wire)) {
        clients.growTo(LOW);
        context.progress(wire.label + ": " + LOW + " clients are subscribed");
        Map<String, Long> lowHeap = server.liveHeap();
        long lowNative = nativeBytes(server, wire);
        clients.growTo(high);
        context.progress(wire.label + ": " + high + " clients are subscribed");
        Map<String, Long> heap = server.liveHeap();
        long nativeBytes = nativeBytes(server, wire);
        return slopes(context, wire, high - LOW, lowHeap, heap, nativeBytes - lowNative);
      }
    }
  }

  private static long nativeBytes(ServerProcess server, Wire wire)
      throws IOException, InterruptedException {
    return wire == Wire.PLAIN ? server.mallocBytes() : server.anonymousBytes();
  }

  private static List<Figure> slopes(
      BenchContext context,
      Wire wire,
      double added,
      Map<String, Long> lowHeap,
      Map<String, Long> heap,
      long nativeBytes) {
    Map<String, Double> terms = new HashMap<>();
    heap.forEach(
        (name, bytes) -> terms.put(name, (bytes - lowHeap.getOrDefault(name, 0L)) / added));
    terms.entrySet().stream()
        .filter(term -> Math.abs(term.getValue()) >= MIN_TERM_BYTES)
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(
            term -> context.progress("%8.1f bytes %s".formatted(term.getValue(), term.getKey())));
    double heapBytes = terms.values().stream().mapToDouble(Double::doubleValue).sum();
    String prefix = "connections-" + wire.label;
    return List.of(
        new Figure(prefix + "-user-bytes", heapBytes + nativeBytes / added, "bytes"),
        new Figure(prefix + "-heap-bytes", heapBytes, "bytes"),
        new Figure(prefix + "-native-bytes", nativeBytes / added, "bytes"));
  }

  private static IdleClients clients(EventLoops loops, int port, Wire wire) throws IOException {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    IdleClients clients =
        new IdleClients(loops, server, "/v3", ConnectionsBenchmark::subscriptions);
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

  private static String object(String type, int family, int number) {
    String id = "01J%02d%021d".formatted(family, number);
    return "{\"op\":35,\"d\":{\"type\":\"%s\",\"condition\":{\"object_id\":\"%s\"}}}"
        .formatted(type, id);
  }
}
