package app.seventv.api.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The wrapper around every change (data-model.md §13.1): what runs again, and what does not. */
class TransactionsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Id SET = Id.parse("01JA2B3C4D5E6F7G8H9JAKBMCN");

  private final AtomicInteger commits = new AtomicInteger();
  private final List<Transaction.Change> told = new ArrayList<>();
  private final CountingBus bus = new CountingBus();

  /** What befalls a commit, by its number from 1. */
  private Commit commit = Commit.GOES_WELL;

  private DevMongoServer mongo;
  private MongoClient client;
  private Store store;
  private Outbox outbox;
  private Transactions transactions;

  private interface Commit {
    Commit GOES_WELL = (number, real) -> real.run();

    void happen(int number, Runnable real);
  }

  private static final class CountingBus implements EventBus {
    private final AtomicInteger messages = new AtomicInteger();

    @Override
    public long publish(String subject, byte[] message) {
      messages.incrementAndGet();
      return 0;
    }

    @Override
    public long confirm() {
      return 0;
    }
  }

  @BeforeEach
  void start() {
    mongo = DevMongoServer.inMemory(0);
    client = MongoClients.create(mongo.uri("7tv"));
    store = new Store(withOwnCommits(client), "7tv");
    InstantSource clock = InstantSource.fixed(NOW);
    outbox = new Outbox(store, bus, clock, new Random(1), Outbox.STALE_AFTER);
    transactions = new Transactions(store, outbox, clock, new Random(2), told::add);
  }

  @AfterEach
  void stop() {
    outbox.close();
    client.close();
    mongo.close();
  }

  /** The client, but for sessions whose commits meet {@link #commit}. */
  private MongoClient withOwnCommits(MongoClient real) {
    return proxy(
        MongoClient.class,
        real,
        (method, result) ->
            method.equals("startSession")
                ? proxy(ClientSession.class, (ClientSession) result, (name, value) -> value)
                : result);
  }

  private interface Result {
    Object of(String method, Object result);
  }

  private <T> T proxy(Class<T> type, T real, Result result) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                if (method.getName().equals("commitTransaction")) {
                  commit.happen(
                      commits.incrementAndGet(), ((ClientSession) real)::commitTransaction);
                  return null;
                }
                return result.of(method.getName(), method.invoke(real, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private static MongoException labelled(String label) {
    MongoException failure = new MongoException(112, "made up");
    failure.addLabel(label);
    return failure;
  }

  private static EmoteSet insert(Transaction transaction) {
    EmoteSet set =
        new EmoteSet(
            SET,
            "Set",
            null,
            List.of(),
            List.of(),
            10,
            SET,
            null,
            EmoteSet.Kind.NORMAL,
            false,
            NOW,
            null);
    transaction.insert(CollectionNames.EMOTE_SETS, set);
    transaction.emit(null, null, new EntityEvent.OfEmoteSet(set, new EmoteSetChange.Create()));
    return set;
  }

  private long count(String collection) {
    return store.collection(collection).countDocuments();
  }

  private void assertDoneOnce() {
    assertThat(count(CollectionNames.EMOTE_SETS)).isOne();
    assertThat(count(CollectionNames.EVENTS)).isOne();
    assertThat(bus.messages.get()).isOne();
  }

  private void assertNothingDone() {
    assertThat(count(CollectionNames.EMOTE_SETS)).isZero();
    assertThat(count(CollectionNames.EVENTS)).isZero();
    assertThat(count(CollectionNames.API_OUTBOX)).isZero();
    assertThat(bus.messages.get()).isZero();
  }

  @Test
  void aTransientFailureRunsTheBodyAgainWithoutItsOldEvents() {
    AtomicInteger runs = new AtomicInteger();
    transactions.run(transaction -> {
      EmoteSet set = insert(transaction);
      if (runs.incrementAndGet() < 3) {
        throw labelled(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL);
      }
      return set;
    });
    assertThat(runs.get()).isEqualTo(3);
    assertDoneOnce();
  }

  @Test
  void aTransientFailureOfTheCommitRunsTheBodyAgain() {
    commit =
        (number, real) -> {
          if (number == 1) {
            throw labelled(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL);
          }
          real.run();
        };
    AtomicInteger runs = new AtomicInteger();
    transactions.run(transaction -> {
      runs.incrementAndGet();
      return insert(transaction);
    });
    assertThat(runs.get()).isEqualTo(2);
    assertDoneOnce();
  }

  @Test
  void elevenRunsAreTheLimit() {
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(() ->
            transactions.run(transaction -> {
              insert(transaction);
              runs.incrementAndGet();
              throw labelled(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL);
            }))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TRANSACTION_ERROR));
    assertThat(runs.get()).isEqualTo(11);
    assertNothingDone();
  }

  /** The first commit has happened, but the answer was lost. */
  @Test
  void anUnknownOutcomeCommitsAgainAndNothingElse() {
    commit =
        (number, real) -> {
          real.run();
          if (number == 1) {
            throw labelled(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL);
          }
        };
    AtomicInteger runs = new AtomicInteger();
    transactions.run(transaction -> {
      runs.incrementAndGet();
      return insert(transaction);
    });
    assertThat(runs.get()).isOne();
    assertThat(commits.get()).isEqualTo(2);
    assertDoneOnce();
  }

  @Test
  void whatIsKeptInMemoryIsForgottenAlsoWhenNobodyKnowsTheOutcome() {
    commit =
        (number, real) -> {
          throw labelled(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL);
        };
    assertThatThrownBy(() -> transactions.run(TransactionsTest::insert))
        .isInstanceOf(ApiException.class);
    assertThat(commits.get()).isEqualTo(11);
    assertThat(told).extracting(Transaction.Change::collection).contains("emote_sets");
  }

  @Test
  void aRefusalEndsItAndLeavesNothing() {
    AtomicInteger runs = new AtomicInteger();
    ApiException refusal = ApiException.conflict("taken");
    assertThatThrownBy(() ->
            transactions.run(transaction -> {
              insert(transaction);
              runs.incrementAndGet();
              throw refusal;
            }))
        .isSameAs(refusal);
    assertThat(runs.get()).isOne();
    assertNothingDone();
  }

  @Test
  void withoutEventsNothingIsPublished() {
    transactions.run(transaction -> {
      transaction.insert("written", () -> new BsonDocument("_id", new BsonInt32(1)));
      return true;
    });
    assertThat(count("written")).isOne();
    assertThat(count(CollectionNames.EVENTS)).isZero();
    assertThat(bus.messages.get()).isZero();
  }

  /** data-model.md §11, at the one place that writes. */
  @Test
  void everyUpdateMarksItsDocumentForTheSearchIndex() {
    transactions.run(TransactionsTest::insert);
    store
        .collection(CollectionNames.EMOTE_SETS)
        .updateMany(
            new BsonDocument(),
            Updates.combine(
                Updates.set("updated_at", new BsonDateTime(1)),
                Updates.set("search_updated_at", new BsonDateTime(2))));
    transactions.run(transaction ->
        transaction.update(
            CollectionNames.EMOTE_SETS,
            Filters.eq("_id", SET.toBson()),
            Updates.set("name", "Other")));
    BsonDocument after =
        Objects.requireNonNull(store.collection(CollectionNames.EMOTE_SETS).find().first());
    assertThat(after.getDateTime("updated_at").getValue()).isEqualTo(NOW.toEpochMilli());
    assertThat(after.isNull("search_updated_at")).isTrue();
  }
}
