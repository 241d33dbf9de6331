package app.seventv.changestream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.service.ServiceRuntime;
import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.devstack.nats.DevNats;
import app.seventv.model.Indexes;
import app.seventv.model.change.ChangeMessage;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker between an embedded MongoDB and a real NATS server. */
class ChangeStreamWorkerTest {
  private static final String STREAM = "seventv::MongoChangeStream";
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final BsonBinary ID = new BsonBinary((byte) 4, new byte[16]);

  @TempDir private Path folder;
  private DevMongoServer mongoServer;
  private DevNats natsServer;
  private MongoClient mongo;
  private Connection nats;

  @BeforeEach
  void start() throws Exception {
    mongoServer = DevMongoServer.inMemory(0);
    natsServer = DevNats.start(folder.resolve("nats"), 0, 0);
    mongo = MongoClients.create(mongoServer.uri("7tv"));
    nats = Nats.connect(natsServer.uri());
  }

  @AfterEach
  void stop() throws Exception {
    nats.close();
    mongo.close();
    natsServer.close();
    mongoServer.close();
  }

  @Test
  void publishesEachChangeWithIdCollectionAndBody() throws Exception {
    try (ServiceRuntime _ = worker()) {
      awaitWatching();
      emotes().insertOne(new BsonDocument("_id", ID).append("name", new BsonString("catJAM")));
      emotes().updateOne(id(), set("name", new BsonString("catDANCE")));
      emotes().updateOne(id(), set("search_updated_at", new BsonInt32(1)));
      emotes().deleteOne(id());
      List<MessageInfo> messages = awaitMessages("emotes", 3);

      assertThat(operations(messages)).containsExactly("insert", "update", "delete");
      MessageInfo insert = messages.getFirst();
      assertThat(insert.getSubject()).isEqualTo(STREAM);
      BsonDocument body = BsonDocument.parse(text(insert));
      assertThat(header(insert, "Nats-Msg-Id")).isEqualTo(MessageId.of(body.getDocument("_id")));
      assertThat(text(insert))
          .contains(
              """
              "operationType":"insert","ns":{"db":"7tv","coll":"emotes"},"to":null,\
              "documentKey":{"_id":{"$binary":{"base64":"AAAAAAAAAAAAAAAAAAAAAA==",\
              "subType":"04"}}},"updateDescription":null,"clusterTime":{"$timestamp":{"t":\
              """)
          .endsWith(
              """
              ,"fullDocument":{"_id":{"$binary":{"base64":"AAAAAAAAAAAAAAAAAAAAAA==",\
              "subType":"04"}},"name":"catJAM"},"fullDocumentBeforeChange":null}\
              """);
      assertThat(text(messages.get(1)))
          .contains(
              """
              "updateDescription":{"updatedFields":{"name":"catDANCE"},"removedFields":[],\
              "truncatedArrays":[]}\
              """)
          .endsWith(",\"fullDocument\":null,\"fullDocumentBeforeChange\":null}");
    }
  }

  @Test
  void asksForAComparisonOfEverythingAtItsVeryFirstStart() throws Exception {
    try (ServiceRuntime _ = worker()) {
      awaitWatching();
      for (String collection : Indexes.SEARCHABLE) {
        assertThat(operations(messages(collection))).containsExactly("invalidate");
      }
    }
  }

  @Test
  void missesNothingWhileItIsDown() throws Exception {
    try (ServiceRuntime worker = worker()) {
      awaitWatching();
      emotes().insertOne(new BsonDocument("_id", new BsonInt32(1)));
      awaitMessages("emotes", 1);
      worker.stop(LIMIT);
    }
    emotes().insertOne(new BsonDocument("_id", new BsonInt32(2)));
    emotes().deleteOne(new BsonDocument("_id", new BsonInt32(1)));
    try (ServiceRuntime _ = worker()) {
      List<MessageInfo> messages = awaitMessages("emotes", 3);
      assertThat(operations(messages)).containsExactly("insert", "insert", "delete");
      assertThat(messages("users")).as("no comparison asked for").hasSize(1);
    }
  }

  @Test
  void repeatsNothingButLosesNothingWhenNatsGoesAway() throws Exception {
    try (ServiceRuntime _ = worker()) {
      awaitWatching();
      long pid = natsServer.pid().orElseThrow();
      ProcessHandle.of(pid).orElseThrow().destroyForcibly();
      for (int i = 0; i < 20; i++) {
        emotes().insertOne(new BsonDocument("_id", new BsonInt32(i)));
      }
      List<MessageInfo> messages = awaitMessages("emotes", 20);
      assertThat(messages)
          .extracting(message -> ChangeMessage.parse(text(message)).documentId())
          .containsAll(List.of(new BsonInt32(0), new BsonInt32(19)))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void startsAfreshWhenTheStoredPositionIsOfNoUse() throws Exception {
    try (ServiceRuntime worker = worker()) {
      awaitWatching();
      worker.stop(LIMIT);
    }
    nats.keyValue("seventv_mongo-change-stream").put("7tv", "{\"_data\": \"8200\"}");
    try (ServiceRuntime _ = worker()) {
      await()
          .atMost(LIMIT)
          .untilAsserted(() ->
              assertThat(operations(messages("users")))
                  .containsExactly("invalidate", "invalidate"));
      emotes().insertOne(new BsonDocument("_id", ID));
      assertThat(operations(awaitMessages("emotes", 1))).containsExactly("insert");
    }
  }

  @Test
  void startsAfreshAfterTheDatabaseWasDropped() throws Exception {
    try (ServiceRuntime _ = worker()) {
      awaitWatching();
      emotes().insertOne(new BsonDocument("_id", ID));
      awaitMessages("emotes", 1);
      database().drop();
      await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(operations(messages("users"))).hasSize(2));
      emotes().insertOne(new BsonDocument("_id", ID));
      await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(operations(messages("emotes"))).endsWith("insert"));
    }
  }

  @Test
  void leavesTheContentOutOfOversizedMessages() throws Exception {
    try (ServiceRuntime _ = worker()) {
      awaitWatching();
      emotes()
          .insertOne(
              new BsonDocument("_id", ID).append("name", new BsonString("x".repeat(1024 * 1024))));
      MessageInfo message = awaitMessages("emotes", 1).getFirst();
      assertThat(text(message))
          .contains("\"operationType\":\"insert\"")
          .endsWith("\"fullDocument\":null,\"fullDocumentBeforeChange\":null}");
      assertThat(ChangeMessage.parse(text(message)).documentId()).isEqualTo(ID);
    }
  }

  @Test
  void keepsAStreamThatTheSearchWorkerMade() throws Exception {
    nats.jetStreamManagement()
        .addStream(
            StreamConfiguration.builder()
                .name(STREAM)
                .subjects(STREAM)
                .retentionPolicy(RetentionPolicy.WorkQueue)
                .maxAge(Duration.ofHours(24))
                .build());
    try (ServiceRuntime _ = worker()) {
      awaitWatching();
      assertThat(nats.jetStreamManagement().getStreamInfo(STREAM).getConfiguration().getMaxAge())
          .isEqualTo(Duration.ofHours(24));
    }
  }

  @Test
  void isReadyOnceBothServersAnswer() throws Exception {
    try (ServiceRuntime worker = worker()) {
      await().atMost(LIMIT).until(() -> worker.health().report().join().isReady());
    }
  }

  private ServiceRuntime worker() throws Exception {
    String toml =
        """
        database.uri = "%s"
        nats.servers = ["%s"]
        """
            .formatted(mongoServer.uri("7tv"), natsServer.uri());
    return ServiceRuntime.start(
        ChangeStreamWorker.DEFINITION, ChangeStreamWorker.DEFINITION.config(toml));
  }

  private MongoDatabase database() {
    return mongo.getDatabase("7tv");
  }

  private MongoCollection<BsonDocument> emotes() {
    return database().getCollection("emotes", BsonDocument.class);
  }

  private static BsonDocument id() {
    return new BsonDocument("_id", ID);
  }

  private static BsonDocument set(String field, BsonValue value) {
    return new BsonDocument("$set", new BsonDocument(field, value));
  }

  /** The very first notifications are sent after the change stream was opened. */
  private void awaitWatching() {
    await().atMost(LIMIT).ignoreExceptions().until(() -> !messages("entitlement_edges").isEmpty());
  }

  private List<MessageInfo> awaitMessages(String collection, int count) {
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(changes(collection)).hasSizeGreaterThanOrEqualTo(count));
    return changes(collection);
  }

  /** Without the requests to compare everything. */
  private List<MessageInfo> changes(String collection) {
    return messages(collection).stream()
        .filter(message -> !operations(List.of(message)).contains("invalidate"))
        .toList();
  }

  private List<MessageInfo> messages(String collection) {
    List<MessageInfo> found = new ArrayList<>();
    try {
      long last =
          nats.jetStreamManagement().getStreamInfo(STREAM).getStreamState().getLastSequence();
      for (long i = 1; i <= last; i++) {
        MessageInfo message = nats.jetStreamManagement().getMessage(STREAM, i);
        if (collection.equals(header(message, "collection"))) {
          found.add(message);
        }
      }
    } catch (IOException | JetStreamApiException e) {
      throw new IllegalStateException(e);
    }
    return found;
  }

  private static String header(MessageInfo message, String name) {
    Headers headers = message.getHeaders();
    String value = headers == null ? null : headers.getFirst(name);
    return value == null ? "" : value;
  }

  private static String text(MessageInfo message) {
    return new String(message.getData(), StandardCharsets.UTF_8);
  }

  private static List<String> operations(List<MessageInfo> messages) {
    return messages.stream()
        .map(message -> ChangeMessage.parse(text(message)).operation())
        .toList();
  }
}
