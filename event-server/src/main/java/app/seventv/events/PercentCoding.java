package app.seventv.events;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Percent-decoding as forgiving as URL parsers are: what is no escape stays as it is. */
final class PercentCoding {
  private PercentCoding() {}

  /**
   * Decodes; bytes that are not UTF-8 become replacement characters.
   *
   * @param plusIsSpace as in form data
   */
  static String decode(String text, boolean plusIsSpace) {
    ByteBuffer bytes = bytes(text, plusIsSpace);
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  /** Decodes; null if the result is not UTF-8. A plus sign stays one. */
  static @Nullable String decodeStrictly(String text) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes(text, false)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static ByteBuffer bytes(String text, boolean plusIsSpace) {
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      byte b = in[i];
      int high = b == '%' && i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(in[i + 2], 16);
      if (low >= 0) {
        b = (byte) (high << 4 | low);
        i += 2;
      } else if (b == '+' && plusIsSpace) {
        b = ' ';
      }
      in[length++] = b;
    }
    return ByteBuffer.wrap(in, 0, length);
  }
}
