package app.seventv.cdn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Memory cache of objects by canonical key, bounded in bytes (cdn.md §5.1). */
final class ObjectCache {
  private final Cache<String, CachedObject> cache;
  private final long capacityBytes;
  private final AtomicLong weightBytes = new AtomicLong();
  private final AtomicLong evictions = new AtomicLong();

  /**
   * @param capacityBytes bound on the entries' weight; 0 or less for none
   * @param ticker monotonic clock
   */
  ObjectCache(long capacityBytes, Ticker ticker) {
    this.capacityBytes = capacityBytes;
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(capacityBytes <= 0 ? Long.MAX_VALUE / 2 : capacityBytes)
            .weigher((String key, CachedObject object) -> object.weightBytes())
            .expireAfter(Expiry.<String, CachedObject>creating((key, object) -> object.lifetime()))
            .ticker(ticker)
            // Maintenance is short; on the writer's thread, memory is freed before it grows.
            .executor(Runnable::run)
            .removalListener((key, object, cause) -> removed(object, cause.wasEvicted()))
            .build();
  }

  private void removed(@Nullable CachedObject object, boolean evicted) {
    if (object != null) {
      weightBytes.addAndGet(-object.weightBytes());
      object.release();
      if (evicted) {
        evictions.incrementAndGet();
      }
    }
  }

  @Nullable CachedObject get(String key) {
    return cache.getIfPresent(key);
  }

  /** Adds an object, whose reference it takes; the policy may turn it away at once. */
  void put(String key, CachedObject object) {
    weightBytes.addAndGet(object.weightBytes());
    cache.put(key, object);
  }

  void remove(String key) {
    cache.invalidate(key);
  }

  /** Removes all keys that begin with the prefix; walks the whole cache. */
  void removePrefix(String prefix) {
    cache.asMap().keySet().removeIf(key -> key.startsWith(prefix));
  }

  /** Frees everything. */
  void clear() {
    cache.invalidateAll();
    cache.cleanUp();
  }

  long entries() {
    return cache.estimatedSize();
  }

  long weightBytes() {
    return weightBytes.get();
  }

  long evictions() {
    return evictions.get();
  }

  /** Capacity left in bytes; negative while over it. */
  long remainingBytes() {
    return capacityBytes - weightBytes.get();
  }
}
