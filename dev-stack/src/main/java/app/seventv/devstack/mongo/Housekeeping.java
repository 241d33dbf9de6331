package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.Document;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The regular work: committing to the file, expiring documents, ending forgotten transactions. */
final class Housekeeping implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

  private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);

  /** A real server sweeps once a minute; tests and developers have less patience. */
  private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(1);

  private static final int MAX_EXPIRED_PER_SWEEP = 1000;

  private final Transactions transactions;
  private final IndexCatalog indexes;
  private final DocumentStore store;
  private final DocumentWriter writer;
  private final Clock clock;
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("mongo-housekeeping").daemon().factory());

  Housekeeping(
      Transactions transactions,
      IndexCatalog indexes,
      DocumentStore store,
      DocumentWriter writer,
      Clock clock) {
    this.transactions = transactions;
    this.indexes = indexes;
    this.store = store;
    this.writer = writer;
    this.clock = clock;
  }

  /**
   * @param commit writes everything to the file; does nothing for a server in memory
   */
  void start(Runnable commit) {
    every(COMMIT_INTERVAL, () -> commit(commit));
    every(SWEEP_INTERVAL, this::sweep);
    every(SWEEP_INTERVAL, transactions::abortExpired);
  }

  private void every(Duration interval, Runnable task) {
    Runnable guarded =
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            log.warn("housekeeping failed, trying again later", e);
          }
        };
    long ms = interval.toMillis();
    scheduler.scheduleWithFixedDelay(guarded, ms, ms, TimeUnit.MILLISECONDS);
  }

  /** Commits between writes, so that the file never holds half a transaction. */
  private void commit(Runnable commit) {
    try {
      transactions.betweenWrites(
          COMMIT_INTERVAL,
          () ->
              store.reading(() -> {
                commit.run();
                return true;
              }));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Deletes what TTL indexes say has expired. */
  private void sweep() {
    for (IndexCatalog.Entry entry : indexes.expiring()) {
      Document filter = expired(entry);
      if (store.find(entry.ns(), filter, null, 1).isEmpty()) {
        continue;
      }
      transactions.alone(work -> {
        List<Document> found = store.find(entry.ns(), filter, null, MAX_EXPIRED_PER_SWEEP);
        found.forEach(document -> writer.deleteOne(work, entry.ns(), document));
        log.debug("expired {} documents of {}", found.size(), entry.ns());
        return found.size();
      });
    }
  }

  private Document expired(IndexCatalog.Entry entry) {
    String field = Docs.firstKey(entry.key());
    long seconds = Docs.number(entry.index(), "expireAfterSeconds", 0);
    Instant newest = clock.instant().minusSeconds(seconds);
    Document filter = new Document(field, new Document("$lt", newest).append("$type", "date"));
    Document partial = Docs.document(entry.index(), "partialFilterExpression");
    return partial == null ? filter : new Document("$and", List.of(filter, partial));
  }

  @Override
  public void close() {
    scheduler.close();
  }
}
