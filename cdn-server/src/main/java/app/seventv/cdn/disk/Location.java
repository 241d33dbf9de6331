package app.seventv.cdn.disk;

/**
 * Where a record lies, in one number.
 *
 * <pre>
 *  63        44 43            20 19            0
 * +------------+----------------+---------------+
 * | segment id | offset / 16    | length / 256  |
 * | (low bits) |                | (rounded up)  |
 * +------------+----------------+---------------+
 * </pre>
 */
final class Location {
  /** No record. */
  static final long NONE = -1;

  /** Records begin at multiples of this. */
  static final int ALIGNMENT_BYTES = 16;

  /**
   * What 24 bits of offset reach; one less segment than the bits allow keeps {@link #NONE} free.
   */
  static final int MAX_SEGMENT_BYTES = 1 << 28;

  /** Segments at once. */
  static final int MAX_SEGMENTS = 1 << 16;

  private static final int SEGMENT_BITS = 20;
  private static final int OFFSET_BITS = 24;
  private static final int LENGTH_BITS = 20;
  private static final int LENGTH_UNIT_BYTES = 256;

  private Location() {}

  static long of(long segmentId, long offset, long lengthBytes) {
    long units = (lengthBytes + LENGTH_UNIT_BYTES - 1) / LENGTH_UNIT_BYTES;
    return (segmentId & mask(SEGMENT_BITS)) << (OFFSET_BITS + LENGTH_BITS)
        | (offset / ALIGNMENT_BYTES) << LENGTH_BITS
        | units;
  }

  /** Low bits of the segment's id, which tell all segments at one time apart. */
  static int segmentSlot(long location) {
    return (int) (location >>> (OFFSET_BITS + LENGTH_BITS));
  }

  static int segmentSlotOf(long segmentId) {
    return (int) (segmentId & mask(SEGMENT_BITS));
  }

  static long offset(long location) {
    return (location >>> LENGTH_BITS & mask(OFFSET_BITS)) * ALIGNMENT_BYTES;
  }

  /** Bytes to read so as to have the whole record. */
  static int lengthBytes(long location) {
    return (int) ((location & mask(LENGTH_BITS)) * LENGTH_UNIT_BYTES);
  }

  private static long mask(int bits) {
    return (1L << bits) - 1;
  }
}
