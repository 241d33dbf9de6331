package app.seventv.cdn;

/**
 * Decides which objects a full cache takes in. Caffeine admits by frequency alone, and so keeps one
 * object of 200 KB where a hundred of 2 KB would earn more. This filter before it compares uses per
 * byte: an object must promise at least half of what those that had to go of late were worth.
 *
 * <p>Uses are counted in a sketch of bytes (count-min, two rows in one array), which hits do not
 * touch: an object in the cache counts its own deliveries, and brings them along when it has to go.
 * All counts are halved now and then, so that what was popular once is forgotten.
 */
final class SizeAdmission {
  /** Bytes of capacity per counter: some counters for each object of the usual size. */
  private static final long BYTES_PER_COUNTER = 4_096;

  private static final int MIN_COUNTERS = 1 << 10;
  private static final int MAX_COUNTERS = 1 << 28;
  private static final int MAX_COUNT = 255;

  /** Counts are halved after so many per counter. */
  private static final int AGE = 4;

  /** Weight of the latest one among the values of those that had to go. */
  private static final double LATEST = 1 / 50.0;

  /** Share of the usual value that is enough. */
  private static final double ENOUGH = 0.5;

  /** What is asked for sinks with every refusal: a cache must not close itself for ever. */
  private static final double DECAY = 0.999;

  private final byte[] counters;
  private int counted;

  /** Uses per byte of those that had to go; 0 while none had to. */
  private double usualValue;

  SizeAdmission(long capacityBytes) {
    long wanted = Math.clamp(capacityBytes / BYTES_PER_COUNTER, MIN_COUNTERS, MAX_COUNTERS);
    counters = new byte[(int) Long.highestOneBit(wanted)];
  }

  /** Counts a use of something that is not in the cache. */
  synchronized void missed(String path) {
    int hash = path.hashCode();
    raise(hash, Math.min(MAX_COUNT, count(hash) + 1));
    counted++;
    if (counted >= AGE * counters.length) {
      counted = 0;
      for (int i = 0; i < counters.length; i++) {
        counters[i] = (byte) (Byte.toUnsignedInt(counters[i]) >> 1);
      }
    }
  }

  /** Whether an object of this weight may take others' place. */
  synchronized boolean admits(String path, int weightBytes) {
    if (count(path.hashCode()) / (double) weightBytes >= usualValue * ENOUGH) {
      return true;
    }
    usualValue *= DECAY;
    return false;
  }

  /** An object had to make room after so many deliveries. */
  synchronized void evicted(String path, int weightBytes, int deliveries) {
    int hash = path.hashCode();
    int uses = Math.min(MAX_COUNT, count(hash) + Math.clamp(deliveries, 0, MAX_COUNT));
    raise(hash, uses);
    double value = uses / (double) weightBytes;
    usualValue = usualValue == 0 ? value : usualValue + (value - usualValue) * LATEST;
  }

  private int count(int hash) {
    return Math.min(
        Byte.toUnsignedInt(counters[first(hash)]), Byte.toUnsignedInt(counters[second(hash)]));
  }

  private void raise(int hash, int count) {
    int first = first(hash);
    int second = second(hash);
    counters[first] = (byte) Math.max(Byte.toUnsignedInt(counters[first]), count);
    counters[second] = (byte) Math.max(Byte.toUnsignedInt(counters[second]), count);
  }

  private int first(int hash) {
    int mixed = hash * 0x9E37_79B9;
    return (mixed ^ (mixed >>> 15)) & (counters.length - 1);
  }

  private int second(int hash) {
    int mixed = (hash ^ (hash >>> 16)) * 0x85EB_CA6B;
    return (mixed ^ (mixed >>> 13)) & (counters.length - 1);
  }
}
