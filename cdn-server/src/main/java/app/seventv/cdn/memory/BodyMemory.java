package app.seventv.cdn.memory;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Memory for bodies of all sizes, of which no more is resident than a limit. What is freed is used
 * again first; what is too small for what is wanted goes back to the kernel page by page, instead
 * of staying resident as it does with a general allocator when sizes change.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // all updates are made under the lock
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
    long wanted =
        Math.clamp(
            2 * Math.min(expectedBytes, MAX_REGION_BYTES), MIN_REGION_BYTES, MAX_REGION_BYTES);
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
      Region region = regionWith(units);
      if (region == null) {
        return null;
      }
      int hole = region.find(units);
      long excess = residentBytes + region.growth(hole, units) - limitBytes;
      if (excess > 0 && cool(excess) < excess) {
        return null;
      }
      // To cool does not move a hole, but a warm one grows by what is taken of it then.
      if (residentBytes + region.growth(hole, units) > limitBytes) {
        return null;
      }
      return take(region, hole, units, length);
    }
  }

  /** A region with a hole for so many units, if possible a warm one; null if there is none. */
  private @Nullable Region regionWith(int units) {
    Region withCold = null;
    for (Region region : regions) {
      int hole = region.find(units);
      if (hole != Holes.NONE && region.isWarm(hole)) {
        return region;
      }
      withCold = withCold == null && hole != Holes.NONE ? region : withCold;
    }
    return withCold == null ? anotherRegion() : withCold;
  }

  private @Nullable Region anotherRegion() {
    Region fresh = Region.reserve(this, regionBytes);
    if (fresh != null) {
      regions.add(fresh);
      residentBytes += Region.EMPTY_BYTES; // under the lock
    }
    return fresh;
  }

  /** Gives back pages of holes; returns their bytes. */
  private long cool(long wantedBytes) {
    long given = 0;
    for (Region region : regions) {
      if (given < wantedBytes) {
        given += region.cool(wantedBytes - given);
      }
    }
    residentBytes -= given; // under the lock
    return given;
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

  /** Bytes that the process has of the kernel: those in use, and what it still has of holes. */
  public long residentBytes() {
    return residentBytes;
  }
}
