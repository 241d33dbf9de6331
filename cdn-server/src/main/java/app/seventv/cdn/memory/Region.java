package app.seventv.cdn.memory;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A range of addresses, divided into blocks and holes without gaps ("two-level segregated fit" by
 * Masmano et al., 2004). Holes next to each other become one at once.
 *
 * <p>A hole is <em>warm</em> while all of it counts as resident, as a block that was freed is: it
 * is used again first, since that costs the kernel nothing. A hole is <em>cold</em> when the pages
 * that lie wholly within it have been given back, or never were written.
 *
 * <p>Sizes and places are counted in units of 16 bytes. Each block and hole begins with a header of
 * its own size and that of its predecessor. Calls are made under the lock of {@link BodyMemory};
 * the bytes of a block are its owner's.
 */
final class Region {
  static final int UNIT_BYTES = 16;
  static final int HEADER_BYTES = 8;

  /** What is resident of a region that is one hole: the page of its header. */
  static final int EMPTY_BYTES = Pages.BYTES;

  /** A hole that is larger gives its pages back at once: nobody may want so much again soon. */
  private static final int MAX_WARM_UNITS = (1 << 20) / UNIT_BYTES;

  private static final int PREVIOUS_SIZE_AT = 4;
  private static final int HOLE = 1;
  private static final int WARM = 2;
  private static final int FLAG_BITS = 2;

  private final BodyMemory memory;
  private final ByteBuffer bytes;
  private final long address;
  private final int units;
  private final Holes warm;
  private final Holes cold;

  private Region(BodyMemory memory, MemorySegment segment) {
    this.memory = memory;
    this.bytes = segment.asByteBuffer(); // keeps the segment
    this.address = segment.address();
    this.units = (int) (segment.byteSize() / UNIT_BYTES);
    this.warm = new Holes(bytes, units);
    this.cold = new Holes(bytes, units);
    previousSize(0, 0);
    makeHole(0, units, false);
  }

  /** A region that is one cold hole, or null if the kernel has no addresses left. */
  static @Nullable Region reserve(BodyMemory memory, int size) {
    MemorySegment segment = Pages.reserve(size);
    return segment == null ? null : new Region(memory, segment);
  }

  BodyMemory memory() {
    return memory;
  }

  /** All bytes of the region; only to be used by places, never by position. */
  ByteBuffer bytes() {
    return bytes;
  }

  long address() {
    return address;
  }

  /** Units of a block for so many bytes. */
  static int unitsOf(int size) {
    return Math.toIntExact(Math.ceilDiv((long) size + HEADER_BYTES, UNIT_BYTES));
  }

  /** A hole in which so many units fit, if possible a warm one; or {@link Holes#NONE}. */
  int find(int wanted) {
    int hole = warm.find(wanted);
    return hole == Holes.NONE ? cold.find(wanted) : hole;
  }

  /** Bytes that become resident when a block is taken from a hole. */
  int growth(int hole, int wanted) {
    int rest = sizeOf(hole) - wanted;
    boolean isWarm = isWarm(hole);
    return wanted * UNIT_BYTES
        + resident(hole + wanted, rest, isWarm)
        - resident(hole, sizeOf(hole), isWarm);
  }

  /** Makes the beginning of a hole a block. */
  void take(int hole, int wanted) {
    int size = sizeOf(hole);
    boolean isWarm = isWarm(hole);
    holes(isWarm).remove(hole, size);
    header(hole, wanted, 0);
    if (size > wanted) {
      previousSize(hole + wanted, wanted);
      makeHole(hole + wanted, size - wanted, isWarm);
    }
  }

  /** Makes a block part of a hole; returns the bytes that are no longer resident. */
  int free(int block, int size) {
    if (sizeOf(block) != size || isHole(block)) {
      throw new IllegalStateException("no such block");
    }
    int begin = block;
    int end = block + size;
    int warmBegin = begin;
    int warmEnd = end;
    int residentBefore = size * UNIT_BYTES;
    int before = block - previousSize(block);
    if (before < block && isHole(before)) {
      begin = before;
      warmBegin = isWarm(before) ? before : warmBegin;
      residentBefore += absorb(before);
    }
    if (end < units && isHole(end)) {
      int after = end;
      end += sizeOf(after);
      warmEnd = isWarm(after) ? end : warmEnd;
      residentBefore += absorb(after);
    }
    boolean stays = begin == warmBegin && end == warmEnd && end - begin <= MAX_WARM_UNITS;
    makeHole(begin, end - begin, stays);
    if (!stays) {
      release(begin, end, warmBegin, warmEnd);
    }
    return residentBefore - resident(begin, end - begin, stays);
  }

  private int absorb(int hole) {
    int size = sizeOf(hole);
    boolean isWarm = isWarm(hole);
    holes(isWarm).remove(hole, size);
    return resident(hole, size, isWarm);
  }

  /**
   * Makes warm holes cold until so many bytes are given back, the largest first; returns how many.
   */
  long cool(long wantedBytes) {
    long given = 0;
    while (given < wantedBytes) {
      int hole = warm.largest();
      int size = hole == Holes.NONE ? 0 : sizeOf(hole);
      int pages = size * UNIT_BYTES - resident(Math.max(0, hole), size, false);
      if (pages == 0) {
        return given; // those of its class may have some, but hardly any
      }
      warm.remove(hole, size);
      makeHole(hole, size, false);
      release(hole, hole + size, hole, hole + size);
      given += pages;
    }
    return given;
  }

  /** Gives back the pages within a hole that touch the part of it that was resident until now. */
  private void release(int begin, int end, int warmBegin, int warmEnd) {
    int first = Math.max(firstPage(begin), pageOf(warmBegin * UNIT_BYTES));
    int last = Math.min(pageOf(end * UNIT_BYTES), firstPage(warmEnd));
    if (first < last) {
      Pages.release(address + (long) first * Pages.BYTES, (long) (last - first) * Pages.BYTES);
    }
  }

  /** Bytes of a hole that are resident: of a cold one those that are not in pages of its own. */
  private static int resident(int hole, int size, boolean isWarm) {
    int pages = isWarm ? 0 : pageOf((hole + size) * UNIT_BYTES) - firstPage(hole);
    return size * UNIT_BYTES - Math.max(0, pages) * Pages.BYTES;
  }

  /** The first page behind the header and links of a hole. */
  private static int firstPage(int hole) {
    return Math.ceilDiv((hole + 1) * UNIT_BYTES, Pages.BYTES);
  }

  private static int pageOf(int at) {
    return at / Pages.BYTES;
  }

  private Holes holes(boolean isWarm) {
    return isWarm ? warm : cold;
  }

  private void makeHole(int at, int size, boolean isWarm) {
    header(at, size, HOLE | (isWarm ? WARM : 0));
    previousSize(at + size, size);
    holes(isWarm).add(at, size);
  }

  private void header(int at, int size, int flags) {
    bytes.putInt(at * UNIT_BYTES, size << FLAG_BITS | flags);
  }

  static int sizeOf(ByteBuffer bytes, int at) {
    return bytes.getInt(at * UNIT_BYTES) >>> FLAG_BITS;
  }

  private int sizeOf(int at) {
    return sizeOf(bytes, at);
  }

  private boolean isHole(int at) {
    return (bytes.getInt(at * UNIT_BYTES) & HOLE) != 0;
  }

  /** Whether a hole is warm. */
  boolean isWarm(int at) {
    return (bytes.getInt(at * UNIT_BYTES) & WARM) != 0;
  }

  private int previousSize(int at) {
    return bytes.getInt(at * UNIT_BYTES + PREVIOUS_SIZE_AT);
  }

  /** Tells what begins there of the size of its predecessor; nothing does at the region's end. */
  private void previousSize(int at, int size) {
    if (at < units) {
      bytes.putInt(at * UNIT_BYTES + PREVIOUS_SIZE_AT, size);
    }
  }
}
