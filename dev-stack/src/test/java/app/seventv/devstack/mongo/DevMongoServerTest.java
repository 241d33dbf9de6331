package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.MongoContract.connect;
import static app.seventv.devstack.mongo.MongoContract.settings;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import com.mongodb.connection.ClusterType;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The embedded server itself: its face, its limits, many clients, a busy port. */
class DevMongoServerTest {

  private static final int JOURNAL_EVENTS = 10;
  private static final int JOURNAL_BYTES = 100_000;

  @SuppressWarnings("NullAway.Init") // set before each test
  private DevMongoServer server;

  @SuppressWarnings("NullAway.Init") // set before each test
  private MongoClient client;

  @BeforeEach
  void start() {
    server =
        DevMongoServer.inMemory(
            0, new ChangeJournal.Capacity(JOURNAL_EVENTS, JOURNAL_BYTES), Clock.systemUTC());
    client = connect(server.uri("7tv"));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static MongoCollection<Document> things(MongoClient client) {
    return client.getDatabase("7tv").getCollection("things");
  }

  private static Document id(Object id) {
    return new Document("_id", id);
  }

  @Test
  void theDriverSeesAReplicaSetOfServer8() {
    assertThat(client.getDatabase("admin").runCommand(new Document("buildInfo", 1)))
        .containsEntry("version", "8.0.0");
    assertThat(client.getClusterDescription().getType()).isEqualTo(ClusterType.REPLICA_SET);
    assertThat(server.uri("7tv")).isEqualTo("mongodb://127.0.0.1:" + server.port() + "/7tv");
  }

  @Test
  void aTokenOlderThanTheJournalIsRefused() {
    BsonDocument token = tokenBefore(client, 1);
    for (int i = 0; i < JOURNAL_EVENTS; i++) {
      things(client).insertOne(id("more" + i));
    }
    assertHistoryLost(client, token);
  }

  @Test
  void aTokenOlderThanWhatFitsIsRefused() {
    BsonDocument old = tokenBefore(client, 1);
    things(client).insertOne(id("large").append("text", "x".repeat(JOURNAL_BYTES / 2)));
    BsonDocument kept = tokenBefore(client, 2);
    things(client).insertOne(id("larger").append("text", "x".repeat(JOURNAL_BYTES / 2)));
    assertHistoryLost(client, old);
    try (var cursor = client.getDatabase("7tv").watch().resumeAfter(kept).cursor()) {
      assertThat(cursor.next().getDocumentKey())
          .isEqualTo(new BsonDocument("_id", new BsonInt32(2)));
    }
  }

  @Test
  void aTokenOfAnotherServerIsRefused() {
    BsonDocument token = tokenBefore(client, 1);
    try (DevMongoServer other = DevMongoServer.inMemory(0);
        MongoClient otherClient = connect(other.uri("7tv"))) {
      things(otherClient).insertMany(List.of(id(1), id(2), id(3)));
      assertHistoryLost(otherClient, token);
    }
  }

  private static BsonDocument tokenBefore(MongoClient client, Object insertedId) {
    try (var cursor =
        client.getDatabase("7tv").watch().maxAwaitTime(1, TimeUnit.MILLISECONDS).cursor()) {
      assertThat(cursor.tryNext()).isNull();
      BsonDocument token = Objects.requireNonNull(cursor.getResumeToken());
      things(client).insertOne(id(insertedId));
      return token;
    }
  }

  private static void assertHistoryLost(MongoClient client, BsonDocument token) {
    assertThatThrownBy(() -> client.getDatabase("7tv").watch().resumeAfter(token).cursor().close())
        .isInstanceOfSatisfying(
            MongoCommandException.class,
            e -> {
              assertThat(e.getErrorCode()).isEqualTo(286);
              assertThat(e.hasErrorLabel("NonResumableChangeStreamError")).isTrue();
            });
  }

  @Test
  void anIdleStreamAsksOncePerWait() {
    AtomicInteger getMores = new AtomicInteger();
    CommandListener counting =
        new CommandListener() {
          @Override
          public void commandStarted(CommandStartedEvent event) {
            if (event.getCommandName().equals("getMore")) {
              getMores.incrementAndGet();
            }
          }
        };
    try (MongoClient listening =
            MongoClients.create(settings(server.uri("7tv")).addCommandListener(counting).build());
        var cursor =
            listening.getDatabase("7tv").watch().maxAwaitTime(1, TimeUnit.SECONDS).cursor()) {
      Instant start = Instant.now();
      assertThat(cursor.tryNext()).isNull();
      assertThat(cursor.tryNext()).isNull();
      assertThat(Duration.between(start, Instant.now())).isGreaterThan(Duration.ofMillis(1900));
      assertThat(getMores).hasValue(2);
    }
  }

  @Test
  void waitingStreamsHoldUpNobody() throws Exception {
    int streams = 150;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        MongoClient many =
            MongoClients.create(
                settings(server.uri("7tv"))
                    .applyToConnectionPoolSettings(pool -> pool.maxSize(streams + 10))
                    .build())) {
      List<MongoChangeStreamCursor<ChangeStreamDocument<Document>>> cursors = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        cursors.add(many.getDatabase("7tv").watch().maxAwaitTime(50, TimeUnit.SECONDS).cursor());
      }
      var seen = cursors.stream().map(cursor -> threads.submit(cursor::next)).toList();
      Instant start = Instant.now();
      for (int i = 0; i < 20; i++) {
        many.getDatabase("elsewhere").getCollection("x").insertOne(id(i));
        assertThat(many.getDatabase("elsewhere").getCollection("x").countDocuments(id(i)))
            .isEqualTo(1);
      }
      assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(30));
      things(client).insertOne(id("wake"));
      for (var event : seen) {
        assertThat(event.get(20, TimeUnit.SECONDS).getFullDocument()).isEqualTo(id("wake"));
      }
      cursors.forEach(MongoChangeStreamCursor::close);
    }
  }

  @Test
  void aClientThatVanishesInATransactionHoldsUpNobody() {
    things(client).insertOne(id(1).append("n", 1));
    MongoClient vanishing = connect(server.uri("7tv"));
    ClientSession session = vanishing.startSession();
    session.startTransaction();
    things(vanishing).updateOne(session, eq("_id", 1), set("n", 2));
    vanishing.close();
    things(client).insertOne(id(2));
    assertThat(things(client).find(eq("_id", 1)).first()).containsEntry("n", 1);
  }

  @Test
  void aBusyPortIsNamed() {
    assertThatThrownBy(() -> DevMongoServer.inMemory(server.port()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("127.0.0.1:" + server.port())
        .hasMessageContaining("choose another port");
  }
}
