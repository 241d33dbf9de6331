package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.Task;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import org.bson.BsonDocument;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two workers at one queue (image-processor.md §4). */
class JobQueueTest {
  private static final Duration HOLD_TIME = Duration.ofSeconds(60);
  private static final Task TASK = SampleTasks.emote("emote/X");

  private static DevMongoServer server;
  private static MongoClient client;

  private final MutableClock clock = new MutableClock();
  private MongoDatabase database;
  private JobQueue first;
  private JobQueue second;

  private static final class MutableClock extends Clock {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  @BeforeAll
  static void start() {
    server = DevMongoServer.inMemory(0);
    client = MongoClients.create(server.uri("jobs-test"));
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @BeforeEach
  void empty() {
    database = client.getDatabase("jobs-test");
    database.drop();
    first = new JobQueue(database, clock, HOLD_TIME);
    second = new JobQueue(database, clock, HOLD_TIME);
    first.createIndexes();
  }

  private MongoCollection<BsonDocument> jobs() {
    return database.getCollection("jobs", BsonDocument.class);
  }

  private ObjectId insert(long priority) {
    ObjectId id = new ObjectId();
    first.insert(id, TASK, priority, null);
    return id;
  }

  private static JobQueue.Job claimed(JobQueue queue) {
    return Objects.requireNonNull(queue.claim());
  }

  @Test
  void aNewJobHasTheFieldsOfToday() {
    ObjectId id = new ObjectId();
    first.insert(id, TASK, 5, Duration.ofSeconds(30));
    BsonDocument job = Objects.requireNonNull(jobs().find().first());
    assertThat(job.keySet())
        .containsExactly("_id", "priority", "hold_until", "task", "expires_at", "claimed_by_id");
    assertThat(job.isInt64("priority")).isTrue();
    assertThat(job.getBinary("task").getType()).isZero();
    assertThat(job.isNull("hold_until")).isTrue();
    assertThat(job.getDateTime("expires_at").getValue())
        .isEqualTo(clock.now.plusSeconds(30).toEpochMilli());
  }

  @Test
  void theHighestPriorityComesFirstThenTheOldest() {
    ObjectId low = insert(1);
    ObjectId high = insert(5);
    ObjectId later = insert(5);
    assertThat(claimed(first).id()).isEqualTo(high);
    assertThat(claimed(second).id()).isEqualTo(later);
    assertThat(claimed(first).id()).isEqualTo(low);
    assertThat(second.claim()).isNull();
  }

  @Test
  void aClaimedJobCarriesItsTaskAndIsHeld() {
    ObjectId id = insert(5);
    assertThat(first.waiting()).isEqualTo(1);
    JobQueue.Job job = claimed(first);
    assertThat(job).isEqualTo(new JobQueue.Job(id, TASK, 1, null));
    assertThat(second.claim()).isNull();
    assertThat(first.waiting()).isZero();
  }

  @Test
  void aCrashedWorkersJobIsTakenOverWhenItsLeaseEnds() {
    ObjectId id = insert(5);
    claimed(first);
    clock.now = clock.now.plus(HOLD_TIME).plusMillis(1);
    assertThat(claimed(second)).isEqualTo(new JobQueue.Job(id, TASK, 2, null));
    assertThat(first.refresh(id)).isFalse();
    first.finish(id);
    assertThat(jobs().countDocuments()).isEqualTo(1);
    second.finish(id);
    assertThat(jobs().countDocuments()).isZero();
  }

  @Test
  void aRefreshedLeaseHolds() {
    ObjectId id = insert(5);
    claimed(first);
    clock.now = clock.now.plusSeconds(40);
    assertThat(first.refresh(id)).isTrue();
    clock.now = clock.now.plusSeconds(40);
    assertThat(second.claim()).isNull();
  }

  @Test
  void anUnpublishedOutcomeReachesTheNextWorker() {
    ObjectId id = insert(5);
    claimed(first);
    EventCallback outcome = EventCallback.newBuilder().setId(id.toHexString()).build();
    assertThat(first.saveOutcome(id, outcome)).isTrue();
    clock.now = clock.now.plus(HOLD_TIME).plusMillis(1);
    assertThat(claimed(second).outcome()).isEqualTo(outcome);
  }

  @Test
  void cancelRemovesAJobInWork() {
    ObjectId id = insert(5);
    claimed(first);
    assertThat(Objects.requireNonNull(second.cancel(id)).task()).isEqualTo(TASK);
    assertThat(first.refresh(id)).isFalse();
    assertThat(second.cancel(id)).isNull();
  }

  @Test
  void aJobInWorkDoesNotExpire() {
    first.insert(new ObjectId(), TASK, 5, Duration.ofSeconds(1));
    claimed(first);
    assertThat(Objects.requireNonNull(jobs().find().first()).isNull("expires_at")).isTrue();
  }
}
