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

  /** Whether every name and text of a JSON document that can be parsed is Unicode. */
  public static boolean isUnicode(byte[] json) {
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
