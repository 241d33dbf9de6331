package app.seventv.core.http;

import io.netty.buffer.ByteBuf;

/** Reads variable-length integers (RFC 9000 §16) that may arrive in parts, and writes them. */
final class Http3VarInt {
  private static final int TWO_BYTES = 0x4000;
  private static final int FOUR_BYTES = 0x8000_0000;
  private static final long EIGHT_BYTES = 0xC000_0000_0000_0000L;
  private static final int ONE_BYTE_LIMIT = 1 << 6;
  private static final int TWO_BYTE_LIMIT = 1 << 14;
  private static final long FOUR_BYTE_LIMIT = 1L << 30;

  private long value;
  private int missing;
  private boolean begun;

  /** Takes bytes; true once the number is complete, which starts the next one. */
  boolean read(ByteBuf in) {
    if (!begun) {
      if (!in.isReadable()) {
        return false;
      }
      int first = in.readUnsignedByte();
      missing = (1 << (first >> 6)) - 1;
      value = first & 0x3F;
      begun = true;
    }
    while (missing > 0 && in.isReadable()) {
      value = value << Byte.SIZE | in.readUnsignedByte();
      missing--;
    }
    begun = missing > 0;
    return !begun;
  }

  /** Whether a number has begun but is not complete. */
  boolean isPartial() {
    return begun;
  }

  /** The last complete number. */
  long value() {
    return value;
  }

  static void write(ByteBuf out, long number) {
    if (number < ONE_BYTE_LIMIT) {
      out.writeByte((int) number);
    } else if (number < TWO_BYTE_LIMIT) {
      out.writeShort(TWO_BYTES | (int) number);
    } else if (number < FOUR_BYTE_LIMIT) {
      out.writeInt(FOUR_BYTES | (int) number);
    } else {
      out.writeLong(EIGHT_BYTES | number);
    }
  }
}
