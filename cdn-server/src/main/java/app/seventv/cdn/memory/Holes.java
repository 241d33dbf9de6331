package app.seventv.cdn.memory;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Lists of holes by class of size, the latest first, so that a hole which is about large enough is
 * found in constant time. The links lie in the holes, behind their headers.
 */
final class Holes {
  /** No place. */
  static final int NONE = -1;

  /** Classes of size per power of two, as a power of two; below that there is one per size. */
  private static final int CLASS_BITS = 5;

  private static final int CLASSES_PER_POWER = 1 << CLASS_BITS;

  /** Holes of the request's own class, which may be smaller, that are looked at. */
  private static final int MAX_LOOKS = 8;

  private static final int NEXT_AT = 8;
  private static final int PREVIOUS_AT = 12;

  private final ByteBuffer bytes;

  /** First hole of each class. */
  private final int[] heads;

  /** A bit per class that has holes. */
  private final long[] occupied;

  /**
   * No holes.
   *
   * @param bytes those of the region
   * @param maxSize of a hole, in units
   */
  Holes(ByteBuffer bytes, int maxSize) {
    this.bytes = bytes;
    this.heads = new int[classOf(maxSize) + 1];
    this.occupied = new long[Math.ceilDiv(heads.length, Long.SIZE)];
    Arrays.fill(heads, NONE);
  }

  /** The smallest hole, more or less, in which so many units fit, or {@link #NONE}. */
  int find(int wanted) {
    int own = classOf(wanted);
    if (own >= heads.length) {
      return NONE;
    }
    int hole = heads[own];
    for (int i = 0; hole != NONE && i < MAX_LOOKS; i++) {
      if (Region.sizeOf(bytes, hole) >= wanted) {
        return hole;
      }
      hole = bytes.getInt(hole * Region.UNIT_BYTES + NEXT_AT);
    }
    return firstFrom(own + 1);
  }

  /** A hole of the lowest class, from this one on, that has any. */
  private int firstFrom(int from) {
    for (int word = from / Long.SIZE; word < occupied.length; word++) {
      long bits = occupied[word];
      if (word == from / Long.SIZE) {
        bits &= -1L << from; // Java takes the shift modulo 64
      }
      if (bits != 0) {
        return heads[word * Long.SIZE + Long.numberOfTrailingZeros(bits)];
      }
    }
    return NONE;
  }

  /** A hole of the highest class that has any, or {@link #NONE}. */
  int largest() {
    for (int word = occupied.length - 1; word >= 0; word--) {
      if (occupied[word] != 0) {
        int bit = Long.SIZE - 1 - Long.numberOfLeadingZeros(occupied[word]);
        return heads[word * Long.SIZE + bit];
      }
    }
    return NONE;
  }

  void add(int hole, int size) {
    int index = classOf(size);
    int head = heads[index];
    bytes.putInt(hole * Region.UNIT_BYTES + NEXT_AT, head);
    bytes.putInt(hole * Region.UNIT_BYTES + PREVIOUS_AT, NONE);
    if (head != NONE) {
      bytes.putInt(head * Region.UNIT_BYTES + PREVIOUS_AT, hole);
    }
    heads[index] = hole;
    occupied[index / Long.SIZE] |= 1L << index;
  }

  void remove(int hole, int size) {
    int next = bytes.getInt(hole * Region.UNIT_BYTES + NEXT_AT);
    int previous = bytes.getInt(hole * Region.UNIT_BYTES + PREVIOUS_AT);
    if (next != NONE) {
      bytes.putInt(next * Region.UNIT_BYTES + PREVIOUS_AT, previous);
    }
    if (previous != NONE) {
      bytes.putInt(previous * Region.UNIT_BYTES + NEXT_AT, next);
      return;
    }
    int index = classOf(size);
    heads[index] = next;
    if (next == NONE) {
      occupied[index / Long.SIZE] &= ~(1L << index);
    }
  }

  private static int classOf(int size) {
    if (size < CLASSES_PER_POWER) {
      return size;
    }
    int power = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(size);
    int within = (size >>> (power - CLASS_BITS)) & (CLASSES_PER_POWER - 1);
    return ((power - CLASS_BITS + 1) << CLASS_BITS) + within;
  }
}
