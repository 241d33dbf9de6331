package app.seventv.imageprocessor;

/** Unpacks one picture's LZW codes from its data sub-blocks (GIF89a appendix F). */
final class LzwDecoder {
  private static final int MAX_CODES = 4096;

  private final byte[] data;
  private int position;
  private int blockLeft;
  private int bits;
  private int bitCount;
  private boolean ended;

  private final int minCodeSize;
  private final int clearCode;
  private int codeSize;
  private int nextCode;
  private int previousCode = -1;

  private final short[] prefix = new short[MAX_CODES];
  private final byte[] suffix = new byte[MAX_CODES];
  private final byte[] stack = new byte[MAX_CODES + 1];
  private int stackSize;
  private int firstByte;

  /** The sub-blocks' chain must already be known to lie inside {@code data}. */
  LzwDecoder(byte[] data, int offset) {
    this.data = data;
    this.minCodeSize = data[offset] & 0xff;
    this.position = offset + 1;
    if (minCodeSize < 1 || minCodeSize > 8) {
      throw JobFailure.decode("gif: LZW code size " + minCodeSize);
    }
    this.clearCode = 1 << minCodeSize;
    for (int i = 0; i < clearCode; i++) {
      suffix[i] = (byte) i;
    }
    reset();
  }

  private void reset() {
    codeSize = minCodeSize + 1;
    nextCode = clearCode + 2;
    previousCode = -1;
  }

  /** Fills {@code row} and returns the number of bytes written; fewer only at the data's end. */
  int read(byte[] row) {
    int filled = 0;
    while (filled < row.length) {
      if (stackSize > 0) {
        row[filled++] = stack[--stackSize];
      } else if (!decodeCode()) {
        break;
      }
    }
    return filled;
  }

  private boolean decodeCode() {
    int code = ended ? -1 : nextBits();
    if (code < 0 || code == clearCode + 1) {
      ended = true;
      return false;
    }
    if (code == clearCode) {
      reset();
      return true;
    }
    if (previousCode < 0) {
      if (code > clearCode) {
        throw JobFailure.decode("gif: bad LZW code");
      }
      firstByte = code;
      stack[stackSize++] = (byte) code;
      previousCode = code;
      return true;
    }
    if (code > nextCode) {
      throw JobFailure.decode("gif: bad LZW code");
    }
    int walk = code;
    if (code == nextCode) {
      stack[stackSize++] = (byte) firstByte;
      walk = previousCode;
    }
    while (walk > clearCode + 1) {
      stack[stackSize++] = suffix[walk];
      walk = prefix[walk];
    }
    firstByte = suffix[walk] & 0xff;
    stack[stackSize++] = (byte) firstByte;
    if (nextCode < MAX_CODES) {
      prefix[nextCode] = (short) previousCode;
      suffix[nextCode] = (byte) firstByte;
      nextCode++;
      if (nextCode == 1 << codeSize && codeSize < 12) {
        codeSize++;
      }
    }
    previousCode = code;
    return true;
  }

  private int nextBits() {
    while (bitCount < codeSize) {
      if (blockLeft == 0) {
        blockLeft = data[position++] & 0xff;
        if (blockLeft == 0) {
          position--;
          return -1;
        }
      }
      bits |= (data[position++] & 0xff) << bitCount;
      bitCount += 8;
      blockLeft--;
    }
    int code = bits & (1 << codeSize) - 1;
    bits >>>= codeSize;
    bitCount -= codeSize;
    return code;
  }
}
