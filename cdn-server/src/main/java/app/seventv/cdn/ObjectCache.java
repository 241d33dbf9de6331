package app.seventv.cdn;

import app.seventv.cdn.memory.BodyMemory;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Memory cache of objects, bounded in bytes (cdn.md §5.1). Keys are canonical paths, canonical keys
 * with a leading slash: so the path of a request is looked up as it stands.
 *
 * <p>Bodies lie in {@link BodyMemory}, of which no more is ever resident than the capacity leaves
 * beside what the entries cost on the heap.
 */
final class ObjectCache {
  /** Share of the capacity from which on objects have to make room for each other. */
  private static final double FULL = 0.95;

  /** The room for entries changes in steps of this share of the capacity. */
  private static final int STEPS = 64;

  /** Times that entries make room for one body, a step each time, before it has to do without. */
  private static final int MAX_EVICTIONS = 4;

  private final Cache<String, CachedObject> cache;
  private final long capacityBytes;

  /** The room for entries now. */
  private final AtomicLong maximumBytes;

  /** What the entries leave free, since holes between bodies are memory, too. */
  private final AtomicLong spareBytes = new AtomicLong();

  private final BodyMemory bodies;
  private final Bodies memory = new Bodies();
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
    this.bodies = new BodyMemory(capacityBytes <= 0 ? Long.MAX_VALUE / 2 : capacityBytes);
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
    return memory.body(bytes);
  }

  private @Nullable ByteBuf allocateWithin(int bytes) {
    if (!bodies.canHold(bytes)) {
      return null;
    }
    ByteBuf block = bodies.allocate(bytes, limitBytes());
    for (int i = 0; block == null && i < MAX_EVICTIONS && weightBytes.get() > 0; i++) {
      spareBytes.set(Math.max(0, capacityBytes - outsideBytes() - weightBytes.get()) + stepBytes());
      makeRoom();
      block = bodies.allocate(bytes, limitBytes());
    }
    makeRoom();
    return block;
  }

  /** What may be resident of the bodies' memory: the capacity without the entries' heap. */
  private long limitBytes() {
    return capacityBytes <= 0 ? Long.MAX_VALUE : capacityBytes - heapBytes();
  }

  private long heapBytes() {
    return weightBytes.get() - bodyBytes.get();
  }

  private long stepBytes() {
    return Math.max(1, capacityBytes / STEPS);
  }

  /** Blocks that belong to no entry: being filled, or still being sent after it has gone. */
  private long outsideBytes() {
    return Math.max(0, directBytes() - bodyBytes.get());
  }

  /**
   * What blocks outside the entries use is taken from the entries' room, so that the bound holds
   * for all of them.
   */
  private void makeRoom() {
    if (capacityBytes > 0) {
      long reserved = Math.ceilDiv(outsideBytes() + spareBytes.get(), stepBytes()) * stepBytes();
      long wanted = Math.max(0, capacityBytes - reserved);
      if (maximumBytes.getAndSet(wanted) != wanted) {
        cache.policy().eviction().orElseThrow().setMaximum(wanted);
      }
    }
  }

  /** Entries that have filled their room get more of it while there are few holes. */
  private void useSpare() {
    long spare = spareBytes.get();
    if (spare > 0
        && weightBytes.get() > maximumBytes.get() - stepBytes()
        && bodies.residentBytes() < limitBytes() - 2 * stepBytes()) {
      spareBytes.compareAndSet(spare, Math.max(0, spare - stepBytes()));
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
    useSpare();
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
    return bodies.usedBytes();
  }

  /** The same with the holes between them: what the process has of the kernel for bodies. */
  long residentBytes() {
    return bodies.residentBytes();
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

  /** The memory as others know it; with Netty's search for leaks, if that is on. */
  private final class Bodies extends AbstractByteBufAllocator {
    @Nullable ByteBuf body(int length) {
      if (length == 0) {
        return Unpooled.EMPTY_BUFFER;
      }
      ByteBuf block = allocateWithin(length);
      if (block == null) {
        exhausted.incrementAndGet();
        return null;
      }
      return toLeakAwareBuffer(block);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      ByteBuf body = body(initialCapacity);
      if (body == null) {
        throw new OutOfMemoryError("no memory for a body of " + initialCapacity + " bytes");
      }
      return body;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      return Unpooled.buffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }
}
