package app.seventv.api.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.devstack.nats.DevNats;
import app.seventv.model.CollectionNames;
import app.seventv.model.Id;
import app.seventv.model.bus.BusBatch;
import app.seventv.model.bus.BusEncoding;
import app.seventv.model.bus.BusEvent;
import app.seventv.model.bus.EntityEvent;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed around a publication lose no announcement and no order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // closing the bus client can be interrupted
class OutboxCrashTest {
  private static final int RUNS = 100;

  /** Runs that share a process, and its end. */
  private static final int RUNS_OF_A_PROCESS = 10;

  private static final Duration STALE_AFTER = Duration.ofMillis(100);

  @TempDir static Path folder;
  private DevMongoServer mongo;
  private MongoClient client;
  private Store store;
  private DevNats nats;
  private Connection listener;

  /** What was announced about each object, in the order of arrival. */
  private final Map<Id, List<String>> announced = new ConcurrentHashMap<>();

  @BeforeAll
  void start() throws Exception {
    mongo = DevMongoServer.inMemory(0);
    client = MongoClients.create(mongo.uri("7tv"));
    store = new Store(client, "7tv");
    IndexBuilder.createAll(store);
    nats = DevNats.start(folder.resolve("nats"), 0, 0);
    listener = Nats.connect(nats.uri());
    listener
        .createDispatcher(message -> {
          for (BusEvent event : BusEncoding.decode(message.getData()).batch().events()) {
            EntityEvent entity = (EntityEvent) event.data();
            Id target = Id.fromBytes(entity.auditTargets().getBinary("target_id").getData());
            announced
                .computeIfAbsent(target, id -> new ArrayList<>())
                .add(entity.change().auditData().toString());
          }
        })
        .subscribe(BusBatch.SUBJECT);
    listener.flush(Duration.ofSeconds(5));
  }

  @AfterAll
  void stop() throws Exception {
    listener.close();
    nats.close();
    client.close();
    mongo.close();
  }

  @Test
  void killedProcessesLoseNoEvents() throws Exception {
    for (int seed = 0; seed < RUNS; seed += RUNS_OF_A_PROCESS) {
      killProcess(seed);
    }
    try (Connection own = Nats.connect(nats.uri());
        Outbox _ =
            new Outbox(
                store, new NatsBus(own), InstantSource.system(), new Random(1), STALE_AFTER)) {
      await()
          .atMost(Duration.ofMinutes(5)) // a killed process may leave a transaction open for one
          .until(() -> store.collection(CollectionNames.API_OUTBOX).countDocuments() == 0);
    }
    listener.flush(Duration.ofSeconds(5));
    long lost = 0;
    long events = 0;
    Map<Id, List<String>> committed = committed();
    assertThat(committed.size()).isGreaterThan(RUNS);
    for (Map.Entry<Id, List<String>> target : committed.entrySet()) {
      List<String> expected = target.getValue();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> announced.getOrDefault(target.getKey(), List.of()).containsAll(expected));
      List<String> arrived =
          new ArrayList<>(new LinkedHashSet<>(announced.getOrDefault(target.getKey(), List.of())));
      lost += expected.stream().filter(each -> !arrived.contains(each)).count();
      events += expected.size();
      assertThat(arrived).as("order of %s", target.getKey()).isEqualTo(expected);
    }
    System.out.println("figure: outbox-events " + events);
    System.out.println("figure: outbox-lost-events " + lost);
    assertThat(lost).isZero();
  }

  /** What was committed about each object, in the order of the audit log. */
  private Map<Id, List<String>> committed() {
    Map<Id, List<String>> committed = new ConcurrentHashMap<>();
    for (BsonDocument row :
        store
            .collection(CollectionNames.EVENTS)
            .find(Filters.eq("data.kind", EntityEvent.OfEmoteSet.KIND))
            .sort(Sorts.ascending("updated_at", "_id"))) {
      BsonDocument data = row.getDocument("data");
      BsonDocument change = data.getDocument("data");
      BsonDocument fields =
          change.containsKey("data") ? change.getDocument("data") : new BsonDocument();
      committed
          .computeIfAbsent(
              Id.fromBytes(data.getBinary("target_id").getData()), id -> new ArrayList<>())
          .add(fields.toString());
    }
    return committed;
  }

  /** Starts a process, waits until all of it stands still, and kills it with SIGKILL. */
  private void killProcess(long firstSeed) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                DoomedProcess.class.getName(),
                mongo.uri("7tv"),
                nats.uri(),
                Long.toString(firstSeed),
                Integer.toString(RUNS_OF_A_PROCESS))
            .redirectErrorStream(true)
            .start();
    List<String> output = new ArrayList<>();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        output.add(line);
        if (line.equals(DoomedProcess.STANDS_STILL)) {
          return;
        }
      }
      throw new AssertionError("ended by itself: " + output);
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }
}
