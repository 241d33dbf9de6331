package app.seventv.core.http;

import io.netty.util.internal.StringUtil;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-encoding in paths (RFC 3986 §2.1). */
public final class PercentCoding {
  private PercentCoding() {}

  /**
   * Decodes a path or a part of one; a plus sign is a plus sign.
   *
   * @throws HttpError 400 for malformed encodings, encoded NUL, and bytes that are not UTF-8 (an
   *     overlong form could be another character in disguise)
   */
  public static String decode(String text) {
    try {
      return decode(text, false);
    } catch (CharacterCodingException e) {
      throw new HttpError(400, "path is not UTF-8", e);
    }
  }

  /**
   * Decodes like {@link #decode(String)}, but leaves alone what is no encoding, as {@code %zz}, and
   * decodes NUL like any other character: for text that is checked afterwards.
   *
   * @throws CharacterCodingException for bytes that are not UTF-8
   */
  public static String decodeLeniently(String text) throws CharacterCodingException {
    return decode(text, true);
  }

  private static String decode(String text, boolean lenient) throws CharacterCodingException {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (b == '%') {
        int value = i + 2 < bytes.length ? octet((char) bytes[i + 1], (char) bytes[i + 2]) : -1;
        if (value <= 0 && !lenient) {
          throw new HttpError(400, "malformed percent-encoding in path");
        }
        if (value >= 0) {
          b = (byte) value;
          i += 2;
        }
      }
      bytes[length++] = b;
    }
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString();
  }

  /** Decodes only what needed no encoding: letters, digits, {@code - . _ ~} (RFC 3986 §2.3). */
  static String normalized(String path) {
    int percent = path.indexOf('%');
    if (percent < 0) {
      return path;
    }
    StringBuilder normal = new StringBuilder(path.length());
    int from = 0;
    while (percent >= 0 && percent + 2 < path.length()) {
      int value = octet(path.charAt(percent + 1), path.charAt(percent + 2));
      normal.append(path, from, percent);
      if (value >= 0 && isUnreserved((char) value)) {
        normal.append((char) value);
      } else {
        normal.append(path, percent, percent + 3);
      }
      from = percent + 3;
      percent = path.indexOf('%', from);
    }
    return normal.append(path, Math.min(from, path.length()), path.length()).toString();
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~".indexOf(c) >= 0;
  }

  private static int octet(char high, char low) {
    int first = StringUtil.decodeHexNibble(high);
    int second = StringUtil.decodeHexNibble(low);
    return first < 0 || second < 0 ? -1 : first << 4 | second;
  }
}
