package app.seventv.cdn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Memory cache of objects, bounded in bytes (cdn.md §5.1). Keys are canonical paths, canonical keys
 * with a leading slash: so the path of a request is looked up as it stands.
 *
 * <p>Bodies are blocks off the heap of their exact size, allocated here, so that what they use is
 * known to the byte.
 */
final class ObjectCache {
  /** Share of the capacity from which on objects have to make room for each other. */
  private static final double FULL = 0.95;

  /** The room for entries changes in steps of this share of the capacity. */
  private static final int STEPS = 64;

  private final Cache<String, CachedObject> cache;
  private final long capacityBytes;

  /** The room for entries now. */
  private final AtomicLong maximumBytes;

  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
  private final SizeAdmission admission;
  private final AtomicLong exhausted = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();
  private final AtomicLong weightBytes = new AtomicLong();
  private final AtomicLong bodyBytes = new AtomicLong();
  private final AtomicLong evictions = new AtomicLong();
  private final AtomicLong evictedBytes = new AtomicLong();

  /**
   * @param capacityBytes bound on the entries' weight; 0 or less for none
   * @param usefulNs nanoseconds from now for which an object is of any use
   * @param ticker monotonic clock
   */
  ObjectCache(long capacityBytes, ToLongFunction<CachedObject> usefulNs, Ticker ticker) {
    this.capacityBytes = capacityBytes;
    this.maximumBytes = new AtomicLong(capacityBytes);
    this.admission = new SizeAdmission(capacityBytes);
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(capacityBytes <= 0 ? Long.MAX_VALUE / 2 : capacityBytes)
            .weigher((String path, CachedObject object) -> object.weightBytes())
            // Of a renewed object too, unlike the reference's.
            .expireAfter(
                Expiry.<String, CachedObject>writing(
                    (path, object) -> Duration.ofNanos(usefulNs.applyAsLong(object))))
            .ticker(ticker)
            // Maintenance is short; on the writer's thread, memory is freed before it grows.
            .executor(Runnable::run)
            .removalListener((path, object, cause) -> removed(path, object, cause))
            .build();
  }

  private void removed(@Nullable String path, @Nullable CachedObject object, RemovalCause cause) {
    if (path != null && object != null) {
      if (cause == RemovalCause.SIZE) {
        admission.evicted(path, object.weightBytes(), object.deliveries());
      }
      weightBytes.addAndGet(-object.weightBytes());
      bodyBytes.addAndGet(-object.blockBytes());
      object.release();
      if (cause.wasEvicted()) {
        evictions.incrementAndGet();
        evictedBytes.addAndGet(object.weightBytes());
      }
    }
  }

  /** A block for a body of this size, or null if there is no memory left for it. */
  @Nullable ByteBuf allocate(int bytes) {
    try {
      ByteBuf block = memory.directBuffer(bytes, bytes);
      makeRoom();
      return block;
    } catch (OutOfMemoryError e) { // of the limit for direct memory: the heap is as well as ever
      exhausted.incrementAndGet();
      return null;
    }
  }

  /**
   * What blocks use that belong to no entry, being filled or still being sent after their entry has
   * gone, is taken from the room of the entries, so that the bound holds for all of them.
   */
  private void makeRoom() {
    if (capacityBytes > 0) {
      long step = Math.max(1, capacityBytes / STEPS);
      long outsideBytes = Math.max(0, directBytes() - bodyBytes.get());
      long steps = Math.min(STEPS, Math.ceilDiv(outsideBytes, step));
      long wanted = capacityBytes - steps * step;
      if (maximumBytes.getAndSet(wanted) != wanted) {
        cache.policy().eviction().orElseThrow().setMaximum(Math.max(0, wanted));
      }
    }
  }

  /** Where bodies from other places go, so that {@link #directBytes} knows of them. */
  ByteBufAllocator memory() {
    return memory;
  }

  @Nullable CachedObject get(String path) {
    return cache.getIfPresent(path);
  }

  /** Whether a key is in memory; not counted as a use. */
  boolean contains(String key) {
    return cache.policy().getIfPresentQuietly(key) != null;
  }

  /** Adds an object, whose reference it takes; the policy may turn it away at once. */
  void put(String path, CachedObject object) {
    if (!admits(path, object)) {
      rejected.incrementAndGet();
      object.release();
      return;
    }
    weightBytes.addAndGet(object.weightBytes());
    bodyBytes.addAndGet(object.blockBytes());
    cache.put(path, object);
    makeRoom();
  }

  /** Whether an object may come in; a renewed one stays whatever it is worth. */
  private boolean admits(String path, CachedObject object) {
    if (capacityBytes <= 0) {
      return true;
    }
    admission.missed(path);
    return weightBytes.get() < maximumBytes.get() * FULL
        || cache.asMap().containsKey(path)
        || admission.admits(path, object.weightBytes());
  }

  void remove(String path) {
    cache.invalidate(path);
  }

  /** Removes all paths that begin with the prefix; walks the whole cache. */
  void removePrefix(String prefix) {
    cache.asMap().keySet().removeIf(path -> path.startsWith(prefix));
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

  long evictedBytes() {
    return evictedBytes.get();
  }

  /** Memory of bodies off the heap, those on their way and those still being sent included. */
  long directBytes() {
    return memory.metric().usedDirectMemory();
  }

  /** Bodies for which there was no memory. */
  long exhausted() {
    return exhausted.get();
  }

  long rejected() {
    return rejected.get();
  }

  /** Capacity left in bytes; negative while over it. */
  long remainingBytes() {
    return capacityBytes - weightBytes.get();
  }
}
