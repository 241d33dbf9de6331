package app.seventv.api.cache;

/**
 * The checksum of gzip (RFC 1952 §8) over two texts in a row, from the checksums of the two: that
 * of the first is multiplied by x to the power of the bits of the second, modulo the polynomial.
 */
final class Crc32 {
  /** The polynomial with its bits in reverse, without the highest. */
  private static final int POLYNOMIAL = 0xEDB88320;

  /** The polynomial 1: the highest bit is the lowest power. */
  private static final int ONE = 1 << 31;

  /** x to the power of 8 · 2^i: squared 31 times, which is more than texts are long. */
  private static final int[] POWERS = powers();

  private Crc32() {}

  /** What a checksum is multiplied by when so many bytes follow. */
  static int shift(int bytes) {
    int shift = ONE;
    for (int i = 0, rest = bytes; rest != 0; i++, rest >>>= 1) {
      if ((rest & 1) != 0) {
        shift = multiply(shift, POWERS[i]);
      }
    }
    return shift;
  }

  /**
   * @param shift that of the second text's length
   */
  static int combine(int first, int second, int shift) {
    return multiply(shift, first) ^ second;
  }

  private static int[] powers() {
    int[] powers = new int[Integer.SIZE - 1];
    powers[0] = ONE >>> Byte.SIZE;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = multiply(powers[i - 1], powers[i - 1]);
    }
    return powers;
  }

  /** The product of two polynomials modulo ours. */
  private static int multiply(int a, int b) {
    int product = 0;
    int term = b;
    for (int bits = a; bits != 0; bits <<= 1) {
      product ^= term & (bits >> 31);
      term = (term >>> 1) ^ (POLYNOMIAL & -(term & 1));
    }
    return product;
  }
}
