package app.seventv.events;

/** Mixing of bits. */
final class Hash {
  /** Spreads small numbers over 64 bits: 2 to the 64th over the golden ratio, odd. */
  static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Hash() {}

  /** Every bit depends on every one: Stafford's thirteenth variant, as in SplittableRandom. */
  static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
