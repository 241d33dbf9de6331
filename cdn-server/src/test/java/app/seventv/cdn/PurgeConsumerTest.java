package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.metrics.Metrics;
import app.seventv.devstack.nats.DevNats;
import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The consumers that processes of a pod leave behind, with a real NATS server. */
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class PurgeConsumerTest {
  private static final PurgeStream STREAM = new PurgeStream("CdnPurge", "cdn.purge");
  private static final String KEY = "emote/01F6MZGCNG000255K4X1K7NTHR/1x.webp";

  @TempDir Path folder = Path.of(".");

  private final Simulation simulation = new Simulation(1);
  private final PurgeState state = new PurgeState(simulation::nowNs);
  private final Freshness freshness =
      new Freshness(
          Duration.ofDays(1), Duration.ofDays(1), 0, Duration.ofMinutes(1), state, () -> 1.0);
  private final ObjectCache cache = new ObjectCache(1 << 20, object -> 1L << 40, simulation::nowNs);

  private DevNats nats;
  private Connection connection;

  @BeforeEach
  void start() throws Exception {
    nats = DevNats.start(folder, 0, 0);
    connection = Nats.connect(nats.uri());
  }

  @AfterEach
  void stop() throws Exception {
    connection.close();
    nats.close();
    cache.clear();
  }

  private static final class NoOrigin implements Origin {
    @Override
    public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
      return CompletableFuture.failedFuture(new IllegalStateException("nobody asks"));
    }

    @Override
    public void close() {}
  }

  private ObjectStore store() {
    return new ObjectStore(
        cache,
        List.of(),
        new NoOrigin(),
        new ObjectStore.Settings(freshness, 1 << 20, Duration.ofSeconds(5), new PassLimit(200)),
        new CdnMetrics(new Metrics()),
        simulation::nowNs,
        simulation);
  }

  private static void makeConsumer(JetStreamManagement management, String name) throws Exception {
    management.createConsumer(
        STREAM.name(),
        ConsumerConfiguration.builder()
            .name(name)
            .ackPolicy(AckPolicy.All)
            .filterSubject(STREAM.requests())
            .inactiveThreshold(Duration.ofHours(24))
            .build());
  }

  private static List<String> names(JetStreamManagement management) throws Exception {
    return management.getConsumerNames(STREAM.name());
  }

  private void keep() {
    cache.put('/' + KEY, CachedObject.notFound(simulation.nowNs()));
  }

  @Test
  void consumersThatNobodyUsesAreRemoved() throws Exception {
    AtomicLong clock = new AtomicLong(); // half a minute passes with every look at it
    JetStreamManagement management = connection.jetStreamManagement();
    STREAM.ensure(management);
    for (String name : List.of("pod", "pod=dead", "pod-2=x", "api")) {
      makeConsumer(management, name);
    }
    try (PurgeConsumer consumer =
        new PurgeConsumer(
            CompletableFuture.completedFuture(connection),
            STREAM,
            "pod",
            new Purger(store(), null),
            state,
            () -> clock.addAndGet(Duration.ofSeconds(30).toNanos()))) {
      await().atMost(Duration.ofSeconds(60)).until(() -> !names(management).contains("pod=dead"));
      assertThat(names(management)).contains("pod-2=x", "api").doesNotContain("pod").hasSize(3);
      assertThat(consumer).isNotNull();
    }
  }

  @Test
  void aLostConsumerCostsTheMemoryOnlyIfSomethingWasPublished() throws Exception {
    JetStreamManagement management = connection.jetStreamManagement();
    try (PurgeConsumer consumer =
        new PurgeConsumer(
            CompletableFuture.completedFuture(connection),
            STREAM,
            "pod",
            new Purger(store(), null),
            state,
            simulation::nowNs)) {
      assertThat(consumer).isNotNull();
      await().atMost(Duration.ofSeconds(30)).until(state::isConnected);
      keep();
      String first = names(management).getFirst();
      management.deleteConsumer(STREAM.name(), first);
      await().atMost(Duration.ofSeconds(30)).until(() -> !names(management).isEmpty());
      await().atMost(Duration.ofSeconds(30)).until(state::isConnected);
      assertThat(cache.get('/' + KEY)).isNotNull();

      management.deleteConsumer(STREAM.name(), names(management).getFirst());
      connection
          .jetStream()
          .publish(STREAM.requests(), "{\"files\":[]}".getBytes(StandardCharsets.UTF_8));
      await().atMost(Duration.ofSeconds(30)).until(() -> cache.get('/' + KEY) == null);
    }
  }
}
