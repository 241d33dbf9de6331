package app.seventv.imageprocessor;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Packs one picture's colour numbers into LZW codes and data sub-blocks (GIF89a appendix F). */
final class LzwEncoder {
  private static final int MAX_CODES = 4096;

  /** A power of two, about twice the number of codes, so that probes stay short. */
  private static final int TABLE_SIZE = 16_384;

  private static final int MAX_SUB_BLOCK_BYTES = 255;

  private final ByteArrayOutputStream out;
  private final int[] keys = new int[TABLE_SIZE];
  private final short[] codes = new short[TABLE_SIZE];
  private final byte[] block = new byte[MAX_SUB_BLOCK_BYTES];
  private int blockSize;
  private int bits;
  private int bitCount;

  LzwEncoder(ByteArrayOutputStream out) {
    this.out = out;
  }

  /** {@code depth} is the number of bits of a colour number, 2 to 8. */
  void encode(byte[] indexes, int depth) {
    out.write(depth);
    int clearCode = 1 << depth;
    int nextCode = clearCode + 2;
    int codeSize = depth + 1;
    Arrays.fill(keys, -1);
    write(clearCode, codeSize);
    int prefix = indexes[0] & 0xff;
    for (int i = 1; i < indexes.length; i++) {
      int key = prefix << 8 | (indexes[i] & 0xff);
      int slot = slot(key);
      if (keys[slot] == key) {
        prefix = codes[slot];
        continue;
      }
      write(prefix, codeSize);
      prefix = indexes[i] & 0xff;
      if (nextCode == MAX_CODES) {
        write(clearCode, codeSize);
        Arrays.fill(keys, -1);
        nextCode = clearCode + 2;
        codeSize = depth + 1;
      } else {
        keys[slot] = key;
        codes[slot] = (short) nextCode;
        // A reader is one code behind: it widens after this code has arrived.
        if (nextCode++ == 1 << codeSize) {
          codeSize++;
        }
      }
    }
    write(prefix, codeSize);
    if (nextCode == 1 << codeSize && codeSize < 12) {
      codeSize++;
    }
    write(clearCode + 1, codeSize);
    finish();
  }

  private int slot(int key) {
    int slot = (key * 0x9e3779b1) >>> 18;
    while (keys[slot] != -1 && keys[slot] != key) {
      slot = slot + 1 & TABLE_SIZE - 1;
    }
    return slot;
  }

  private void write(int code, int size) {
    bits |= code << bitCount;
    bitCount += size;
    while (bitCount >= 8) {
      writeByte(bits);
      bits >>>= 8;
      bitCount -= 8;
    }
  }

  private void writeByte(int value) {
    block[blockSize++] = (byte) value;
    if (blockSize == MAX_SUB_BLOCK_BYTES) {
      flushBlock();
    }
  }

  private void flushBlock() {
    out.write(blockSize);
    out.write(block, 0, blockSize);
    blockSize = 0;
  }

  private void finish() {
    if (bitCount > 0) {
      writeByte(bits);
    }
    if (blockSize > 0) {
      flushBlock();
    }
    out.write(0);
  }
}
