package app.seventv.core.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Covers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each attack leaves the server alive, its memory as it was, and a valid client's 99th percentile
 * less than doubled, and the attacker is cut off. The rates of the attackers stand in their
 * classes: they are clients with a part of this machine, not with one of their own.
 */
@Tag("attacks")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class AttacksTest {
  private static final long ATTACK_MS = 2_000;
  private static final long LONG_ATTACK_MS = 5_000;

  /** A minimum rate is looked at after the first seconds of a body. */
  private static final long BODY_ATTACK_MS = 12_000;

  private static final long ROUND_MS = 400;
  private static final int ROUNDS_BEFORE = 3;

  /**
   * Percentiles below this count as this: the server, the attacker, the client and whatever else
   * runs share a few cores, whose scheduler alone makes a request wait that long.
   */
  private static final double FLOOR_MS = 20;

  /** What the heap may hold more after an attack, e.g. classes used for the first time. */
  private static final long HEAP_TOLERANCE_BYTES = 12 << 20;

  /** Direct memory may grow by a few chunks of the allocator, which it keeps. */
  private static final long DIRECT_TOLERANCE_BYTES = 32 << 20;

  private static final int THREADS_TOLERANCE = 4;

  /**
   * An attack is measured up to so many times and the best counts: a slow server is slow every
   * time, a busy machine only now and then.
   */
  private static final int MEASUREMENTS = 3;

  /** HTTP/2's ENHANCE_YOUR_CALM (RFC 9113 §7). */
  private static final long ENHANCE_YOUR_CALM = 11;

  @TempDir static Path directory = Path.of(".");

  private Child server;
  private Child attacker;
  private ValidClient client;
  private Map<String, Long> before = Map.of();
  private int attacks;
  private int survived;

  @BeforeAll
  void start() throws Exception {
    server = Child.start(List.of(), AttackServer.class, "IO_URING", directory.toString());
    String[] ports = server.awaitLine("ports").split(" ", -1);
    attacker = Child.start(List.of("nice", "-n", "10"), Attacker.class, ports[1], ports[2]);
    client =
        new ValidClient(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(ports[1])));
    client.p99(1_000); // classes are loaded, code is compiled
    client.stats();
    before = client.stats();
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    attacker.close();
    server.close();
    System.out.println("figure: attacks-survived " + survived + " of " + attacks);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  private static Map<String, Long> figures(String reply) {
    assertThat(reply).doesNotContain(" failed ");
    Map<String, Long> figures = new HashMap<>();
    for (String word : reply.split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        figures.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
      }
    }
    return figures;
  }

  /** Attacks, measures, and checks what holds for every attack; returns the attacker's figures. */
  private Map<String, Long> attack(String name, long durationMs) throws Exception {
    attacks++;
    double best = Double.MAX_VALUE;
    String outcome = "";
    for (int i = 0; i < MEASUREMENTS && best >= 2; i++) {
      Measurement measured = measure(name, durationMs);
      best = Math.min(best, measured.ratio());
      outcome = measured.outcome();
    }
    System.out.printf(Locale.ROOT, "figure: attack-%s-p99-ratio %.2f ratio%n", name, best);
    assertThat(server.isAlive()).isTrue();
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(250))
        .untilAsserted(this::memoryIsFlat);
    assertThat(best).as("p99 during the attack to p99 before").isLessThan(2);
    Map<String, Long> figures = figures(outcome);
    survived++;
    return figures;
  }

  private record Measurement(double ratio, String outcome) {}

  private Measurement measure(String name, long durationMs) throws Exception {
    List<Double> calm = new ArrayList<>();
    for (int i = 0; i < ROUNDS_BEFORE; i++) {
      calm.add(client.p99(ROUND_MS));
    }
    CompletableFuture<String> reply = new CompletableFuture<>();
    attacker.send(name + " " + durationMs);
    Thread.ofVirtual()
        .start(() -> {
          try {
            reply.complete(attacker.awaitLine("done"));
          } catch (IOException e) {
            reply.completeExceptionally(e);
          }
        });
    List<Double> attacked = new ArrayList<>();
    while (!reply.isDone()) {
      attacked.add(client.p99(ROUND_MS));
    }
    double ratio = Math.max(median(attacked), FLOOR_MS) / Math.max(median(calm), FLOOR_MS);
    System.out.printf(
        Locale.ROOT,
        "%s: p99 %.1f ms before, %.1f ms during; %s%n",
        name,
        median(calm),
        median(attacked),
        reply.join());
    return new Measurement(ratio, reply.join());
  }

  private long grown(Map<String, Long> after, String figure) {
    return after.getOrDefault(figure, 0L) - before.getOrDefault(figure, 0L);
  }

  private void memoryIsFlat() throws IOException {
    Map<String, Long> after = client.stats();
    assertThat(after.get("open")).as("open connections").isLessThanOrEqualTo(before.get("open"));
    assertThat(grown(after, "heap")).as("heap").isLessThan(HEAP_TOLERANCE_BYTES);
    assertThat(grown(after, "direct")).as("direct memory").isLessThan(DIRECT_TOLERANCE_BYTES);
    assertThat(grown(after, "threads")).as("threads").isLessThanOrEqualTo(THREADS_TOLERANCE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"slow-headers", "slow-body", "slow-tls-handshake"})
  void slowSendersAreCutOff(String name) throws Exception {
    Map<String, Long> figures =
        attack(name, name.equals("slow-body") ? BODY_ATTACK_MS : LONG_ATTACK_MS);
    assertThat(figures.get("cut-off")).isEqualTo(figures.get("clients"));
  }

  @Test
  void slowReadersAreCutOff() throws Exception {
    long droppedBefore = client.stats().getOrDefault("dropped-slow-reader", 0L);
    Map<String, Long> figures = attack("slow-read", BODY_ATTACK_MS);
    long dropped = client.stats().getOrDefault("dropped-slow-reader", 0L) - droppedBefore;
    assertThat(dropped).isGreaterThanOrEqualTo(figures.get("clients"));
  }

  @Test
  void peersThatVanishLeaveNothing() throws Exception {
    assertThat(attack("vanishing-peers", ATTACK_MS).get("clients")).isGreaterThan(100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "h2-rapid-reset",
        "h2-made-you-reset",
        "h2-continuation-flood",
        "h2-empty-continuation-flood",
        "h2-ping-flood",
        "h2-settings-flood",
        "h2-window-flood",
      })
  void floodsAreCalmedDown(String name) throws Exception {
    Map<String, Long> figures = attack(name, ATTACK_MS);
    assertThat(figures.get("cut-off")).isPositive();
    assertThat(figures.get("error")).isEqualTo(ENHANCE_YOUR_CALM);
  }

  @Test
  void compressedHeadersDoNotGrow() throws Exception {
    attack("h2-hpack-bomb", ATTACK_MS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"qpack-bomb", "qpack-blocked"})
  void fieldSectionsOfHttp3DoNotGrow(String name) throws Exception {
    Map<String, Long> figures = attack(name, ATTACK_MS);
    assertThat(figures.get("cut-off")).isEqualTo(figures.get("connections"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"quic-noise", "quic-amplification"})
  void strangersGetLittleForTheirDatagrams(String name) throws Exception {
    Map<String, Long> figures = attack(name, ATTACK_MS);
    assertThat(figures.get("received-bytes"))
        .isLessThanOrEqualTo(3 * figures.getOrDefault("sent-bytes", 0L));
    assertThat(figures.getOrDefault("worst-percent", 0L)).isLessThanOrEqualTo(300);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip-bomb", "br-bomb", "zstd-bomb", "websocket-bomb"})
  void bombsAreNotUnpacked(String name) throws Exception {
    Map<String, Long> figures = attack(name, ATTACK_MS);
    assertThat(figures.get("sent")).isGreaterThan(10);
    assertThat(figures.get("refused")).isEqualTo(figures.get("sent"));
  }
}
