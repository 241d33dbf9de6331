package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.Task;
import com.google.protobuf.InvalidProtocolBufferException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * The jobs in MongoDB (image-processor.md §4). Several workers, old and new ones, share the
 * collection; a lease that runs out makes a job free for anybody.
 *
 * <p>Two fields are our own and absent from jobs that never needed them: {@code attempts} counts
 * claims, so that a job which kills its worker is given up; {@code outcome} keeps the event of
 * finished work until it has been published, so that it cannot be lost between the two.
 */
final class JobQueue {
  private static final String COLLECTION = "jobs";

  private final MongoCollection<BsonDocument> jobs;
  private final Clock clock;
  private final ObjectId workerId = new ObjectId();
  private final Duration holdTime;

  JobQueue(MongoDatabase database, Clock clock, Duration holdTime) {
    this.jobs = database.getCollection(COLLECTION, BsonDocument.class);
    this.clock = clock;
    this.holdTime = holdTime;
  }

  /**
   * A claimed job.
   *
   * @param task null if the stored bytes are no task
   * @param attempts claims so far, this one included
   * @param outcome the event of work that is already done, but may not have been published
   */
  record Job(ObjectId id, @Nullable Task task, int attempts, @Nullable EventCallback outcome) {}

  void createIndexes() {
    jobs.createIndex(
        Indexes.compoundIndex(Indexes.ascending("hold_until"), Indexes.descending("priority")));
    jobs.createIndex(
        Indexes.ascending("expires_at"), new IndexOptions().expireAfter(0L, TimeUnit.SECONDS));
  }

  /** {@code ttl} null = the job never expires. */
  void insert(ObjectId id, Task task, long priority, @Nullable Duration ttl) {
    BsonDocument job = new BsonDocument("_id", new BsonObjectId(id));
    job.put("priority", new BsonInt64(priority));
    job.put("hold_until", BsonNull.VALUE);
    job.put("task", new BsonBinary(task.toByteArray()));
    job.put(
        "expires_at",
        ttl == null ? BsonNull.VALUE : new BsonDateTime(clock.instant().plus(ttl).toEpochMilli()));
    job.put("claimed_by_id", BsonNull.VALUE);
    jobs.insertOne(job);
  }

  private Date holdUntil() {
    return Date.from(clock.instant().plus(holdTime));
  }

  private Bson isFree() {
    Instant now = clock.instant();
    return Filters.or(Filters.eq("hold_until", null), Filters.lt("hold_until", Date.from(now)));
  }

  private Bson isOurs(ObjectId id) {
    return Filters.and(Filters.eq("_id", id), Filters.eq("claimed_by_id", workerId));
  }

  /** Takes the free job of the highest priority, the oldest of several; null if there is none. */
  @Nullable Job claim() {
    BsonDocument found =
        jobs.findOneAndUpdate(
            isFree(),
            Updates.combine(
                Updates.set("claimed_by_id", workerId),
                Updates.set("hold_until", holdUntil()),
                // A job in work must not expire under its worker.
                Updates.set("expires_at", null),
                Updates.inc("attempts", 1)),
            new FindOneAndUpdateOptions()
                .sort(Sorts.orderBy(Sorts.descending("priority"), Sorts.ascending("_id")))
                .returnDocument(ReturnDocument.AFTER));
    return found == null ? null : decode(found);
  }

  private static Job decode(BsonDocument document) {
    ObjectId id = document.getObjectId("_id").getValue();
    int attempts = document.getNumber("attempts", new BsonInt32(1)).intValue();
    try {
      EventCallback outcome =
          document.isBinary("outcome")
              ? EventCallback.parseFrom(document.getBinary("outcome").getData())
              : null;
      Task task = Task.parseFrom(document.getBinary("task").getData());
      return new Job(id, task, attempts, outcome);
    } catch (InvalidProtocolBufferException e) {
      return new Job(id, null, attempts, null);
    }
  }

  /** Prolongs the lease; false if the job is no longer ours. */
  boolean refresh(ObjectId id) {
    return jobs.updateOne(isOurs(id), Updates.set("hold_until", holdUntil())).getMatchedCount()
        == 1;
  }

  /** Keeps the event of finished work in the job; false if the job is no longer ours. */
  boolean saveOutcome(ObjectId id, EventCallback outcome) {
    Bson update =
        Updates.combine(
            Updates.set("outcome", new BsonBinary(outcome.toByteArray())),
            Updates.set("hold_until", holdUntil()));
    return jobs.updateOne(isOurs(id), update).getMatchedCount() == 1;
  }

  /** Removes a job of ours. */
  void finish(ObjectId id) {
    jobs.deleteOne(isOurs(id));
  }

  /** Removes a job whoever works on it and returns its task; null if there is no such job. */
  @Nullable Job cancel(ObjectId id) {
    BsonDocument found = jobs.findOneAndDelete(Filters.eq("_id", id));
    return found == null ? null : decode(found);
  }

  /** Jobs that wait for a worker. */
  long waiting() {
    return jobs.countDocuments(isFree());
  }
}
