package app.seventv.cdn;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory cache, the tiers behind it and the origin behind those: one fetch per key however many
 * ask (cdn.md §5.3), and no fetch that began before a purge ever fills memory or a tier.
 */
final class ObjectStore {
  private final ObjectCache cache;
  private final List<Tier> tiers;
  private final Origin origin;
  private final CdnMetrics metrics;
  private final LongSupplier nanoClock;
  private final Generations generations = new Generations();
  private final ConcurrentMap<String, Fetch> fetches = new ConcurrentHashMap<>();

  /**
   * @param tiers asked in order after the memory; closed by whoever made them
   */
  ObjectStore(
      ObjectCache cache,
      List<Tier> tiers,
      Origin origin,
      CdnMetrics metrics,
      LongSupplier nanoClock) {
    this.cache = cache;
    this.tiers = List.copyOf(tiers);
    this.origin = origin;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
  }

  /** A fetch that others may join. */
  static final class Fetch {
    private final String key;
    private final Generations.Ticket ticket;
    private final CompletableFuture<CachedObject> result = new CompletableFuture<>();

    Fetch(String key, Generations.Ticket ticket) {
      this.key = key;
      this.ticket = ticket;
    }

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
    Fetch mine = new Fetch(key, generations.ticket(key));
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
    askTier(mine, 0);
    return mine;
  }

  private void askTier(Fetch fetch, int index) {
    if (index == tiers.size()) {
      askOrigin(fetch);
      return;
    }
    tiers
        .get(index)
        .lookup(fetch.key)
        .whenComplete((object, failure) -> {
          if (object == null) {
            askTier(fetch, index + 1);
          } else if (!fetch.ticket.isCurrent() || isStale(object)) {
            object.release();
            askTier(fetch, index + 1);
          } else {
            found(fetch, object, index);
          }
        });
  }

  private boolean isStale(CachedObject object) {
    return object.ageSeconds(nanoClock.getAsLong()) >= object.lifetime().toSeconds();
  }

  private void askOrigin(Fetch fetch) {
    long startNs = nanoClock.getAsLong();
    origin
        .fetch(fetch.key)
        .whenComplete((object, failure) -> {
          metrics.originAnswered(object, failure, nanoClock.getAsLong() - startNs);
          if (object != null) {
            found(fetch, object, tiers.size());
          } else {
            fetches.remove(fetch.key, fetch);
            fetch.result.completeExceptionally(
                failure == null ? new IllegalStateException("no result") : failure);
          }
        });
  }

  /**
   * Keeps an object in memory and in the tiers before the one that had it, and tells the waiters.
   */
  private void found(Fetch fetch, CachedObject object, int from) {
    // Held until the waiters have taken their references, whatever the cache decides.
    ByteBuf held = object.retainBody();
    boolean keep = !object.lifetime().isZero();
    if (!keep || !fetch.ticket.commit(() -> cache.put(fetch.key, object))) {
      object.release();
    }
    if (keep && object.status() == 200) {
      for (Tier tier : tiers.subList(0, from)) {
        tier.store(fetch.key, object, fetch.ticket);
      }
    }
    fetches.remove(fetch.key, fetch);
    fetch.result.complete(object);
    if (held != null) {
      held.release();
    }
  }

  /** Forgets a key everywhere; a running fetch is not joined any more and fills nothing. */
  void purge(String key) {
    generations.purged(key);
    fetches.remove(key);
    cache.remove(key);
    tiers.forEach(tier -> tier.remove(key));
  }

  /** Forgets all keys that begin with the prefix, as {@link #purge}; an empty one means all. */
  void purgePrefix(String prefix) {
    generations.purgedMany();
    fetches.keySet().removeIf(key -> key.startsWith(prefix));
    cache.removePrefix(prefix);
    tiers.forEach(tier -> tier.removePrefix(prefix));
  }

  int inflight() {
    return fetches.size();
  }
}
