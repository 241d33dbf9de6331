package app.seventv.searchindex;

import app.seventv.model.CollectionNames;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.bson.BsonValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the work for keys, one task per key at a time. While a server is away work waits; what fails
 * although all servers are well is tried a few times and then fails.
 */
final class IndexWork {
  private static final Logger LOG = LoggerFactory.getLogger(IndexWork.class);
  private static final int ATTEMPTS = 3;
  private static final Duration RETRY_WAIT = Duration.ofSeconds(1);

  private final Map<String, Indexer> indexers;
  private final Reconciliation reconciliation;
  private final HealthGate gate;
  private final KeyedTasks<IndexKey> tasks = new KeyedTasks<>(this::run);

  IndexWork(
      IndexedCollections collections,
      Store store,
      SearchIndex index,
      Reconciliation reconciliation,
      HealthGate gate,
      Clock clock) {
    Map<String, Indexer> all = new HashMap<>();
    collections
        .all()
        .forEach(collection ->
            all.put(collection.name(), new DocumentIndexer<>(collection, store, index, clock)));
    all.put(CollectionNames.ENTITLEMENT_EDGES, new FanOut(store, clock));
    this.indexers = Map.copyOf(all);
    this.reconciliation = reconciliation;
    this.gate = gate;
  }

  /** Collections that there is work for. */
  Set<String> collections() {
    return indexers.keySet();
  }

  /**
   * Completes when the work is done, for {@link #collections()} only; exceptionally with a {@link
   * PermanentFailure} if trying again is useless.
   */
  CompletableFuture<Void> submit(IndexKey key) {
    return tasks.submit(key);
  }

  /** Keys being worked on. */
  int size() {
    return tasks.size();
  }

  private void run(IndexKey key) throws Exception {
    for (int attempt = 1; ; ) {
      gate.await();
      try {
        runOnce(key);
        return;
      } catch (PermanentFailure | InterruptedException e) {
        throw e;
      } catch (Exception e) {
        if (gate.verify()) { // the servers are well: it is the work
          if (attempt == ATTEMPTS) {
            throw e;
          }
          attempt++;
        }
        LOG.warn("{} is tried again: {}", key, e.toString());
        Thread.sleep(RETRY_WAIT);
      }
    }
  }

  private void runOnce(IndexKey key) throws Exception {
    BsonValue id = key.id();
    if (id == null) {
      reconciliation.run(key.collection());
      return;
    }
    Indexer indexer = indexers.get(key.collection());
    if (indexer == null) {
      throw new PermanentFailure("not an indexed collection: " + key.collection());
    }
    indexer.index(id);
  }
}
