package app.seventv.cdn.memory;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A range of addresses, divided into blocks and holes without gaps ("two-level segregated fit" by
 * Masmano et al., 2004). Holes next to each other become one at once, and pages that lie wholly
 * within a hole go back to the kernel.
 *
 * <p>Sizes and places are counted in units of 16 bytes. Each block and hole begins with a header of
 * its own size and that of its predecessor; a hole's links in the list of its class follow. Calls
 * are made under the lock of {@link BodyMemory}; the bytes of a block are its owner's.
 */
final class Region {
  static final int UNIT_BYTES = 16;
  static final int HEADER_BYTES = 8;

  /** What is resident of a region that is one hole: the page of its header. */
  static final int EMPTY_BYTES = Pages.BYTES;

  /** No place. */
  static final int NONE = -1;

  /** Classes of size per power of two, as a power of two; below that there is one per size. */
  private static final int CLASS_BITS = 5;

  private static final int CLASSES_PER_POWER = 1 << CLASS_BITS;

  /** Holes of the request's own class, which may be smaller, that are looked at. */
  private static final int MAX_LOOKS = 8;

  private static final int PREVIOUS_SIZE_AT = 4;
  private static final int NEXT_AT = 8;
  private static final int PREVIOUS_AT = 12;

  private final BodyMemory memory;
  private final ByteBuffer bytes;
  private final long address;
  private final int units;

  /** First hole of each class of sizes. */
  private final int[] heads;

  /** A bit per class that has holes. */
  private final long[] occupied;

  private Region(BodyMemory memory, MemorySegment segment) {
    this.memory = memory;
    this.bytes = segment.asByteBuffer(); // keeps the segment
    this.address = segment.address();
    this.units = (int) (segment.byteSize() / UNIT_BYTES);
    this.heads = new int[classOf(units) + 1];
    this.occupied = new long[Math.ceilDiv(heads.length, Long.SIZE)];
    Arrays.fill(heads, NONE);
    header(0, units, true);
    previousSize(0, 0);
    link(0, units);
  }

  /** A region that is one hole, or null if the kernel has no addresses left. */
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

  /** The smallest hole, more or less, in which so many units fit, or {@link #NONE}. */
  int find(int wanted) {
    if (wanted > units) {
      return NONE;
    }
    int own = classOf(wanted);
    int hole = heads[own];
    for (int i = 0; hole != NONE && i < MAX_LOOKS; i++) {
      if (sizeOf(hole) >= wanted) {
        return hole;
      }
      hole = next(hole);
    }
    int larger = nextOccupied(own + 1);
    return larger == NONE ? NONE : heads[larger];
  }

  /** Bytes that become resident when a block is taken from a hole. */
  int growth(int hole, int wanted) {
    int rest = sizeOf(hole) - wanted;
    return wanted * UNIT_BYTES + resident(hole + wanted, rest) - resident(hole, sizeOf(hole));
  }

  /** Makes the beginning of a hole a block. */
  void take(int hole, int wanted) {
    int size = sizeOf(hole);
    unlink(hole, size);
    header(hole, wanted, false);
    int rest = size - wanted;
    if (rest > 0) {
      header(hole + wanted, rest, true);
      previousSize(hole + wanted, wanted);
      previousSize(hole + size, rest);
      link(hole + wanted, rest);
    }
  }

  /** Makes a block part of a hole; returns the bytes that are no longer resident. */
  int free(int block, int size) {
    if (sizeOf(block) != size || isHole(block)) {
      throw new IllegalStateException("no such block");
    }
    int begin = block;
    int end = block + size;
    int residentBefore = size * UNIT_BYTES;
    int before = block - previousSize(block);
    if (before < block && isHole(before)) {
      residentBefore += absorb(before);
      begin = before;
    }
    if (end < units && isHole(end)) {
      int after = sizeOf(end);
      residentBefore += absorb(end);
      end += after;
    }
    header(begin, end - begin, true);
    previousSize(end, end - begin);
    link(begin, end - begin);
    release(begin, end, block, block + size);
    return residentBefore - resident(begin, end - begin);
  }

  private int absorb(int hole) {
    int size = sizeOf(hole);
    unlink(hole, size);
    return resident(hole, size);
  }

  /** Gives back the pages within a hole that touch what was a block until now. */
  private void release(int begin, int end, int block, int blockEnd) {
    int first = Math.max(firstPage(begin), pageOf(block * UNIT_BYTES));
    int last = Math.min(pageOf(end * UNIT_BYTES), firstPage(blockEnd));
    if (first < last) {
      Pages.release(address + (long) first * Pages.BYTES, (long) (last - first) * Pages.BYTES);
    }
  }

  /** Bytes of a hole that are not in pages of its own. */
  private static int resident(int hole, int size) {
    int pages = pageOf((hole + size) * UNIT_BYTES) - firstPage(hole);
    return size * UNIT_BYTES - Math.max(0, pages) * Pages.BYTES;
  }

  /** The first page behind the header and links of a hole. */
  private static int firstPage(int hole) {
    return Math.ceilDiv((hole + 1) * UNIT_BYTES, Pages.BYTES);
  }

  private static int pageOf(int at) {
    return at / Pages.BYTES;
  }

  private static int classOf(int size) {
    if (size < CLASSES_PER_POWER) {
      return size;
    }
    int power = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(size);
    int within = (size >>> (power - CLASS_BITS)) & (CLASSES_PER_POWER - 1);
    return ((power - CLASS_BITS + 1) << CLASS_BITS) + within;
  }

  private int nextOccupied(int from) {
    for (int word = from / Long.SIZE; word < occupied.length; word++) {
      long bits = occupied[word];
      if (word == from / Long.SIZE) {
        bits &= -1L << from; // Java takes the shift modulo 64
      }
      if (bits != 0) {
        return word * Long.SIZE + Long.numberOfTrailingZeros(bits);
      }
    }
    return NONE;
  }

  private void link(int hole, int size) {
    int index = classOf(size);
    int head = heads[index];
    bytes.putInt(hole * UNIT_BYTES + NEXT_AT, head);
    bytes.putInt(hole * UNIT_BYTES + PREVIOUS_AT, NONE);
    if (head != NONE) {
      bytes.putInt(head * UNIT_BYTES + PREVIOUS_AT, hole);
    }
    heads[index] = hole;
    occupied[index / Long.SIZE] |= 1L << index;
  }

  private void unlink(int hole, int size) {
    int next = next(hole);
    int previous = bytes.getInt(hole * UNIT_BYTES + PREVIOUS_AT);
    if (next != NONE) {
      bytes.putInt(next * UNIT_BYTES + PREVIOUS_AT, previous);
    }
    if (previous != NONE) {
      bytes.putInt(previous * UNIT_BYTES + NEXT_AT, next);
      return;
    }
    int index = classOf(size);
    heads[index] = next;
    if (next == NONE) {
      occupied[index / Long.SIZE] &= ~(1L << index);
    }
  }

  private int next(int hole) {
    return bytes.getInt(hole * UNIT_BYTES + NEXT_AT);
  }

  private void header(int at, int size, boolean hole) {
    bytes.putInt(at * UNIT_BYTES, size << 1 | (hole ? 1 : 0));
  }

  private int sizeOf(int at) {
    return bytes.getInt(at * UNIT_BYTES) >>> 1;
  }

  private boolean isHole(int at) {
    return (bytes.getInt(at * UNIT_BYTES) & 1) != 0;
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
