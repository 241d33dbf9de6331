package app.seventv.api.common;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds text that is no Unicode. JSON can name one half of a surrogate pair (RFC 8259 §8.2), which
 * has no form in UTF-8: stored or published, the document could not be read by anybody else.
 */
public final class UnicodeJson {
  private static final JsonMapper JSON = new JsonMapper();

  private UnicodeJson() {}

  /**
   * Whether a JSON document that can be parsed is UTF-8 and all of its names and texts are Unicode.
   */
  public static boolean isUnicode(byte[] json) {
    if (isOtherEncoding(json)) {
      return false;
    }
    if (!namesSurrogates(json)) {
      return true;
    }
    try (JsonParser parser = JSON.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        boolean isText = token == JsonToken.VALUE_STRING || token == JsonToken.PROPERTY_NAME;
        if (isText && !isUnicode(parser.getString())) {
          return false;
        }
      }
      return true;
    } catch (JacksonException e) {
      return false;
    }
  }

  /**
   * Whether the parser has taken it for UTF-16, UTF-32 or text with a byte order mark, which
   * between systems it must not be (RFC 8259 §8.1): no JSON has a zero byte or begins outside of
   * ASCII.
   */
  private static boolean isOtherEncoding(byte[] json) {
    for (int i = 0; i < Math.min(json.length, 4); i++) {
      if (json[i] == 0) {
        return true;
      }
    }
    return json.length > 0 && json[0] < 0;
  }

  /** Nearly no document does, and a look at the bytes is all that it costs the others. */
  private static boolean namesSurrogates(byte[] json) {
    for (int i = 0; i + 1 < json.length; i++) {
      if (json[i] == '\\' && json[i + 1] == 'u') {
        if (i + 2 < json.length && (json[i + 2] | 0x20) == 'd') {
          return true;
        }
      } else if ((json[i] & 0xFF) == 0xED && (json[i + 1] & 0xFF) >= 0xA0) {
        return true; // U+D800 and up, as UTF-8 would write them if it could
      }
    }
    return false;
  }

  private static boolean isUnicode(String text) {
    return text.codePoints().noneMatch(each -> each >= 0xD800 && each <= 0xDFFF);
  }
}
