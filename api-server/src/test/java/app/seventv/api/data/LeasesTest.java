package app.seventv.api.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.api.common.ApiException;
import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.model.CollectionNames;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Filters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Leases end at their instant, and what outlives its lease changes nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LeasesTest {
  private final AtomicLong nowMs =
      new AtomicLong(Instant.parse("2026-01-01T00:00:00Z").toEpochMilli());
  private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs.get());
  private final ScheduledExecutorService refresher = Executors.newSingleThreadScheduledExecutor();
  private DevMongoServer mongo;
  private MongoClient client;
  private Store store;
  private Leases leases;
  private Outbox outbox;
  private Transactions transactions;

  @BeforeAll
  void start() {
    mongo = DevMongoServer.inMemory(0);
    client = MongoClients.create(mongo.uri("7tv"));
    store = new Store(client, "7tv");
    leases = new Leases(store, clock, refresher);
    outbox = new Outbox(store, new SilentBus(), clock, new Random(1), Outbox.STALE_AFTER);
    transactions = new Transactions(store, outbox, clock, new Random(2));
  }

  @AfterAll
  void stop() {
    outbox.close();
    refresher.shutdownNow();
    client.close();
    mongo.close();
  }

  private Leases.Lease take(String key) {
    return Objects.requireNonNull(leases.tryAcquire(key));
  }

  private void write(Transaction transaction, String id) {
    transaction.insert("written", () -> new BsonDocument("_id", new BsonString(id)));
  }

  private boolean isWritten(String id) {
    return store.collection("written").countDocuments(Filters.eq("_id", id)) > 0;
  }

  @Test
  void aLeaseIsFreeFromTheInstantOfItsEndOn() {
    take("end");
    nowMs.addAndGet(Leases.TTL_MS - 1);
    assertThat(leases.tryAcquire("end")).isNull();
    nowMs.addAndGet(1);
    assertThat(leases.tryAcquire("end")).isNotNull();
  }

  @Test
  void tokensRise() {
    Leases.Lease first = take("rise");
    leases.release(first);
    Leases.Lease second = take("rise");
    nowMs.addAndGet(Leases.TTL_MS);
    Leases.Lease third = take("rise");
    assertThat(second.token()).isGreaterThan(first.token());
    assertThat(third.token()).isGreaterThan(second.token());
    assertThat(take("another").token()).isEqualTo(first.token());
  }

  @Test
  void aRefreshedLeaseIsHeldOn() {
    Leases.Lease lease = take("refresh");
    nowMs.addAndGet(Leases.REFRESH_MS);
    leases.refresh(lease);
    nowMs.addAndGet(Leases.TTL_MS - 1);
    assertThat(leases.tryAcquire("refresh")).isNull();
    nowMs.addAndGet(1);
    assertThat(leases.tryAcquire("refresh")).isNotNull();
  }

  @Test
  void whoLostALeaseNeitherRefreshesNorReleasesIt() {
    Leases.Lease lost = take("lost");
    nowMs.addAndGet(Leases.TTL_MS);
    take("lost");
    nowMs.addAndGet(Leases.TTL_MS - 1);
    leases.refresh(lost);
    leases.release(lost);
    assertThat(leases.tryAcquire("lost")).isNull();
    nowMs.addAndGet(1);
    assertThat(leases.tryAcquire("lost")).isNotNull();
  }

  @Test
  void workWhoseLeaseIsLostChangesNothing() {
    assertThatThrownBy(() ->
            leases.hold(
                "work",
                lease -> {
                  nowMs.addAndGet(Leases.TTL_MS); // a long pause
                  take("work");
                  return transactions.run(
                      lease,
                      transaction -> {
                        write(transaction, "late");
                        return true;
                      });
                }))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.status()).isEqualTo(500));
    assertThat(isWritten("late")).isFalse();
    assertThat(leases.tryAcquire("work")).as("the new holder's").isNull();
  }

  @Test
  void workWithinItsLeaseIsDoneAndLeavesTheLeaseFree() {
    leases.hold(
        "done",
        lease ->
            transactions.run(
                lease,
                transaction -> {
                  write(transaction, "done");
                  return true;
                }));
    assertThat(isWritten("done")).isTrue();
    assertThat(leases.tryAcquire("done")).isNotNull();
  }

  @Test
  void failedWorkLeavesTheLeaseFree() {
    assertThatThrownBy(() ->
            leases.hold(
                "failed",
                lease -> {
                  throw ApiException.badRequest("no");
                }))
        .isInstanceOf(ApiException.class);
    assertThat(leases.tryAcquire("failed")).isNotNull();
  }

  @Test
  void oneHolderAtATime() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(
            threads.submit(() ->
                leases.<Boolean>hold(
                    "crowd",
                    lease -> {
                      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                      inside.decrementAndGet();
                      return true;
                    })));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    assertThat(most.get()).isOne();
  }

  @Test
  void waitersComeInWhenTheHolderLeaves() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    AtomicInteger order = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> first =
          threads.submit(() ->
              leases.hold(
                  "turn",
                  lease -> {
                    held.countDown();
                    awaitUninterruptibly(leave);
                    return order.incrementAndGet();
                  }));
      held.await();
      Future<Integer> second =
          threads.submit(() -> leases.hold("turn", lease -> order.incrementAndGet()));
      leave.countDown();
      await().atMost(Duration.ofSeconds(20)).until(second::isDone);
      assertThat(first.get()).isEqualTo(1);
      assertThat(second.get()).isEqualTo(2);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void rowsOfLeasesAreForgottenByTheStore() {
    IndexBuilder.createAll(store);
    assertThat(store.database().getCollection(CollectionNames.API_LEASES).listIndexes())
        .anySatisfy(index -> {
          assertThat(index.get("key")).isEqualTo(new Document("expires_at", 1));
          assertThat(index.get("expireAfterSeconds"))
              .isInstanceOfSatisfying(
                  Number.class,
                  seconds ->
                      assertThat(seconds.longValue()).isEqualTo(Leases.FORGOTTEN_AFTER_SECONDS));
        });
  }
}
