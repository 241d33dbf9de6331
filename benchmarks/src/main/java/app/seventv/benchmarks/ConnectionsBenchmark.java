package app.seventv.benchmarks;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.devstack.nats.DevNats;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory that one idle websocket with six topics costs the event server: the slope of live heap
 * plus malloc between two counts, so that what the process costs anyway drops out.
 */
final class ConnectionsBenchmark implements Benchmark {
  private static final int LOW = 1_000;
  private static final int HIGH = 19_000;
  private static final int QUICK_HIGH = 5_000;

  /** One channel of viewers shares its topics; a fleet serves many channels. */
  private static final int CLIENTS_PER_CHANNEL = 50;

  @Override
  public String name() {
    return "connections";
  }

  @Override
  public String summary() {
    return "bytes per idle websocket with 6 topics (live heap + malloc, slope)";
  }

  @Override
  public List<Figure> run(BenchContext context) throws Exception {
    int high = context.quick() ? QUICK_HIGH : HIGH;
    int port = ServerProcess.freePort();
    int adminPort = ServerProcess.freePort();
    Path natsFolder = Files.createDirectories(context.work().resolve("nats"));
    try (DevNats nats = DevNats.start(natsFolder, 0, 0);
        ServerProcess server = start(context, nats, port, adminPort);
        EventLoops loops = EventLoops.start(TransportOptions.loops(1));
        IdleClients clients =
            new IdleClients(
                loops,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                "/v3",
                ConnectionsBenchmark::subscriptions)) {
      clients.growTo(LOW);
      context.progress(LOW + " clients are subscribed");
      long lowHeap = server.liveHeapBytes();
      long lowMalloc = server.mallocBytes();
      clients.growTo(high);
      context.progress(high + " clients are subscribed");
      long heap = server.liveHeapBytes() - lowHeap;
      long malloc = server.mallocBytes() - lowMalloc;
      double added = high - LOW;
      return List.of(
          new Figure("connections-plain-user-bytes", (heap + malloc) / added, "bytes"),
          new Figure("connections-plain-heap-bytes", heap / added, "bytes"),
          new Figure("connections-plain-malloc-bytes", malloc / added, "bytes"));
    }
  }

  private static ServerProcess start(BenchContext context, DevNats nats, int port, int adminPort)
      throws Exception {
    String toml =
        """
        metrics_bind_address = "127.0.0.1:%d"
        level = "warn"
        [nats]
        servers = ["%s"]
        [event_api]
        bind = "127.0.0.1:%d"
        """
            .formatted(adminPort, nats.uri(), port);
    return ServerProcess.start(
        context, "event-server/target/event-server.jar", toml, adminPort, List.of(), "-Xmx2g");
  }

  /** What the browser extension subscribes to for a channel: four objects, two of them shared. */
  private static List<String> subscriptions(int client) {
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
