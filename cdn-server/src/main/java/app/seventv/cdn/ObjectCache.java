package app.seventv.cdn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
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
  private final DoubleSupplier random;
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
   * @param random numbers from 0 to 1, for the admission of large objects
   */
  ObjectCache(
      long capacityBytes,
      ToLongFunction<CachedObject> usefulNs,
      Ticker ticker,
      DoubleSupplier random) {
    this.capacityBytes = capacityBytes;
    this.maximumBytes = new AtomicLong(capacityBytes);
    this.random = random;
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
            .removalListener((path, object, cause) -> removed(object, cause.wasEvicted()))
            .build();
  }

  private void removed(@Nullable CachedObject object, boolean evicted) {
    if (object != null) {
      weightBytes.addAndGet(-object.weightBytes());
      bodyBytes.addAndGet(-object.blockBytes());
      object.release();
      if (evicted) {
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

  /**
   * Whether an object may take others' place. Caffeine admits by frequency alone; one object that
   * is ten times the usual size is worth it only if it is wanted as often as the ten that have to
   * go. Hence a full cache gives a large object a chance that falls with its size: the more often
   * it is wanted, the more chances it gets.
   */
  private boolean admits(String path, CachedObject object) {
    long used = weightBytes.get();
    long entries = cache.estimatedSize();
    if (capacityBytes <= 0 || used < maximumBytes.get() * FULL || entries == 0) {
      return true;
    }
    double share = (double) used / entries / object.weightBytes();
    return share >= 1 || random.getAsDouble() < share || cache.asMap().containsKey(path);
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
