package app.seventv.devstack.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.set;
import static com.mongodb.client.model.Updates.unset;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.ChangeStreamIterable;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.MongoClient;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import com.mongodb.client.model.changestream.FullDocument;
import com.mongodb.client.model.changestream.OperationType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.Test;

/** Change streams as the change-stream worker and the outbox open them. */
abstract class ChangeStreamContract extends MongoContract {

  ChangeStreamContract(MongoClient client) {
    super(client);
  }

  private static MongoChangeStreamCursor<ChangeStreamDocument<Document>> open(
      ChangeStreamIterable<Document> stream) {
    return stream.cursor();
  }

  private static List<ChangeStreamDocument<Document>> next(
      MongoChangeStreamCursor<ChangeStreamDocument<Document>> cursor, int count) {
    List<ChangeStreamDocument<Document>> events = new ArrayList<>();
    while (events.size() < count) {
      events.add(cursor.next());
    }
    return events;
  }

  private static List<OperationType> types(List<ChangeStreamDocument<Document>> events) {
    return events.stream().map(ChangeStreamDocument::getOperationType).toList();
  }

  private static BsonDocument key(ChangeStreamDocument<Document> event) {
    return Objects.requireNonNull(event.getDocumentKey());
  }

  @Test
  void theDatabaseStreamShowsEveryKindOfChange() {
    UUID id = UUID.randomUUID();
    try (var cursor = open(database().watch())) {
      things().insertOne(doc("_id", id, "n", 1));
      things().updateOne(eq("_id", id), set("search_updated_at", at(1)));
      things().updateOne(eq("_id", id), unset("n"));
      things().replaceOne(eq("_id", id), doc("r", 1));
      collection("other").updateOne(eq("_id", "u"), set("a", 1), new UpdateOptions().upsert(true));
      things().findOneAndUpdate(eq("_id", id), set("f", 1));
      things().findOneAndDelete(eq("_id", id));
      List<ChangeStreamDocument<Document>> events = next(cursor, 7);

      assertThat(types(events))
          .containsExactly(
              OperationType.INSERT,
              OperationType.UPDATE,
              OperationType.UPDATE,
              OperationType.REPLACE,
              OperationType.INSERT,
              OperationType.UPDATE,
              OperationType.DELETE);
      assertThat(events.get(0).getFullDocument()).isEqualTo(doc("_id", id, "n", 1));
      assertThat(key(events.get(1)).getBinary("_id").asUuid()).isEqualTo(id);
      assertThat(events.get(1).getFullDocument()).isNull();
      var description = Objects.requireNonNull(events.get(1).getUpdateDescription());
      assertThat(description.getUpdatedFields()).containsOnlyKeys("search_updated_at");
      assertThat(Objects.requireNonNull(events.get(2).getUpdateDescription()).getRemovedFields())
          .containsExactly("n");
      assertThat(events.get(3).getFullDocument()).isEqualTo(doc("_id", id, "r", 1));
      assertThat(Objects.requireNonNull(events.get(4).getNamespace()).getCollectionName())
          .isEqualTo("other");
      assertThat(events.get(6).getFullDocument()).isNull();
      assertThat(events.get(6).getClusterTime()).isNotNull();
      assertThat(events.get(6).getWallTime()).isNotNull();
    }
  }

  @Test
  void failedAndEmptyWritesShowNothing() {
    things().insertOne(doc("_id", 1, "n", 1));
    try (var cursor = open(things().watch())) {
      assertThatThrownBy(() -> things().insertOne(doc("_id", 1)))
          .isInstanceOf(MongoWriteException.class);
      things().updateOne(eq("_id", 1), set("n", 1));
      things().updateOne(eq("_id", 2), set("n", 1));
      things().deleteOne(eq("_id", 2));
      collection("elsewhere").insertOne(doc("_id", 1));
      things().insertOne(doc("_id", 3));
      assertThat(key(cursor.next()).getInt32("_id").getValue()).isEqualTo(3);
    }
  }

  @Test
  void updateLookupShowsTheDocumentAsItIsNowAndNullOnceItIsGone() {
    things().insertMany(List.of(doc("_id", 1, "n", 0), doc("_id", 2, "n", 0)));
    try (var cursor = open(database().watch().fullDocument(FullDocument.UPDATE_LOOKUP))) {
      things().updateOne(eq("_id", 1), inc("n", 1));
      things().updateOne(eq("_id", 1), inc("n", 1));
      things().updateOne(eq("_id", 2), inc("n", 1));
      things().deleteOne(eq("_id", 2));
      List<ChangeStreamDocument<Document>> events = next(cursor, 4);
      assertThat(events.get(0).getFullDocument()).isEqualTo(doc("_id", 1, "n", 2));
      assertThat(events.get(1).getFullDocument()).isEqualTo(doc("_id", 1, "n", 2));
      assertThat(events.get(2).getOperationType()).isEqualTo(OperationType.UPDATE);
      assertThat(events.get(2).getFullDocument()).isNull();
    }
  }

  @Test
  void aTransactionShowsItsChangesAtCommitAndNeverAfterAnAbort() {
    try (var cursor = open(things().watch());
        ClientSession session = client().startSession()) {
      session.startTransaction();
      things().insertOne(session, doc("_id", "aborted"));
      session.abortTransaction();
      session.startTransaction();
      things().insertOne(session, doc("_id", "a"));
      things().insertOne(session, doc("_id", "b"));
      assertThat(cursor.tryNext()).isNull();
      session.commitTransaction();
      assertThat(next(cursor, 2))
          .extracting(event -> key(event).getString("_id").getValue())
          .containsExactly("a", "b");
    }
  }

  @Test
  void aStreamResumesAfterTheTokenOfAnEvent() {
    BsonDocument token;
    try (var cursor = open(database().watch())) {
      things().insertMany(List.of(doc("_id", 1), doc("_id", 2), doc("_id", 3)));
      token = cursor.next().getResumeToken();
    }
    try (var cursor = open(database().watch().resumeAfter(token))) {
      things().insertOne(doc("_id", 4));
      assertThat(next(cursor, 3))
          .extracting(event -> key(event).getInt32("_id").getValue())
          .containsExactly(2, 3, 4);
    }
  }

  @Test
  void aStreamThatSawNothingCanResumeToo() {
    BsonDocument token;
    try (var cursor = open(database().watch())) {
      assertThat(cursor.tryNext()).isNull();
      token = Objects.requireNonNull(cursor.getResumeToken());
    }
    things().insertOne(doc("_id", 1));
    try (var cursor = open(database().watch().startAfter(token))) {
      assertThat(key(cursor.next()).getInt32("_id").getValue()).isEqualTo(1);
    }
  }

  @Test
  void aMalformedTokenIsRefused() {
    BsonDocument token = new BsonDocument("_data", new BsonString("nonsense"));
    assertThatThrownBy(() -> open(database().watch().resumeAfter(token)).close())
        .isInstanceOf(MongoCommandException.class);
  }

  @Test
  void aDroppedCollectionEndsItsStream() {
    things().insertOne(doc("_id", 1));
    try (var cursor = open(things().watch())) {
      things().drop();
      assertThat(types(next(cursor, 2)))
          .containsExactly(OperationType.DROP, OperationType.INVALIDATE);
      assertThat(cursor.getServerCursor()).isNull();
    }
  }

  @Test
  void theDatabaseStreamOutlivesADroppedCollection() {
    try (var cursor = open(database().watch())) {
      things().drop();
      things().insertOne(doc("_id", 1));
      assertThat(types(next(cursor, 2))).containsExactly(OperationType.DROP, OperationType.INSERT);
    }
  }

  @Test
  void stagesFilterTheEvents() {
    try (var cursor =
        open(
            database()
                .watch(
                    List.of(
                        Aggregates.match(eq("fullDocument.wanted", true)),
                        doc("$project", doc("fullDocument.secret", 0)))))) {
      things().insertMany(List.of(doc("_id", 1), doc("_id", 2, "wanted", true, "secret", 1)));
      assertThat(cursor.next().getFullDocument()).isEqualTo(doc("_id", 2, "wanted", true));
    }
  }

  @Test
  void theClusterStreamCoversAllDatabases() {
    try (var cursor = open(client().watch(List.of(Aggregates.match(eq("ns.db", name())))))) {
      things().insertOne(doc("_id", 1));
      assertThat(Objects.requireNonNull(cursor.next().getNamespace()).getDatabaseName())
          .isEqualTo(name());
    }
  }

  private String name() {
    return database().getName();
  }
}
