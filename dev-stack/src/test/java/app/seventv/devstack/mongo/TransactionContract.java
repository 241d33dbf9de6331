package app.seventv.devstack.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.Document;
import org.junit.jupiter.api.Test;

/** Several documents that change together. */
abstract class TransactionContract extends MongoContract {

  private static final int THREADS = 8;
  private static final int TRANSACTIONS_PER_THREAD = 40;

  TransactionContract(MongoClient client) {
    super(client);
  }

  @Test
  void aCommitKeepsEverything() {
    things().insertOne(doc("_id", 1, "n", 1));
    database().createCollection("events");
    try (ClientSession session = client().startSession()) {
      session.startTransaction();
      things().updateOne(session, eq("_id", 1), inc("n", 1));
      collection("events").insertOne(session, doc("_id", "e"));
      assertThat(things().find(session, eq("_id", 1)).first()).containsEntry("n", 2);
      session.commitTransaction();
      session.commitTransaction();
    }
    assertThat(only(things())).isEqualTo(doc("_id", 1, "n", 2));
    assertThat(only(collection("events"))).isEqualTo(doc("_id", "e"));
  }

  @Test
  void anAbortUndoesEverything() {
    List<Document> before =
        List.of(doc("_id", 1, "n", 1, "list", List.of(1)), doc("_id", 2), doc("_id", 3, "x", null));
    things().insertMany(before);
    try (ClientSession session = client().startSession()) {
      session.startTransaction();
      things().updateMany(session, new Document(), set("n", 9));
      things().replaceOne(session, eq("_id", 2), doc("other", true));
      things().deleteOne(session, eq("_id", 3));
      things().insertOne(session, doc("_id", 4));
      things().findOneAndUpdate(session, eq("_id", 1), set("list", List.of()));
      things().findOneAndDelete(session, eq("_id", 2));
      session.abortTransaction();
    }
    assertThat(things().find()).containsExactlyInAnyOrderElementsOf(before);
  }

  @Test
  void aDuplicateKeyAbortsTheTransaction() {
    things().insertOne(doc("_id", 1, "n", 1));
    try (ClientSession session = client().startSession()) {
      session.startTransaction();
      things().updateOne(session, eq("_id", 1), set("n", 2));
      assertThatThrownBy(() -> things().insertOne(session, doc("_id", 1)))
          .isInstanceOfSatisfying(
              MongoWriteException.class, e -> assertThat(e.getCode()).isEqualTo(11000));
      assertThatThrownBy(() -> things().insertOne(session, doc("_id", 2)))
          .isInstanceOfSatisfying(
              MongoException.class,
              e -> {
                assertThat(e.getCode()).isEqualTo(251);
                assertThat(e.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL))
                    .isTrue();
              });
      session.abortTransaction();
    }
    assertThat(only(things())).isEqualTo(doc("_id", 1, "n", 1));
  }

  @Test
  void anExceptionInTheBodyAborts() {
    things().insertOne(doc("_id", 1, "n", 1));
    try (ClientSession session = client().startSession()) {
      assertThatThrownBy(() ->
              session.withTransaction(() -> {
                things().updateOne(session, eq("_id", 1), set("n", 2));
                throw new IllegalStateException("no");
              }))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(only(things())).containsEntry("n", 1);
  }

  @Test
  void withTransactionRunsTheBodyAgainAfterATransientError() {
    things().insertOne(doc("_id", 1, "n", 0));
    AtomicInteger runs = new AtomicInteger();
    try (ClientSession session = client().startSession()) {
      session.withTransaction(() -> {
        things().updateOne(session, eq("_id", 1), inc("n", 1));
        if (runs.incrementAndGet() == 1) {
          MongoException conflict = new MongoException(112, "WriteConflict");
          conflict.addLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL);
          throw conflict;
        }
        return true;
      });
    }
    assertThat(runs).hasValue(2);
    assertThat(only(things())).containsEntry("n", 1);
  }

  @Test
  void swappingUniqueRanksTakesThreeWrites() {
    MongoCollection<Document> roles = collection("roles");
    roles.createIndex(Indexes.ascending("rank"), new IndexOptions().unique(true));
    roles.insertMany(List.of(doc("_id", "a", "rank", 1), doc("_id", "b", "rank", 2)));
    try (ClientSession session = client().startSession()) {
      session.withTransaction(() -> {
        roles.updateOne(session, eq("_id", "a"), set("rank", -1));
        roles.updateOne(session, eq("_id", "b"), set("rank", 1));
        return roles.updateOne(session, eq("_id", "a"), set("rank", 2));
      });
    }
    assertThat(roles.find(eq("rank", 1)).first()).containsEntry("_id", "b");
    assertThat(roles.find(eq("rank", 2)).first()).containsEntry("_id", "a");
  }

  @Test
  void transactionsOfManyThreadsAddUpExactly() throws Exception {
    things().insertOne(doc("_id", "sum", "n", 0));
    database().createCollection("events");
    runInThreads((session, name) -> {
      things().updateOne(session, eq("_id", "sum"), inc("n", 1));
      collection("events").insertOne(session, doc("_id", name));
    });
    assertThat(only(things())).containsEntry("n", THREADS * TRANSACTIONS_PER_THREAD);
    assertThat(collection("events").countDocuments()).isEqualTo(THREADS * TRANSACTIONS_PER_THREAD);
  }

  @Test
  void readingThenWritingLosesNoUpdate() throws Exception {
    things().insertOne(doc("_id", "sum", "n", 0));
    runInThreads((session, name) -> {
      Document read = Objects.requireNonNull(things().find(session).first());
      things().updateOne(session, eq("_id", "sum"), set("n", read.getInteger("n") + 1));
    });
    assertThat(only(things())).containsEntry("n", THREADS * TRANSACTIONS_PER_THREAD);
  }

  @Test
  void compareAndSetOutsideTransactionsAddsUpToo() throws Exception {
    things().insertOne(doc("_id", "sum", "n", 0));
    inThreads(name -> {
      boolean done = false;
      while (!done) {
        Document read = only(things());
        int n = read.getInteger("n");
        done =
            things().updateOne(and(eq("_id", "sum"), eq("n", n)), set("n", n + 1)).getMatchedCount()
                == 1;
      }
    });
    assertThat(only(things())).containsEntry("n", THREADS * TRANSACTIONS_PER_THREAD);
  }

  /** The body of a transaction. */
  private interface Body {
    void run(ClientSession session, String name);
  }

  /** Something to do in a thread. */
  private interface Task {
    void run(String name);
  }

  private void runInThreads(Body body) throws Exception {
    inThreads(name -> {
      try (ClientSession session = client().startSession()) {
        session.withTransaction(() -> {
          body.run(session, name);
          return true;
        });
      }
    });
  }

  private static void inThreads(Task task) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int number = thread;
        running.add(
            threads.submit(() -> {
              for (int i = 0; i < TRANSACTIONS_PER_THREAD; i++) {
                task.run(number + "/" + i);
              }
            }));
      }
      for (Future<?> future : running) {
        future.get();
      }
    }
  }
}
