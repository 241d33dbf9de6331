package app.seventv.searchindex;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import org.bson.BsonValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for documents that were changed but not indexed, because a message was lost, and indexes
 * them (workers.md §6, §16). It works on the documents themselves and leaves {@code updated_at}
 * alone; it takes a page at a time, so that it never crowds out fresh changes.
 */
final class CatchUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CatchUp.class);
  private static final Duration PERIOD = Duration.ofSeconds(60);
  private static final int MAX_EXTRA_SECONDS = 9;

  /** Younger changes are most likely still on their way. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private static final int PAGE = 200;

  /** Documents that failed are left alone for a while; at most so many are remembered. */
  private static final Duration FAILED_WAIT = Duration.ofHours(1);

  private static final int MAX_FAILED = 1000;

  private final List<String> collections;
  private final Store store;
  private final IndexWork work;
  private final HealthGate gate;
  private final IndexMetrics metrics;
  private final Clock clock;
  private final RandomGenerator random;
  private final Thread thread;
  private final Map<IndexKey, Instant> failed =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<IndexKey, Instant> eldest) {
          return size() > MAX_FAILED;
        }
      };

  CatchUp(
      List<String> collections,
      Store store,
      IndexWork work,
      HealthGate gate,
      IndexMetrics metrics,
      Clock clock,
      RandomGenerator random) {
    this.collections = List.copyOf(collections);
    this.store = store;
    this.work = work;
    this.gate = gate;
    this.metrics = metrics;
    this.clock = clock;
    this.random = random;
    this.thread = Thread.ofVirtual().name("catch-up").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        gate.await();
        try {
          pass();
        } catch (RuntimeException e) {
          LOG.warn("the search for unindexed documents failed: {}", e.toString());
        }
        Thread.sleep(PERIOD.plusSeconds(random.nextInt(MAX_EXTRA_SECONDS + 1)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks through all collections once. */
  void pass() throws InterruptedException {
    Instant now = clock.instant();
    failed.values().removeIf(time -> time.plus(FAILED_WAIT).isBefore(now));
    for (String collection : collections) {
      List<BsonValue> page;
      do {
        page = store.unindexed(collection, now.minus(GRACE), failedIn(collection), PAGE);
        index(collection, page);
      } while (page.size() == PAGE && gate.isOpen());
    }
  }

  private List<BsonValue> failedIn(String collection) {
    List<BsonValue> ids = new ArrayList<>();
    for (IndexKey key : failed.keySet()) {
      BsonValue id = key.id();
      if (key.collection().equals(collection) && id != null) {
        ids.add(id);
      }
    }
    return ids;
  }

  private void index(String collection, List<BsonValue> ids) throws InterruptedException {
    Map<IndexKey, CompletableFuture<Void>> running = new LinkedHashMap<>();
    for (BsonValue id : ids) {
      IndexKey key = new IndexKey(collection, id);
      running.put(key, work.submit(key));
      metrics.caughtUp(collection);
    }
    for (Map.Entry<IndexKey, CompletableFuture<Void>> entry : running.entrySet()) {
      try {
        entry.getValue().get();
      } catch (ExecutionException e) {
        LOG.warn("{} cannot be indexed: {}", entry.getKey(), e.getCause().toString());
        failed.put(entry.getKey(), clock.instant());
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
