package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;

/** The XOR of RFC 6455 §5.3, eight bytes at a time. */
final class Masking {
  private Masking() {}

  /**
   * Masks or unmasks in place.
   *
   * @param mask the key; its highest byte belongs to the first byte
   */
  static void apply(ByteBuf data, int index, int length, int mask) {
    if (mask == 0) {
      return;
    }
    int at = index;
    int end = index + length;
    long wide = ((long) mask << 32) | (mask & 0xFFFFFFFFL);
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      data.setLong(at, data.getLong(at) ^ wide);
    }
    if (end - at >= Integer.BYTES) {
      data.setInt(at, data.getInt(at) ^ mask);
      at += Integer.BYTES;
    }
    for (int shift = 24; at < end; at++, shift -= Byte.SIZE) {
      data.setByte(at, data.getByte(at) ^ (mask >>> shift));
    }
  }

  /** The key for the bytes that follow {@code length} masked ones. */
  static int advance(int mask, int length) {
    return Integer.rotateLeft(mask, Byte.SIZE * (length & 3));
  }
}
