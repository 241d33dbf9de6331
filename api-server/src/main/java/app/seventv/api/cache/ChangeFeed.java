package app.seventv.api.cache;

import com.mongodb.client.MongoChangeStreamCursor;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the database's change stream into the {@link ChangeLog}, from now on and for as long as it
 * lasts: after a gap everything in memory is void, so there is no position to keep. The server
 * answers at least twice a second, also when nothing changes; that is how the log knows that it
 * misses nothing; what is in memory is void also after a mere silence ({@link ChangeLog#heard}).
 *
 * <p>Only ids, names of fields and owners cross the wire where the server can leave the rest out.
 */
public final class ChangeFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);

  /** How long the server may wait for a change before it answers. */
  private static final Duration MAX_WAIT = Duration.ofMillis(500);

  /**
   * Longest time for an answer, whatever is set for other operations; silence is noticed before.
   */
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final Duration REOPEN_PAUSE = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /** Most events in one answer of the server; one with fewer tells all that there was. */
  private static final int BATCH = 1000;

  private final MongoDatabase database;
  private final ChangeLog log;
  private final Changes changes;
  private final Thread thread;
  private volatile boolean closed;

  /** Of the reader alone; true at first so that a failure at the start is told. */
  private boolean watching = true;

  /** Starts to read. */
  public ChangeFeed(MongoDatabase database, ChangeLog log) {
    this.database = database.withTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    this.log = log;
    this.changes = new Changes(log);
    this.thread = Thread.ofPlatform().daemon().name("change-feed").start(this::run);
  }

  private void run() {
    while (!closed) {
      try {
        watch();
      } catch (RuntimeException e) {
        if (!closed && watching) {
          LOG.warn("changes do not arrive, nothing is kept in memory: {}", e.toString());
        }
        watching = false; // told once, until it works again
      } finally {
        log.closed();
      }
      pause();
    }
  }

  private void pause() {
    try {
      if (!closed) {
        TimeUnit.MILLISECONDS.sleep(REOPEN_PAUSE.toMillis());
      }
    } catch (InterruptedException e) {
      // only close interrupts
    }
  }

  private void watch() {
    long askedNs = log.nowNs();
    try (MongoChangeStreamCursor<BsonDocument> cursor = open()) {
      log.opened(askedNs);
      watching = true;
      LOG.info("watching changes");
      FeedReader reader = new FeedReader(cursor, log, changes, BATCH);
      while (!closed) {
        reader.step();
      }
    }
  }

  private MongoChangeStreamCursor<BsonDocument> open() {
    return (MongoChangeStreamCursor<BsonDocument>)
        database
            .watch(pipeline(), BsonDocument.class)
            .maxAwaitTime(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)
            .batchSize(BATCH)
            .withDocumentClass(BsonDocument.class)
            .cursor();
  }

  /** Events of our collections, and those that have none. */
  private static List<BsonDocument> pipeline() {
    BsonArray names = new BsonArray();
    Changes.COLLECTIONS.forEach(name -> names.add(new BsonString(name)));
    BsonDocument ours = new BsonDocument("ns.coll", new BsonDocument("$in", names));
    BsonDocument whole =
        new BsonDocument(
            "operationType",
            new BsonDocument(
                "$in",
                new BsonArray(
                    List.of(new BsonString("invalidate"), new BsonString("dropDatabase")))));
    BsonDocument shown = new BsonDocument();
    for (String field :
        List.of(
            "operationType",
            "ns",
            "documentKey",
            "updateDescription",
            "fullDocument.owner_id",
            "fullDocument.user_id")) {
      shown.append(field, new BsonInt32(1));
    }
    return List.of(
        new BsonDocument("$match", new BsonDocument("$or", new BsonArray(List.of(ours, whole)))),
        new BsonDocument("$project", shown));
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(CLOSE_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
