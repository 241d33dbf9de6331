package app.seventv.benchmarks;

import app.seventv.devstack.nats.DevNats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One event to all subscribers of a topic: frames per second of processor time beside the bare loop
 * of {@code floor.c}, the time until the last client has it, and what clients that never read do to
 * the others. What is compared is measured in turns, so that a change of the machine's load meets
 * both sides. The words {@code floor}, {@code latency} and {@code slow} choose parts; anything else
 * is a setting of the server.
 */
final class FanoutBenchmark implements Benchmark {
  private static final List<String> PARTS = List.of("floor", "latency", "slow");

  private static final int CLIENTS = 10_000;
  private static final int QUICK_CLIENTS = 2_000;

  /** Events of an audience that warms the server up. */
  private static final int WARM_UP_EVENTS = 20;

  /** Turns of the server, each between two of the floor. */
  private static final int FLOOR_TURNS = 9;

  private static final int QUICK_FLOOR_TURNS = 3;

  /** Events of a turn: more, shorter turns meet a change of the machine's load on both sides. */
  private static final int FLOOR_EVENTS = 12;

  /** Events of a turn before it is measured: new sockets grow their windows. */
  private static final int SETTLING_EVENTS = 5;

  private static final List<Integer> CROWDS = List.of(1_000, 5_000, CLIENTS, 19_000);
  private static final List<Integer> QUICK_CROWDS = List.of(500, QUICK_CLIENTS);
  private static final int CAPACITY_EVENTS = 20;
  private static final int PACED_EVENTS = 60;

  /** Share of what server and clients can carry: what waits is what is under way. */
  private static final double PACED_SHARE = 0.5;

  /** The rate of {@code fanout-p99-ms}, which two cores cannot carry. */
  private static final int EVENTS_PER_SECOND = 20;

  /** Those who are measured beside clients that never read. */
  private static final int NEIGHBOURS = 2_000;

  private static final int SLOW_READERS = 1_000;
  private static final int SLOW_TURNS = 3;

  /** Bytes of a slow reader's receive buffer. */
  private static final int SLOW_BUFFER_BYTES = 4_096;

  /** Bytes of a slow reader's segments. */
  private static final int SLOW_SEGMENT_BYTES = 536;

  /** Events after which is looked whether the slow readers' sockets take nothing more. */
  private static final int FILLING_EVENTS = 100;

  /** So often at most; by then their sessions would be ended as slow. */
  private static final int FILLINGS = 6;

  private final List<Figure> figures = new ArrayList<>();
  private int round;

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
    figures.clear();
    List<String> parts = PARTS.stream().filter(context.arguments()::contains).toList();
    Path natsFolder = Files.createDirectories(context.work().resolve("nats"));
    try (DevNats nats = DevNats.start(natsFolder, 0, 0)) {
      EventServerSetup setup = new EventServerSetup(context, nats).onOneCore();
      context.arguments().stream().filter(word -> !PARTS.contains(word)).forEach(setup::with);
      try (ServerProcess server = setup.start();
          FanoutBus bus = FanoutBus.connect(nats);
          ClientLoop loops = ClientLoop.start()) {
        Target target = new Target(context, server, setup.port(), bus, loops);
        if (parts.isEmpty() || parts.contains("floor")) {
          overFloor(target);
        }
        if (parts.isEmpty() || parts.contains("latency")) {
          latency(target);
        }
        if (parts.isEmpty() || parts.contains("slow")) {
          slowReaders(target);
        }
      }
    }
    return List.copyOf(figures);
  }

  /** The server, its bus, and the loop of the clients. */
  private record Target(
      BenchContext context, ServerProcess server, int port, FanoutBus bus, ClientLoop loops) {}

  private void figure(String name, double value, String unit) {
    figures.add(new Figure(name, value, unit));
  }

  private Audience subscribers(Target target, int count) throws IOException, InterruptedException {
    target.server.awaitIdle(); // those of the last round have left
    return Audience.connect(
        target.loops,
        target.port,
        List.of(FanoutBus.subscription()),
        count,
        round++,
        target.bus::publish);
  }

  // Processor time.

  /**
   * The server's turns over the mean of the floor's before and after: what the machine does slowly
   * (frequency, other guests) cancels out, and the median of the turns drops what it does suddenly.
   */
  private void overFloor(Target target) throws Exception {
    int count = target.context.quick() ? QUICK_CLIENTS : CLIENTS;
    int turns = target.context.quick() ? QUICK_FLOOR_TURNS : FLOOR_TURNS;
    List<Double> ours = new ArrayList<>();
    List<Double> floors = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    int frameBytes = warmUp(target, count);
    floors.add(floor(target, count, frameBytes));
    for (int turn = 0; turn < turns; turn++) {
      ours.add(served(target, count));
      target.server.awaitIdle();
      double before = floors.getLast();
      floors.add(floor(target, count, frameBytes));
      ratios.add(ours.getLast() / ((before + floors.getLast()) / 2));
      target.context.progress(
          "turn %d: %.0f frames per core second, floor %.0f and %.0f, ratio %.3f"
              .formatted(turn, ours.getLast(), before, floors.getLast(), ratios.getLast()));
    }
    figure("fanout-frames-per-core-second", Statistics.median(ours), "frames/s");
    figure("fanout-frame-bytes", frameBytes, "bytes");
    figure("fanout-floor-frames-per-core-second", Statistics.median(floors), "frames/s");
    figure("fanout-floor-ratio", Statistics.median(ratios), "");
    figure("fanout-floor-ratio-lower-quartile", Statistics.percentile(ratios, 0.25), "");
    figure("fanout-floor-ratio-upper-quartile", Statistics.percentile(ratios, 0.75), "");
  }

  /** Has audiences come, be told and go, as the turns do; returns the bytes of a frame. */
  private int warmUp(Target target, int count) throws IOException, InterruptedException {
    int[] frameBytes = new int[1];
    WarmUp.run(
        target.context,
        target.server.measured("event-server", target.port, target.port),
        warming -> {
          try (Audience audience = subscribers(target, count)) {
            audience.oneByOne(WARM_UP_EVENTS);
            frameBytes[0] = audience.frameBytes();
          }
          return new LoadTools.Load(Double.NaN, WARM_UP_EVENTS, Double.NaN);
        });
    target.server.awaitIdle();
    return frameBytes[0];
  }

  /** Frames per second of the server's processor time. */
  private double served(Target target, int count) throws Exception {
    try (Audience audience = subscribers(target, count)) {
      audience.oneByOne(SETTLING_EVENTS);
      double before = target.server.cpuSeconds();
      audience.oneByOne(FLOOR_EVENTS);
      return FLOOR_EVENTS * (double) count / (target.server.cpuSeconds() - before);
    }
  }

  /** The same of the bare loop. */
  private double floor(Target target, int count, int frameBytes) throws Exception {
    try (FloorProcess floor = FloorProcess.start(target.context, count, frameBytes)) {
      long[] cpuNs = new long[1];
      try (Audience audience =
          Audience.connect(
              target.loops,
              floor.port(),
              List.of(),
              count,
              round++,
              () -> cpuNs[0] += floor.round())) {
        floor.awaitReady();
        audience.oneByOne(SETTLING_EVENTS);
        cpuNs[0] = 0;
        audience.oneByOne(FLOOR_EVENTS);
      }
      return FLOOR_EVENTS * (double) count / (cpuNs[0] / 1e9);
    }
  }

  // Time to the last client.

  private void latency(Target target) throws Exception {
    List<Integer> crowds = target.context.quick() ? QUICK_CROWDS : CROWDS;
    List<Double> perClient = new ArrayList<>();
    for (int count : crowds) {
      try (Audience audience = subscribers(target, count)) {
        audience.oneByOne(CAPACITY_EVENTS);
        double capacity = 1 / audience.oneByOne(CAPACITY_EVENTS);
        double p99 =
            Statistics.percentile(audience.atRate(PACED_EVENTS, PACED_SHARE * capacity), 0.99);
        target.context.progress(
            "%d clients: %.1f events/s one by one, p99 %.1f ms at half of it"
                .formatted(count, capacity, p99));
        figure("fanout-capacity-%d-clients".formatted(count), capacity, "events/s");
        figure("fanout-paced-p99-ms-%d-clients".formatted(count), p99, "ms");
        perClient.add(p99 / count);
        if (count == (target.context.quick() ? QUICK_CLIENTS : CLIENTS)) {
          List<Double> times = audience.atRate(PACED_EVENTS, EVENTS_PER_SECOND);
          figure("fanout-p99-ms", Statistics.percentile(times, 0.99), "ms");
        }
      }
    }
    // 1 is linear growth from the smallest crowd to the largest, more is steeper.
    figure("fanout-p99-growth-over-linear", perClient.getLast() / perClient.getFirst(), "");
  }

  // Clients that never read.

  /** Over the same clients alone: beside readers they would share the server with those. */
  private void slowReaders(Target target) throws Exception {
    double rate;
    try (Audience neighbours = subscribers(target, NEIGHBOURS)) {
      neighbours.oneByOne(CAPACITY_EVENTS);
      rate = PACED_SHARE / neighbours.oneByOne(CAPACITY_EVENTS);
    }
    List<Double> with = new ArrayList<>();
    List<Double> without = new ArrayList<>();
    int filled = FILLING_EVENTS; // the same for both from the second turn on
    for (int turn = 0; turn < SLOW_TURNS; turn++) {
      try (Audience neighbours = subscribers(target, NEIGHBOURS)) {
        neighbours.atOnce(filled);
        without.addAll(neighbours.atRate(PACED_EVENTS, rate));
      }
      try (Audience neighbours = subscribers(target, NEIGHBOURS)) {
        InetAddress source = Audience.source(round++);
        try (IdleClients slow = slow(target, source)) {
          slow.stopReading();
          filled = fill(target, neighbours, source);
          with.addAll(neighbours.atRate(PACED_EVENTS, rate));
          requireBlocked(target, source, (filled + PACED_EVENTS) * (long) neighbours.frameBytes());
        }
      }
    }
    double p99 = Statistics.percentile(without, 0.99);
    double slowP99 = Statistics.percentile(with, 0.99);
    target.context.progress(
        "%d clients at %.1f events/s: median %.1f ms, p99 %.1f ms"
                .formatted(NEIGHBOURS, rate, Statistics.median(without), p99)
            + "; beside %d that do not read: median %.1f ms, p99 %.1f ms"
                .formatted(SLOW_READERS, Statistics.median(with), slowP99));
    figure("slow-consumer-p99-ratio", slowP99 / p99, "");
  }

  /** Publishes until the server can send nothing more to any slow reader; returns how many. */
  private static int fill(Target target, Audience neighbours, InetAddress source)
      throws IOException, InterruptedException {
    int blocked = 0;
    for (int filling = 1; filling <= FILLINGS; filling++) {
      neighbours.atOnce(FILLING_EVENTS);
      target.server.awaitIdle();
      int events = filling * FILLING_EVENTS;
      blocked = blocked(target, source, events * (long) neighbours.frameBytes());
      if (blocked == SLOW_READERS) {
        target.context.progress(
            "%d readers are blocked after %d events".formatted(blocked, events));
        return events;
      }
    }
    throw new IOException("%d of %d slow readers are blocked".formatted(blocked, SLOW_READERS));
  }

  private static void requireBlocked(Target target, InetAddress source, long sentBytes)
      throws IOException {
    int blocked = blocked(target, source, sentBytes);
    if (blocked < SLOW_READERS) {
      throw new IOException(
          "only %d of %d slow readers were blocked to the end, the kernel holds %s of %d bytes"
              .formatted(
                  blocked,
                  SLOW_READERS,
                  KernelQueues.toClients(target.port, source).values().stream()
                      .mapToLong(Long::longValue)
                      .summaryStatistics(),
                  sentBytes));
    }
  }

  /** Clients of whose events a part waits in the server: the kernel has not taken all of them. */
  private static int blocked(Target target, InetAddress source, long sentBytes) throws IOException {
    return (int)
        KernelQueues.toClients(target.port, source).values().stream()
            .filter(bytes -> bytes > 0 && bytes < sentBytes)
            .count();
  }

  private static IdleClients slow(Target target, InetAddress source)
      throws IOException, InterruptedException {
    IdleClients slow =
        new IdleClients(
                target.loops,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port),
                "/v3",
                client -> List.of(FanoutBus.subscription()))
            .from(source)
            .withReceiveBuffer(SLOW_BUFFER_BYTES)
            .withSegments(SLOW_SEGMENT_BYTES);
    slow.growTo(SLOW_READERS);
    return slow;
  }
}
