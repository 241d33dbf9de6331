package app.seventv.core.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/** Character classes and well-known words of HTTP/1.1 (RFC 9110 §5.6, RFC 9112 §3). */
final class Http1Syntax {
  private static final byte TOKEN = 1;
  private static final byte VALUE = 2;
  private static final byte TARGET = 4;
  private static final byte HOST = 8;

  private static final byte[] CLASSES = new byte[256];

  /** Slots of the table of names: a power of two, four times the number of names. */
  private static final int NAME_SLOTS = 512;

  private static final AsciiString[] NAMES = new AsciiString[NAME_SLOTS];

  private static final AsciiString[] COMMON_NAMES = {
    HttpHeaderNames.HOST,
    HttpHeaderNames.CONNECTION,
    HttpHeaderNames.CONTENT_LENGTH,
    HttpHeaderNames.TRANSFER_ENCODING,
    HttpHeaderNames.EXPECT,
    HttpHeaderNames.USER_AGENT,
    HttpHeaderNames.ACCEPT,
    HttpHeaderNames.ACCEPT_ENCODING,
    HttpHeaderNames.ACCEPT_LANGUAGE,
    HttpHeaderNames.ACCEPT_CHARSET,
    HttpHeaderNames.AUTHORIZATION,
    HttpHeaderNames.CACHE_CONTROL,
    HttpHeaderNames.CONTENT_TYPE,
    HttpHeaderNames.CONTENT_ENCODING,
    HttpHeaderNames.COOKIE,
    HttpHeaderNames.DATE,
    HttpHeaderNames.DNT,
    HttpHeaderNames.IF_MATCH,
    HttpHeaderNames.IF_MODIFIED_SINCE,
    HttpHeaderNames.IF_NONE_MATCH,
    HttpHeaderNames.IF_RANGE,
    HttpHeaderNames.IF_UNMODIFIED_SINCE,
    HttpHeaderNames.ORIGIN,
    HttpHeaderNames.PRAGMA,
    HttpHeaderNames.RANGE,
    HttpHeaderNames.REFERER,
    HttpHeaderNames.TE,
    HttpHeaderNames.TRAILER,
    HttpHeaderNames.UPGRADE,
    HttpHeaderNames.UPGRADE_INSECURE_REQUESTS,
    HttpHeaderNames.VIA,
    HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS,
    HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD,
    HttpHeaderNames.SEC_WEBSOCKET_KEY,
    HttpHeaderNames.SEC_WEBSOCKET_VERSION,
    HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS,
    HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL,
    AsciiString.cached("forwarded"),
    AsciiString.cached("keep-alive"),
    AsciiString.cached("last-event-id"),
    AsciiString.cached("priority"),
    AsciiString.cached("proxy-connection"),
    AsciiString.cached("sec-ch-ua"),
    AsciiString.cached("sec-ch-ua-mobile"),
    AsciiString.cached("sec-ch-ua-platform"),
    AsciiString.cached("sec-fetch-dest"),
    AsciiString.cached("sec-fetch-mode"),
    AsciiString.cached("sec-fetch-site"),
    AsciiString.cached("sec-fetch-user"),
    AsciiString.cached("traceparent"),
    AsciiString.cached("tracestate"),
    AsciiString.cached("x-forwarded-for"),
    AsciiString.cached("x-forwarded-host"),
    AsciiString.cached("x-forwarded-proto"),
    AsciiString.cached("x-real-ip"),
    AsciiString.cached("x-request-id"),
    AsciiString.cached("x-requested-with"),
    AsciiString.cached("cf-connecting-ip"),
    AsciiString.cached("cf-ipcountry"),
    AsciiString.cached("cf-ray"),
    AsciiString.cached("cf-visitor"),
    AsciiString.cached("cdn-loop"),
  };

  private static final String[] METHODS = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"
  };

  static {
    for (int c = '!'; c <= '~'; c++) {
      CLASSES[c] = (byte) (VALUE | (c == '#' ? 0 : TARGET));
    }
    for (int c = 0x80; c <= 0xFF; c++) {
      CLASSES[c] = VALUE; // obs-text (RFC 9110 §5.5)
    }
    CLASSES[' '] = VALUE;
    CLASSES['\t'] = VALUE;
    mark(TOKEN, "!#$%&'*+-.^_`|~");
    mark(HOST, "-._~%!$&'()*+,;=");
    for (int c = '0'; c <= 'z'; c++) {
      if (Character.isLetterOrDigit(c)) {
        CLASSES[c] |= TOKEN | HOST;
      }
    }
    for (AsciiString name : COMMON_NAMES) {
      int hash = 0;
      for (int i = 0; i < name.length(); i++) {
        hash = nameHash(hash, name.byteAt(i));
      }
      NAMES[freeSlot(hash)] = name;
    }
  }

  private Http1Syntax() {}

  private static void mark(byte kind, String characters) {
    for (byte c : characters.getBytes(StandardCharsets.US_ASCII)) {
      CLASSES[c] |= kind;
    }
  }

  private static int freeSlot(int hash) {
    int slot = slot(hash);
    while (NAMES[slot] != null) {
      slot = (slot + 1) & (NAME_SLOTS - 1);
    }
    return slot;
  }

  private static int slot(int hash) {
    return (hash ^ hash >>> 9) & (NAME_SLOTS - 1);
  }

  static boolean isToken(byte c) {
    return (CLASSES[c & 0xFF] & TOKEN) != 0;
  }

  /** Visible, space, tab and obs-text: what a field value may hold. */
  static boolean isValue(byte c) {
    return (CLASSES[c & 0xFF] & VALUE) != 0;
  }

  /** Visible ASCII without the fragment's {@code #}. */
  static boolean isTarget(byte c) {
    return (CLASSES[c & 0xFF] & TARGET) != 0;
  }

  /** Characters of a registered name (RFC 3986 §3.2.2). */
  static boolean isHost(byte c) {
    return (CLASSES[c & 0xFF] & HOST) != 0;
  }

  static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }

  static int lower(byte c) {
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
  }

  /** Goes on with the hash of a name by one character, whatever its case. */
  static int nameHash(int hash, byte c) {
    return hash * 31 + lower(c);
  }

  /** Name of a field in lower case, interned if it is a common one. */
  static AsciiString name(byte[] bytes, int from, int to, int hash) {
    for (int slot = slot(hash); ; slot = (slot + 1) & (NAME_SLOTS - 1)) {
      AsciiString known = NAMES[slot];
      if (known == null) {
        byte[] copy = new byte[to - from];
        for (int i = 0; i < copy.length; i++) {
          copy[i] = (byte) lower(bytes[from + i]);
        }
        return new AsciiString(copy, false);
      }
      if (equalsIgnoreCase(bytes, from, to, known)) {
        return known;
      }
    }
  }

  /** Method, interned if it is a common one. Methods are case-sensitive (RFC 9110 §9.1). */
  static String method(byte[] bytes, int from, int to) {
    for (String known : METHODS) {
      if (equals(bytes, from, to, known)) {
        return known;
      }
    }
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static boolean equals(byte[] bytes, int from, int to, String word) {
    if (to - from != word.length()) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (bytes[i] != word.charAt(i - from)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the bytes are the word, which is in lower case. */
  static boolean equalsIgnoreCase(byte[] bytes, int from, int to, AsciiString word) {
    if (to - from != word.length()) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (lower(bytes[i]) != word.byteAt(i - from)) {
        return false;
      }
    }
    return true;
  }
}
