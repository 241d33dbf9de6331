package app.seventv.devstack.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.DeleteOptions;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.ValidationOptions;
import com.mongodb.client.model.changestream.FullDocument;
import com.mongodb.client.model.changestream.FullDocumentBeforeChange;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bson.Document;
import org.bson.types.Binary;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the embedded server would answer wrongly, it refuses by name. */
class CommandGateTest {

  private static final Collation GERMAN = Collation.builder().locale("de").build();

  @SuppressWarnings("NullAway.Init") // set before any test
  private static DevMongoServer server;

  @SuppressWarnings("NullAway.Init") // set before any test
  private static MongoClient client;

  @BeforeAll
  static void start() {
    server = DevMongoServer.inMemory(0);
    client = MongoContract.connect(server.uri("7tv"));
    things().insertOne(new Document("_id", 1).append("tags", List.of(1, 2)));
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  private static MongoDatabase database() {
    return client.getDatabase("7tv");
  }

  private static MongoCollection<Document> things() {
    return database().getCollection("things");
  }

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(MongoException.class)
        .hasMessageContaining("embedded MongoDB backend")
        .hasMessageContaining("not supported");
  }

  private static Document doc(String json) {
    return Document.parse(json);
  }

  @Test
  void collations() {
    assertRefused(() -> things().find().collation(GERMAN).first());
    assertRefused(() -> things().deleteOne(eq("a", 1), deleteOptions()));
    assertRefused(
        () -> things().updateOne(eq("a", 1), set("b", 1), new UpdateOptions().collation(GERMAN)));
    assertRefused(
        () -> things().createIndex(Indexes.ascending("a"), new IndexOptions().collation(GERMAN)));
    assertRefused(() -> things().distinct("a", Integer.class).collation(GERMAN).first());
  }

  private static DeleteOptions deleteOptions() {
    return new DeleteOptions().collation(GERMAN);
  }

  @Test
  void computedAndPositionalProjections() {
    assertRefused(() -> things().find().projection(doc("{x: {$add: [1, 2]}}")).first());
    assertRefused(() -> things().find().projection(doc("{x: 'text'}")).first());
    assertRefused(() -> things().find(eq("tags", 2)).projection(doc("{'tags.$': 1}")).first());
    assertRefused(() ->
        things()
            .findOneAndUpdate(
                eq("_id", 1),
                set("a", 1),
                new FindOneAndUpdateOptions().projection(doc("{x: '$a'}"))));
    assertThat(things().find().projection(doc("{tags: {$slice: 1}}")).first())
        .containsEntry("tags", List.of(1));
  }

  @Test
  void equalityOfGenericBinaryValues() {
    Binary bytes = new Binary(new byte[] {1});
    assertRefused(() -> things().find(eq("task", bytes)).first());
    assertRefused(() -> things().updateOne(eq("task", bytes), set("a", 1)));
    assertRefused(() -> things().countDocuments(new Document("$or", List.of(eq("a", bytes)))));
    assertRefused(
        () -> things().aggregate(List.of(new Document("$match", eq("task", bytes)))).first());
  }

  @Test
  void validatorsViewsAndSpecialCollections() {
    assertRefused(() ->
        database()
            .createCollection(
                "valid",
                new CreateCollectionOptions()
                    .validationOptions(new ValidationOptions().validator(eq("a", 1)))));
    assertRefused(() -> database().createView("view", "things", List.of()));
    assertRefused(() ->
        database()
            .createCollection(
                "capped", new CreateCollectionOptions().capped(true).sizeInBytes(1000)));
    assertRefused(() -> database().runCommand(doc("{collMod: 'things', validator: {}}")));
  }

  @Test
  void stagesThatWriteOrBreak() {
    assertRefused(() -> things().aggregate(List.of(doc("{$out: 'x'}"))).toCollection());
    assertRefused(() -> things().aggregate(List.of(doc("{$merge: 'x'}"))).toCollection());
    assertRefused(() ->
        things()
            .aggregate(
                List.of(
                    doc(
                        "{$graphLookup: {from: 'things', startWith: '$a', connectFromField:"
                            + " 'a', connectToField: 'b', as: 'c'}}")))
            .first());
    assertRefused(() -> database().aggregate(List.of(doc("{$documents: []}"))).first());
  }

  @Test
  void specialIndexes() {
    assertRefused(() -> things().createIndex(Indexes.text("a")));
    assertRefused(() -> things().createIndex(Indexes.geo2dsphere("a")));
    assertRefused(() -> things().createIndex(new Document("$**", 1)));
  }

  @Test
  void pipelineUpserts() {
    assertRefused(() ->
        things()
            .updateOne(
                eq("_id", 99), List.of(doc("{$set: {a: 1}}")), new UpdateOptions().upsert(true)));
  }

  @Test
  void changeStreamImagesAndExpandedEvents() {
    assertRefused(() ->
        database()
            .watch()
            .fullDocumentBeforeChange(FullDocumentBeforeChange.REQUIRED)
            .cursor()
            .close());
    assertRefused(() -> database().watch().fullDocument(FullDocument.REQUIRED).cursor().close());
    assertRefused(() -> database().watch().showExpandedEvents(true).cursor().close());
    assertRefused(() -> database().watch(List.of(doc("{$group: {_id: 1}}"))).cursor().close());
  }
}
