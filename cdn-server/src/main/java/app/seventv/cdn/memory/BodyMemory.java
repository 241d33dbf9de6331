package app.seventv.cdn.memory;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Memory for bodies of all sizes, taken from the kernel in pages as it is used and given back in
 * pages as it is freed. So the memory of the process is what is counted here, whatever sizes come
 * and go: a general allocator keeps what it once had in places that are too small now.
 */
public final class BodyMemory {
  private static final int MIN_REGION_BYTES = 1 << 20;
  private static final int MAX_REGION_BYTES = 1 << 30;

  private final int regionBytes;
  private final CopyOnWriteArrayList<Region> regions = new CopyOnWriteArrayList<>();

  // Written under the lock.
  private volatile long usedBytes;
  private volatile long residentBytes;

  /**
   * Memory without any of it.
   *
   * @param expectedBytes what will be used at most; no limit, but larger bodies may find no place
   */
  public BodyMemory(long expectedBytes) {
    // Addresses cost nothing: with twice as many, there is hardly ever a second region.
    long wanted = Math.clamp(2 * Math.min(expectedBytes, MAX_REGION_BYTES), MIN_REGION_BYTES, MAX_REGION_BYTES);
    this.regionBytes = (int) Long.highestOneBit(wanted);
  }

  /** Bytes that a body of this length takes, its header and what it cannot use included. */
  public static long blockBytes(int length) {
    return (long) Region.unitsOf(length) * Region.UNIT_BYTES;
  }

  /** Whether a body of this length could have a place at all. */
  public boolean canHold(int length) {
    return blockBytes(length) <= regionBytes;
  }

  /**
   * A buffer of exactly this length, which cannot grow, with a reference count of its own; null if
   * more memory than the limit would be resident then, or there is none.
   */
  public @Nullable ByteBuf allocate(int length, long limitBytes) {
    if (!canHold(length)) {
      return null;
    }
    int units = Region.unitsOf(length);
    synchronized (this) {
      boolean found = false;
      for (Region region : regions) {
        int hole = region.find(units);
        if (hole != Region.NONE) {
          found = true;
          if (residentBytes + region.growth(hole, units) <= limitBytes) {
            return take(region, hole, units, length);
          }
        }
      }
      if (found || residentBytes + blockBytes(length) > limitBytes) {
        return null;
      }
      Region fresh = Region.reserve(this, regionBytes);
      if (fresh == null) {
        return null;
      }
      regions.add(fresh);
      residentBytes += Region.EMPTY_BYTES;
      return take(fresh, fresh.find(units), units, length);
    }
  }

  private ByteBuf take(Region region, int hole, int units, int length) {
    residentBytes += region.growth(hole, units); // under the lock
    usedBytes += (long) units * Region.UNIT_BYTES;
    region.take(hole, units);
    return new Body(region, hole, length);
  }

  /** Called once for each body, when nobody refers to it any more. */
  void free(Region region, int block, int length) {
    int units = Region.unitsOf(length);
    synchronized (this) {
      residentBytes -= region.free(block, units);
      usedBytes -= (long) units * Region.UNIT_BYTES;
    }
  }

  /** Bytes in use: the blocks of bodies that somebody refers to. */
  public long usedBytes() {
    return usedBytes;
  }

  /** Bytes that the process has of the kernel: those in use, and holes smaller than a page. */
  public long residentBytes() {
    return residentBytes;
  }
}
