package app.seventv.core.limits;

import java.nio.ByteBuffer;
import org.agrona.collections.Long2LongCounterMap;
import org.agrona.collections.Object2IntCounterMap;

/**
 * Counts per address block of one size. Blocks of up to 64 bits, which is all of IPv4 and most of
 * IPv6, take 16 bytes in a primitive map (about 25 with its spare room); longer ones an object of
 * 24 bytes more. Blocks at zero are removed.
 */
final class BlockCounts {
  private record Longer(long high, long low) {}

  private final int prefixBits;
  private final Long2LongCounterMap upTo64Bits = new Long2LongCounterMap(0);
  private final Object2IntCounterMap<Longer> longer = new Object2IntCounterMap<>(0);

  BlockCounts(int prefixBits) {
    this.prefixBits = prefixBits;
  }

  private static long firstBits(long value, int bits) {
    return bits == 0 ? 0 : value & (-1L << (Long.SIZE - bits));
  }

  /** The first 64 bits of the block; an IPv4 address fills the first 32. */
  static long high(byte[] address, int prefixBits) {
    ByteBuffer bytes = ByteBuffer.wrap(address);
    long high =
        address.length == Integer.BYTES ? (long) bytes.getInt() << Integer.SIZE : bytes.getLong();
    return firstBits(high, Math.min(prefixBits, Long.SIZE));
  }

  private Longer longer(byte[] address) {
    long low = ByteBuffer.wrap(address, Long.BYTES, Long.BYTES).getLong();
    return new Longer(high(address, Long.SIZE), firstBits(low, prefixBits - Long.SIZE));
  }

  long get(byte[] address) {
    return prefixBits > Long.SIZE
        ? longer.get(longer(address))
        : upTo64Bits.get(high(address, prefixBits));
  }

  void increment(byte[] address) {
    if (prefixBits > Long.SIZE) {
      longer.incrementAndGet(longer(address));
    } else {
      upTo64Bits.incrementAndGet(high(address, prefixBits));
    }
  }

  void decrement(byte[] address) {
    if (prefixBits > Long.SIZE) {
      longer.decrementAndGet(longer(address));
    } else {
      upTo64Bits.decrementAndGet(high(address, prefixBits));
    }
  }

  int size() {
    return upTo64Bits.size() + longer.size();
  }
}
