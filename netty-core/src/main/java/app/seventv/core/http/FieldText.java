package app.seventv.core.http;

import io.netty.util.AsciiString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Texts of header fields as bytes, eight at a time. */
final class FieldText {
  private static final int DELETE = 0x7F;
  private static final long EACH = 0x0101_0101_0101_0101L;
  private static final long TOP_BITS = 0x8080_8080_8080_8080L;
  private static final long SPACES = ' ' * EACH;
  private static final long DELETES = DELETE * EACH;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private FieldText() {}

  /**
   * Copies a text, of each character the low byte. Control characters become spaces: the last guard
   * against a field that smuggles in a line end, whatever made it (RFC 9110 §5.5, RFC 9114 §10.3).
   *
   * @param to has room for the text from the index on
   * @return index behind the text
   */
  @SuppressWarnings("deprecation") // copies low bytes at once; what that makes of others is checked
  static int put(CharSequence text, byte[] to, int from) {
    int size = text.length();
    if (text instanceof String string) {
      string.getBytes(0, size, to, from);
    } else if (text instanceof AsciiString ascii) {
      System.arraycopy(ascii.array(), ascii.arrayOffset(), to, from, size);
    } else {
      for (int i = 0; i < size; i++) {
        to[from + i] = (byte) text.charAt(i);
      }
    }
    guard(to, from, from + size);
    return from + size;
  }

  private static void guard(byte[] bytes, int from, int end) {
    int i = from;
    for (; i + Long.BYTES <= end; i += Long.BYTES) {
      if (mayHaveControl((long) LONGS.get(bytes, i))) {
        clean(bytes, i, i + Long.BYTES);
      }
    }
    clean(bytes, i, end);
  }

  /** Whether a byte is below the space, which a tab is too, or is DEL. */
  static boolean mayHaveControl(long bytes) {
    long below = (bytes - SPACES) & ~bytes;
    long difference = bytes ^ DELETES;
    long deletes = (difference - EACH) & ~difference;
    return ((below | deletes) & TOP_BITS) != 0;
  }

  private static void clean(byte[] bytes, int from, int end) {
    for (int i = from; i < end; i++) {
      byte c = bytes[i];
      if ((c >= 0 && c < ' ' && c != '\t') || c == DELETE) {
        bytes[i] = ' ';
      }
    }
  }
}
