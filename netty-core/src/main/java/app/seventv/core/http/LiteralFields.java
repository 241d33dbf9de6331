package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;

/**
 * Lines of a field section that refer to no dynamic table: a name as {@link FieldNames} has encoded
 * it and a value without Huffman's code, which is the same in HPACK and QPACK (RFC 7541 §5.2, RFC
 * 9204 §4.1.2). They are gathered in an array, because single bytes are dear in a buffer outside
 * the heap. There is one for each loop.
 */
final class LiteralFields {
  /** Longer lines are written, but the array for them is not kept. */
  private static final int MAX_KEPT_BYTES = 64 << 10;

  private static final int FIRST_BYTES = 1 << 10;

  /** Length of a string: what fits the first byte, and the most bytes that it takes. */
  private static final int SHORT_LENGTH = 0x7F;

  private static final int MAX_LENGTH_BYTES = 6;

  private static final FastThreadLocal<LiteralFields> OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected LiteralFields initialValue() {
          return new LiteralFields();
        }
      };

  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;

  private LiteralFields() {}

  /** Those of the loop that calls, without lines. */
  static LiteralFields begin() {
    LiteralFields lines = OF_LOOP.get();
    lines.length = 0;
    return lines;
  }

  /** Adds a line. */
  void add(byte[] name, CharSequence value) {
    int room = name.length + MAX_LENGTH_BYTES + value.length();
    if (bytes.length - length < room) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + room));
    }
    System.arraycopy(name, 0, bytes, length, name.length);
    length += name.length;
    putLength(value.length());
    length = FieldText.put(value, bytes, length);
  }

  /** RFC 7541 §5.1, with a prefix of seven bits behind a zero. */
  private void putLength(int size) {
    if (size < SHORT_LENGTH) {
      bytes[length++] = (byte) size;
      return;
    }
    bytes[length++] = SHORT_LENGTH;
    int rest = size - SHORT_LENGTH;
    while (rest > 0x7F) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  /** Writes what was added. */
  void writeTo(ByteBuf out) {
    out.writeBytes(bytes, 0, length);
    if (bytes.length > MAX_KEPT_BYTES) {
      bytes = new byte[FIRST_BYTES];
    }
  }
}
