package app.seventv.cdn;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Cache in front of the origin: one fetch per key however many ask (cdn.md §5.3), and no fetch that
 * began before a purge ever fills the cache.
 */
final class ObjectStore {
  private final ObjectCache cache;
  private final Origin origin;
  private final CdnMetrics metrics;
  private final ConcurrentMap<String, Fetch> fetches = new ConcurrentHashMap<>();

  ObjectStore(ObjectCache cache, Origin origin, CdnMetrics metrics) {
    this.cache = cache;
    this.origin = origin;
    this.metrics = metrics;
  }

  /** A fetch that others may join. */
  static final class Fetch {
    private final CompletableFuture<CachedObject> result = new CompletableFuture<>();
    private volatile boolean purged;

    /** Completes with the object, which the receiver must {@link CachedObject#retainBody}. */
    CompletableFuture<CachedObject> result() {
      return result;
    }
  }

  /** The cached object, or null; counts a hit. */
  @Nullable CachedObject cached(String key) {
    CachedObject object = cache.get(key);
    if (object != null) {
      metrics.cacheAction(CdnMetrics.CacheAction.HIT);
    }
    return object;
  }

  /** The fetch of a key that is not cached: joined or begun. */
  Fetch fetch(String key) {
    Fetch mine = new Fetch();
    Fetch running = fetches.putIfAbsent(key, mine);
    if (running != null) {
      metrics.cacheAction(CdnMetrics.CacheAction.COALESCED);
      return running;
    }
    CachedObject object = cache.get(key);
    if (object != null) {
      // Another fetch ended between our look at the cache and at the table.
      metrics.cacheAction(CdnMetrics.CacheAction.REBOUND_HIT);
      fetches.remove(key, mine);
      mine.result.complete(object);
      return mine;
    }
    metrics.cacheAction(CdnMetrics.CacheAction.MISS);
    long startNs = System.nanoTime();
    origin
        .fetch(key)
        .whenComplete((fetched, failure) -> ended(key, mine, startNs, fetched, failure));
    return mine;
  }

  private void ended(
      String key,
      Fetch fetch,
      long startNs,
      @Nullable CachedObject object,
      @Nullable Throwable failure) {
    metrics.originAnswered(object, failure, System.nanoTime() - startNs);
    if (object == null) {
      fetches.remove(key, fetch);
      fetch.result.completeExceptionally(
          failure == null ? new IllegalStateException("no result") : failure);
      return;
    }
    // Held until the waiters have taken their references, whatever the cache decides.
    var held = object.retainBody();
    if (fetch.purged || object.lifetime().isZero()) {
      object.release();
    } else {
      cache.put(key, object);
      if (fetch.purged) {
        cache.remove(key);
      }
    }
    fetches.remove(key, fetch);
    fetch.result.complete(object);
    if (held != null) {
      held.release();
    }
  }

  /** Forgets a key, and makes sure that a running fetch does not bring the old bytes back. */
  void purge(String key) {
    Fetch running = fetches.remove(key);
    if (running != null) {
      running.purged = true;
    }
    cache.remove(key);
  }

  int inflight() {
    return fetches.size();
  }
}
