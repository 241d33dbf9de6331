package app.seventv.devstack.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ClientBulkWriteException;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoNamespace;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.bulk.ClientBulkWriteOptions;
import com.mongodb.client.model.bulk.ClientBulkWriteResult;
import com.mongodb.client.model.bulk.ClientNamespacedWriteModel;
import com.mongodb.client.model.bulk.ClientUpdateOneOptions;
import com.mongodb.client.model.bulk.ClientUpdateResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bson.Document;
import org.junit.jupiter.api.Test;

/** The client-level bulk write of the two bulk updaters (data-model.md §14), and a collection's. */
abstract class BulkWriteContract extends MongoContract {

  private static final ClientBulkWriteOptions UNORDERED =
      ClientBulkWriteOptions.clientBulkWriteOptions().ordered(false).verboseResults(true);

  BulkWriteContract(MongoClient client) {
    super(client);
  }

  private MongoNamespace ns(String collection) {
    return new MongoNamespace(database().getName(), collection);
  }

  @Test
  void writesToSeveralCollectionsAndReportsEachOperation() {
    collection("a").insertMany(List.of(doc("_id", 1, "n", 0), doc("_id", 2, "n", 0)));
    collection("b").insertMany(List.of(doc("_id", 1), doc("_id", 2), doc("_id", 3)));
    ClientUpdateOneOptions upsert = ClientUpdateOneOptions.clientUpdateOneOptions().upsert(true);
    ClientBulkWriteResult result =
        client()
            .bulkWrite(
                List.of(
                    ClientNamespacedWriteModel.updateOne(ns("a"), eq("_id", 1), inc("n", 1)),
                    ClientNamespacedWriteModel.updateMany(ns("b"), new Document(), set("x", 1)),
                    ClientNamespacedWriteModel.insertOne(ns("c"), doc("_id", "new")),
                    ClientNamespacedWriteModel.deleteOne(ns("b"), eq("_id", 3)),
                    ClientNamespacedWriteModel.updateOne(ns("a"), eq("_id", 9), inc("n", 1)),
                    ClientNamespacedWriteModel.updateOne(
                        ns("c"), eq("_id", "up"), set("u", 1), upsert),
                    ClientNamespacedWriteModel.replaceOne(ns("a"), eq("_id", 2), doc("r", 1))),
                UNORDERED);
    assertThat(result.getInsertedCount()).isEqualTo(1);
    assertThat(result.getMatchedCount()).isEqualTo(5);
    assertThat(result.getModifiedCount()).isEqualTo(5);
    assertThat(result.getUpsertedCount()).isEqualTo(1);
    assertThat(result.getDeletedCount()).isEqualTo(1);
    var verbose = result.getVerboseResults().orElseThrow();
    assertThat(updated(verbose, 1).getModifiedCount()).isEqualTo(3);
    assertThat(updated(verbose, 4).getMatchedCount()).isZero();
    assertThat(updated(verbose, 5).getUpsertedId().orElseThrow().asString().getValue())
        .isEqualTo("up");
    assertThat(Objects.requireNonNull(verbose.getDeleteResults().get(3)).getDeletedCount())
        .isEqualTo(1);
    assertThat(collection("a").find(eq("_id", 2)).first()).isEqualTo(doc("_id", 2, "r", 1));
  }

  private static ClientUpdateResult updated(ClientBulkWriteResult.VerboseResults all, int index) {
    return Objects.requireNonNull(all.getUpdateResults().get(index));
  }

  @Test
  void anUnorderedBulkReportsErrorsByOperation() {
    collection("a").insertOne(doc("_id", 1));
    List<ClientNamespacedWriteModel> writes =
        List.of(
            ClientNamespacedWriteModel.insertOne(ns("a"), doc("_id", 1)),
            ClientNamespacedWriteModel.insertOne(ns("a"), doc("_id", 2)),
            ClientNamespacedWriteModel.insertOne(ns("a"), doc("_id", 2)));
    assertThatThrownBy(() -> client().bulkWrite(writes, UNORDERED))
        .isInstanceOfSatisfying(
            ClientBulkWriteException.class,
            e -> {
              assertThat(e.getWriteErrors()).containsOnlyKeys(0, 2);
              assertThat(e.getWriteErrors().values())
                  .allSatisfy(error -> assertThat(error.getCode()).isEqualTo(11000));
              var partial = e.getPartialResult().orElseThrow();
              assertThat(partial.getInsertedCount()).isEqualTo(1);
              assertThat(partial.getVerboseResults().orElseThrow().getInsertResults())
                  .containsOnlyKeys(1);
            });
  }

  @Test
  void anOrderedBulkStopsAtTheFirstError() {
    List<ClientNamespacedWriteModel> writes =
        List.of(
            ClientNamespacedWriteModel.insertOne(ns("a"), doc("_id", 1)),
            ClientNamespacedWriteModel.insertOne(ns("a"), doc("_id", 1)),
            ClientNamespacedWriteModel.insertOne(ns("a"), doc("_id", 2)));
    assertThatThrownBy(() -> client().bulkWrite(writes))
        .isInstanceOfSatisfying(
            ClientBulkWriteException.class,
            e -> assertThat(e.getWriteErrors()).containsOnlyKeys(1));
    assertThat(only(collection("a"))).isEqualTo(doc("_id", 1));
  }

  @Test
  void aThousandOperationsGoInOneCall() {
    List<ClientNamespacedWriteModel> writes = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      writes.add(ClientNamespacedWriteModel.insertOne(ns("c" + i % 3), doc("_id", i)));
    }
    assertThat(client().bulkWrite(writes, UNORDERED).getInsertedCount()).isEqualTo(1000);
    assertThat(collection("c0").countDocuments()).isEqualTo(334);
  }

  @Test
  void aBulkInATransactionIsUndoneWithIt() {
    collection("a").insertOne(doc("_id", 1, "n", 0));
    database().createCollection("b");
    try (ClientSession session = client().startSession()) {
      session.startTransaction();
      client()
          .bulkWrite(
              session,
              List.of(
                  ClientNamespacedWriteModel.updateOne(ns("a"), eq("_id", 1), inc("n", 1)),
                  ClientNamespacedWriteModel.insertOne(ns("b"), doc("_id", 1))));
      session.abortTransaction();
    }
    assertThat(only(collection("a"))).isEqualTo(doc("_id", 1, "n", 0));
    assertThat(collection("b").countDocuments()).isZero();
  }

  @Test
  void anOrderedBulkOfACollectionStopsAtTheFirstError() {
    things().insertOne(doc("_id", 1));
    List<InsertOneModel<Document>> writes =
        List.of(
            new InsertOneModel<>(doc("_id", 2)),
            new InsertOneModel<>(doc("_id", 1)),
            new InsertOneModel<>(doc("_id", 3)));
    assertThatThrownBy(() -> things().bulkWrite(writes))
        .isInstanceOfSatisfying(
            MongoBulkWriteException.class,
            e -> {
              assertThat(e.getWriteErrors()).extracting(w -> w.getIndex()).containsExactly(1);
              assertThat(e.getWriteResult().getInsertedCount()).isEqualTo(1);
            });
    assertThat(things().countDocuments()).isEqualTo(2);
  }

  @Test
  void anUnorderedBulkOfACollectionRunsEveryStatement() {
    things().insertOne(doc("_id", 1));
    assertThatThrownBy(() ->
            things()
                .bulkWrite(
                    List.of(
                        new InsertOneModel<>(doc("_id", 1)),
                        new UpdateOneModel<>(eq("_id", 1), set("n", 1)),
                        new InsertOneModel<>(doc("_id", 2))),
                    new BulkWriteOptions().ordered(false)))
        .isInstanceOf(MongoBulkWriteException.class);
    assertThat(things().find(eq("n", 1))).hasSize(1);
    assertThat(things().countDocuments()).isEqualTo(2);
  }
}
