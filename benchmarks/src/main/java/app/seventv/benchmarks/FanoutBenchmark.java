package app.seventv.benchmarks;

import app.seventv.core.transport.EventLoops;
import app.seventv.devstack.nats.DevNats;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.bus.BusBatch;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One event to all subscribers of a topic: frames per second of processor time, beside the bare
 * loop of {@code floor.c} in the same run, and the time until the last client has it.
 */
final class FanoutBenchmark implements Benchmark {
  private static final int CLIENTS = 10_000;
  private static final int QUICK_CLIENTS = 2_000;
  private static final int WARM_UP_ROUNDS = 60;
  private static final int ROUNDS = 60;
  private static final int RATED_EVENTS = 100;
  private static final int EVENTS_PER_SECOND = 20;

  /** A rate that a machine with two cores, one of them for the clients, keeps up with. */
  private static final int CALM_EVENTS_PER_SECOND = 2;

  private static final int CALM_EVENTS = 20;
  private static final int MAX_EVENTS = 1_000;

  /** Clients that never read, beside the others. */
  private static final int IDLERS = 1_000;

  /** Larger than heartbeats and acknowledgements, smaller than the events. */
  private static final int MIN_EVENT_BYTES = 300;

  /** Length of a name that makes frames of about 504 bytes. */
  private static final int NAME_CHARS = 100;

  private static final Id SET = Id.parse("01J00000000000000000000001");

  @Override
  public String name() {
    return "fanout";
  }

  @Override
  public String summary() {
    return "one event to 10,000 subscribers: frames per core second, over the bare loop; p99";
  }

  @Override
  @SuppressWarnings("try") // an interrupt while the bus closes ends the run as any other does
  public List<Figure> run(BenchContext context) throws Exception {
    int clients = context.quick() ? QUICK_CLIENTS : CLIENTS;
    Path natsFolder = Files.createDirectories(context.work().resolve("nats"));
    List<Figure> figures = new ArrayList<>();
    double ours;
    int frameBytes;
    try (DevNats nats = DevNats.start(natsFolder, 0, 0)) {
      EventServerSetup setup = new EventServerSetup(context, nats).onOneCore();
      context.arguments().forEach(setup::with);
      try (ServerProcess server = setup.start();
          Connection bus = Nats.connect(nats.uri());
          EventLoops loops = IdleClients.loops()) {
        Deliveries deliveries = new Deliveries(clients, MAX_EVENTS);
        try (IdleClients all = clients(loops, setup.port(), deliveries)) {
          all.growTo(clients);
          context.progress(clients + " clients are subscribed");
          ours = framesPerCpuSecond(server, bus, deliveries, clients);
          frameBytes = all.lastFrameBytes();
          figures.add(new Figure("fanout-frames-per-core-second", ours, "frames/s"));
          figures.add(new Figure("fanout-frame-bytes", frameBytes, "bytes"));
          double calm = latency(bus, deliveries, CALM_EVENTS, CALM_EVENTS_PER_SECOND);
          figures.add(new Figure("fanout-calm-p99-ms", calm, "ms"));
          figures.add(
              new Figure(
                  "fanout-p99-ms",
                  latency(bus, deliveries, RATED_EVENTS, EVENTS_PER_SECOND),
                  "ms"));
          figures.add(
              new Figure(
                  "slow-consumer-p99-ratio",
                  slow(context, loops, setup, bus, deliveries) / calm,
                  ""));
        }
      }
    }
    double floor = floor(context, clients, frameBytes);
    figures.add(new Figure("fanout-floor-frames-per-core-second", floor, "frames/s"));
    figures.add(new Figure("fanout-floor-ratio", ours / floor, ""));
    return figures;
  }

  private static IdleClients clients(EventLoops loops, int port, Deliveries deliveries) {
    return new IdleClients(
        loops,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        "/v3",
        client -> List.of(subscription()),
        MIN_EVENT_BYTES,
        deliveries::received);
  }

  private static String subscription() {
    return "{\"op\":35,\"d\":{\"type\":\"emote_set.update\",\"condition\":{\"object_id\":\"%s\"}}}"
        .formatted(SET);
  }

  private static double framesPerCpuSecond(
      ServerProcess server, Connection bus, Deliveries deliveries, int clients) throws Exception {
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      publish(bus, deliveries);
      deliveries.awaitAll();
    }
    double before = server.cpuSeconds();
    for (int i = 0; i < ROUNDS; i++) {
      publish(bus, deliveries);
      deliveries.awaitAll();
    }
    return (double) ROUNDS * clients / (server.cpuSeconds() - before);
  }

  /** 99th percentile at a steady rate. */
  private static double latency(Connection bus, Deliveries deliveries, int events, int perSecond)
      throws Exception {
    int first = -1;
    long startNs = System.nanoTime();
    for (int i = 0; i < events; i++) {
      long waitNs = startNs + i * (TimeUnit.SECONDS.toNanos(1) / perSecond) - System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(Math.max(0, waitNs));
      int event = publish(bus, deliveries);
      first = first < 0 ? event : first;
    }
    deliveries.awaitAll();
    return deliveries.percentileMs(first, 0.99);
  }

  /** The same with clients beside the others that never read. */
  private static double slow(
      BenchContext context,
      EventLoops loops,
      EventServerSetup setup,
      Connection bus,
      Deliveries deliveries)
      throws Exception {
    try (IdleClients idlers =
        new IdleClients(
            loops,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), setup.port()),
            "/v3",
            client -> List.of(subscription()))) {
      idlers.growTo(IDLERS);
      idlers.stopReading();
      context.progress(IDLERS + " clients read nothing any more");
      return latency(bus, deliveries, CALM_EVENTS, CALM_EVENTS_PER_SECOND);
    }
  }

  private static int publish(Connection bus, Deliveries deliveries)
      throws IOException, InterruptedException {
    Instant now = Instant.now();
    EmoteSet set =
        new EmoteSet(
            SET,
            "name",
            null,
            List.of(),
            List.of(),
            1000,
            null,
            null,
            EmoteSet.Kind.NORMAL,
            false,
            now,
            null);
    EmoteSetChange change =
        new EmoteSetChange.ChangeName("o".repeat(NAME_CHARS), "n".repeat(NAME_CHARS));
    BusEvent event = new BusEvent(null, null, new EntityEvent.OfEmoteSet(set, change), now);
    byte[] message = BusEncoding.encode(new BusBatch(List.of(event), now));
    int number = deliveries.publish();
    bus.publish(BusBatch.SUBJECT, message);
    try {
      bus.flush(Duration.ofSeconds(5));
    } catch (TimeoutException e) {
      throw new IOException("NATS does not answer", e);
    }
    return number;
  }

  private static double floor(BenchContext context, int clients, int frameBytes) throws Exception {
    try (FloorProcess floor = FloorProcess.start(context, clients, frameBytes);
        EventLoops loops = IdleClients.loops()) {
      Deliveries deliveries = new Deliveries(clients, MAX_EVENTS);
      try (IdleClients all =
          new IdleClients(
              loops,
              new InetSocketAddress(InetAddress.getLoopbackAddress(), floor.port()),
              "/",
              client -> List.of(),
              MIN_EVENT_BYTES,
              deliveries::received)) {
        all.growTo(clients);
        floor.awaitReady();
        long cpuNs = 0;
        for (int i = 0; i < ROUNDS; i++) {
          deliveries.publish();
          cpuNs += floor.round();
          deliveries.awaitAll();
        }
        return ROUNDS * (double) clients / (cpuNs / 1e9);
      }
    }
  }
}
