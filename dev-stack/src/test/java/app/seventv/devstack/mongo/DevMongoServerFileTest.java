package app.seventv.devstack.mongo;

import static app.seventv.devstack.mongo.MongoContract.connect;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoWriteException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.types.Binary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded server on a file: restarts, crashes, a second process. */
class DevMongoServerFileTest {

  @SuppressWarnings("NullAway.Init") // set before each test
  @TempDir
  private Path folder;

  private Path file() {
    return folder.resolve("mongo").resolve("dev.mv");
  }

  private static MongoCollection<Document> things(MongoClient client) {
    return client.getDatabase("7tv").getCollection("things");
  }

  private static Document id(Object id) {
    return new Document("_id", id);
  }

  private static List<Document> all(MongoClient client) {
    return things(client).find().into(new ArrayList<>());
  }

  @Test
  void documentsIndexesAndTokensSurviveARestart() {
    BsonDocument token;
    try (DevMongoServer server = DevMongoServer.onFile(file(), 0);
        MongoClient client = connect(server.uri("7tv"))) {
      IndexOptions unique = new IndexOptions().unique(true);
      things(client).createIndex(Indexes.ascending("code"), unique);
      things(client)
          .createIndex(
              Indexes.ascending("list.platform", "list.id"),
              new IndexOptions().unique(true).sparse(true));
      try (var cursor = client.getDatabase("7tv").watch().cursor()) {
        things(client)
            .insertOne(
                id(1)
                    .append("code", "A")
                    .append("task", new Binary(new byte[] {1, 2}))
                    .append("list", List.of(new Document("platform", "P").append("id", 1))));
        token = cursor.next().getResumeToken();
      }
      things(client).insertOne(id(2).append("code", "B"));
      things(client).updateOne(eq("_id", 2), set("code", "C"));
    }
    try (DevMongoServer server = DevMongoServer.onFile(file(), 0);
        MongoClient client = connect(server.uri("7tv"))) {
      assertThat(all(client)).hasSize(2);
      assertThatThrownBy(() -> things(client).insertOne(id(3).append("code", "C")))
          .isInstanceOf(MongoWriteException.class);
      Document sameConnection = new Document("platform", "P").append("id", 1);
      assertThatThrownBy(() ->
              things(client)
                  .insertOne(id(4).append("code", 4).append("list", List.of(sameConnection))))
          .isInstanceOf(MongoWriteException.class);
      things(client).insertOne(id(5).append("code", 5));
      try (var cursor = client.getDatabase("7tv").watch().resumeAfter(token).cursor()) {
        List<Object> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          ids.add(
              Objects.requireNonNull(cursor.next().getDocumentKey()).getInt32("_id").getValue());
        }
        assertThat(ids).containsExactly(2, 2, 5);
      }
    }
  }

  @Test
  void aWaitingStreamContinuesAcrossARestart() throws Exception {
    DevMongoServer first = DevMongoServer.onFile(file(), 0);
    int port = first.port();
    try (MongoClient client = connect(first.uri("7tv"));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        var cursor = client.getDatabase("7tv").watch().cursor()) {
      Future<ChangeStreamDocument<Document>> next = thread.submit(cursor::next);
      things(client).insertOne(id("before"));
      assertThat(next.get(20, TimeUnit.SECONDS).getFullDocument()).isEqualTo(id("before"));
      next = thread.submit(cursor::next);
      first.close();
      try (DevMongoServer second = DevMongoServer.onFile(file(), port);
          MongoClient writer = connect(second.uri("7tv"))) {
        things(writer).insertOne(id("after"));
        assertThat(next.get(20, TimeUnit.SECONDS).getFullDocument()).isEqualTo(id("after"));
      }
    } finally {
      first.close();
    }
  }

  @Test
  void aCrashLosesAtMostTheLastMoments() {
    try (DevMongoServer server = DevMongoServer.onFile(file(), 0);
        MongoClient client = connect(server.uri("7tv"))) {
      things(client).insertOne(id("kept"));
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(whatACrashLeaves()).containsExactly(id("kept")));
    }
  }

  @Test
  void aCrashNeverLeavesHalfATransaction() {
    try (DevMongoServer server = DevMongoServer.onFile(file(), 0);
        MongoClient client = connect(server.uri("7tv"));
        ClientSession session = client.startSession()) {
      things(client).insertOne(id("kept"));
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(whatACrashLeaves()).hasSize(1));
      session.startTransaction();
      things(client).insertOne(session, id("half"));
      Awaitility.await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(() -> assertThat(whatACrashLeaves()).containsExactly(id("kept")));
      session.abortTransaction();
    }
  }

  /** Opens a copy of the file as a killed process would have left it. */
  private List<Document> whatACrashLeaves() throws IOException {
    Path copy = Files.createTempDirectory(folder, "crash").resolve("copy.mv");
    Files.copy(file(), copy);
    try (DevMongoServer server = DevMongoServer.onFile(copy, 0);
        MongoClient client = connect(server.uri("7tv"))) {
      return all(client);
    }
  }

  @Test
  void aFileInUseIsNamed() {
    try (DevMongoServer server = DevMongoServer.onFile(file(), 0)) {
      assertThat(server.port()).isPositive();
      assertThatThrownBy(() -> DevMongoServer.onFile(file(), 0))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(file().toString())
          .hasMessageContaining("another dev-stack");
    }
  }
}
