package app.seventv.core.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Receives the fields of a header block from the HPACK decoder and checks them on the way (RFC 9113
 * §8.2, §8.3). One instance serves a whole connection: {@link #begin} forgets the previous block.
 *
 * <p>A defect is noted, not thrown: bad requests must not cost more than good ones, and the rest of
 * the block has to be decoded anyway to keep the compression state.
 */
final class Http2Fields extends DefaultHttp2Headers {
  /** Room for the fields of the first block; later there is as much as the one before took. */
  private static final int FIRST_FIELDS = 16;

  private static final boolean[] NAME_BYTES = nameBytes();
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");
  private static final AsciiString CONTENT_LENGTH = HttpHeaderNames.CONTENT_LENGTH;

  private final int maxFields;

  private HeaderFields fields = HeaderFields.trusted(0); // checked here
  private int fieldCount;
  private boolean malformed;
  private boolean regularSeen;
  private boolean pseudoSeen;
  private @Nullable AsciiString method;
  private @Nullable AsciiString scheme;
  private @Nullable AsciiString authority;
  private @Nullable AsciiString path;
  private @Nullable AsciiString protocol;
  private @Nullable AsciiString host;
  private @Nullable AsciiString priority;
  private @Nullable AsciiString cookie;
  private @Nullable StringBuilder cookies;
  private long contentLength;
  private boolean continueExpected;

  Http2Fields(int maxFields) {
    super(false, 2); // the inherited storage stays empty
    this.maxFields = maxFields;
  }

  /** Gets ready for the next block. */
  void begin() {
    fields = SpareExchange.ofLoop().fields(fieldCount == 0 ? FIRST_FIELDS : fieldCount);
    fieldCount = 0;
    malformed = false;
    regularSeen = false;
    pseudoSeen = false;
    method = null;
    scheme = null;
    authority = null;
    path = null;
    protocol = null;
    host = null;
    priority = null;
    cookie = null;
    cookies = null;
    contentLength = -1;
    continueExpected = false;
  }

  @Override
  public Http2Headers add(CharSequence name, CharSequence value) {
    fieldCount++;
    if (!malformed && fieldCount <= maxFields) {
      AsciiString ascii = AsciiString.of(value);
      malformed = !accept(AsciiString.of(name), ascii);
    }
    return this;
  }

  private boolean accept(AsciiString name, AsciiString value) {
    if (!isFieldValue(value)) {
      return false;
    }
    if (!name.isEmpty() && name.byteAt(0) == ':') {
      pseudoSeen = true;
      return !regularSeen && acceptPseudo(name, value);
    }
    regularSeen = true;
    return isFieldName(name) && acceptRegular(name, value);
  }

  /** RFC 9113 §8.3.1: each at most once, no others. */
  private boolean acceptPseudo(AsciiString name, AsciiString value) {
    if (name.contentEquals(":method")) {
      boolean first = method == null;
      method = value;
      return first;
    } else if (name.contentEquals(":path")) {
      boolean first = path == null;
      path = value;
      return first;
    } else if (name.contentEquals(":scheme")) {
      boolean first = scheme == null;
      scheme = value;
      return first;
    } else if (name.contentEquals(":authority")) {
      boolean first = authority == null;
      authority = value;
      return first;
    } else if (name.contentEquals(":protocol")) {
      boolean first = protocol == null;
      protocol = value;
      return first;
    }
    return false;
  }

  private boolean acceptRegular(AsciiString name, AsciiString value) {
    switch (name.length()) {
      case 2 -> {
        if (name.contentEquals("te") && !value.contentEqualsIgnoreCase(TRAILERS)) {
          return false; // RFC 9113 §8.2.2
        }
      }
      case 4 -> {
        if (name.contentEquals("host")) {
          boolean first = host == null;
          host = value;
          return first; // stored with :authority, in finish
        }
      }
      case 6 -> {
        if (name.contentEquals("cookie")) {
          addCookie(value);
          return true;
        } else if (name.contentEquals("expect")) {
          continueExpected = value.contentEqualsIgnoreCase("100-continue");
        }
      }
      case 7, 10, 16, 17 -> {
        if (isConnectionSpecific(name)) {
          return false;
        }
      }
      case 8 -> {
        if (name.contentEquals("priority")) {
          priority = value;
        }
      }
      case 14 -> {
        if (name.contentEquals(CONTENT_LENGTH)) {
          boolean first = contentLength < 0;
          contentLength = parseLength(value);
          if (!first || contentLength < 0) {
            return false;
          }
        }
      }
      default -> {
        // Nothing special.
      }
    }
    fields.add(name, value);
    return true;
  }

  /** Whether a field describes the connection in HTTP/1.1 and is banned here (RFC 9113 §8.2.2). */
  static boolean isConnectionSpecific(CharSequence name) {
    return switch (name.length()) {
      case 7 -> AsciiString.contentEquals(name, "upgrade");
      case 10 ->
          AsciiString.contentEquals(name, "connection")
              || AsciiString.contentEquals(name, "keep-alive");
      case 16 -> AsciiString.contentEquals(name, "proxy-connection");
      case 17 -> AsciiString.contentEquals(name, "transfer-encoding");
      default -> false;
    };
  }

  /** Crumbs of one cookie header (RFC 9113 §8.2.3). */
  private void addCookie(AsciiString value) {
    AsciiString first = cookie;
    if (first == null) {
      cookie = value;
      return;
    }
    StringBuilder all = cookies;
    if (all == null) {
      all = new StringBuilder(first);
      cookies = all;
    }
    all.append("; ").append(value);
  }

  /**
   * Whether the block makes a well-formed request (RFC 9113 §8.3.1, RFC 8441 §4). Stores what
   * depends on several fields.
   */
  boolean finishRequest() {
    AsciiString verb = method;
    AsciiString target = authority != null ? authority : host;
    if (malformed
        || verb == null
        || !isToken(verb)
        || target == null
        || !HttpAuthority.isValid(target)) {
      return false;
    }
    if (authority != null && host != null && !authority.contentEqualsIgnoreCase(host)) {
      return false; // two different hosts: which one is meant?
    }
    boolean connect = verb.contentEquals("CONNECT");
    boolean wellFormed =
        (connect && protocol == null)
            ? scheme == null && path == null && authority != null // RFC 9113 §8.5
            : scheme != null && isScheme(scheme) && path != null && isPath(path, verb);
    if (!wellFormed || (protocol != null && (!connect || !isToken(protocol)))) {
      return false;
    }
    fields.set(HttpHeaderNames.HOST, target);
    if (cookies != null) {
      fields.set(HttpHeaderNames.COOKIE, cookies.toString());
    } else if (cookie != null) {
      fields.set(HttpHeaderNames.COOKIE, cookie);
    }
    return true;
  }

  /**
   * Whether the block makes well-formed trailers (RFC 9113 §8.1). Drops what may not stand in them.
   */
  boolean finishTrailers() {
    if (malformed || pseudoSeen) {
      return false;
    }
    for (String name : fields.names()) {
      if (HttpTrailers.isForbidden(name)) {
        fields.remove(name);
      }
    }
    return true;
  }

  /** Whether there were more fields than allowed; the others were dropped. */
  boolean tooMany() {
    return fieldCount > maxFields;
  }

  /** Regular fields; whoever takes them owns them. */
  HeaderFields fields() {
    return fields;
  }

  String methodName() {
    return String.valueOf(method);
  }

  /** {@code :path}, or the authority of a plain CONNECT. */
  String target() {
    return String.valueOf(path != null ? path : authority);
  }

  @Nullable String connectProtocol() {
    return protocol == null ? null : protocol.toString();
  }

  @Nullable CharSequence priority() {
    return priority;
  }

  /** Value of {@code content-length}, or -1. */
  long contentLength() {
    return contentLength;
  }

  boolean continueExpected() {
    return continueExpected;
  }

  /** Digits only; more than 18 of them is no length of anything. */
  private static long parseLength(AsciiString value) {
    int length = value.length();
    if (length == 0 || length > 18) {
      return -1;
    }
    long number = 0;
    for (int i = 0; i < length; i++) {
      int digit = value.byteAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  /** RFC 9113 §8.2.1: lower-case tokens. */
  private static boolean isFieldName(AsciiString name) {
    byte[] bytes = name.array();
    int from = name.arrayOffset();
    int to = from + name.length();
    for (int i = from; i < to; i++) {
      if (bytes[i] < 0 || !NAME_BYTES[bytes[i]]) {
        return false;
      }
    }
    return to > from;
  }

  /** RFC 9113 §8.2.1 and RFC 9110 §5.5: no control characters, no white space at either end. */
  private static boolean isFieldValue(AsciiString value) {
    byte[] bytes = value.array();
    int from = value.arrayOffset();
    int to = from + value.length();
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
        return false;
      }
    }
    return to == from || (!isBlank(bytes[from]) && !isBlank(bytes[to - 1]));
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  private static boolean isToken(AsciiString value) {
    for (int i = 0; i < value.length(); i++) {
      byte b = value.byteAt(i);
      boolean upper = b >= 'A' && b <= 'Z';
      if (!upper && (b < 0 || !NAME_BYTES[b])) {
        return false;
      }
    }
    return !value.isEmpty();
  }

  /** RFC 3986 §3.1. */
  private static boolean isScheme(AsciiString value) {
    for (int i = 0; i < value.length(); i++) {
      byte b = value.byteAt(i);
      boolean letter = (b | 0x20) >= 'a' && (b | 0x20) <= 'z';
      boolean inner = (b >= '0' && b <= '9') || b == '+' || b == '-' || b == '.';
      if (!letter && (i == 0 || !inner)) {
        return false;
      }
    }
    return !value.isEmpty();
  }

  /** RFC 9113 §8.3.1: origin form, or the asterisk of OPTIONS. */
  private static boolean isPath(AsciiString value, AsciiString method) {
    if (value.isEmpty() || value.byteAt(0) != '/') {
      return value.contentEquals("*") && method.contentEquals("OPTIONS");
    }
    byte[] bytes = value.array();
    int from = value.arrayOffset();
    int to = from + value.length();
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b <= ' ' || b == 0x7f || b == '#') { // bytes above 0x7f are negative
        return false;
      }
    }
    return true;
  }

  private static boolean[] nameBytes() {
    boolean[] allowed = new boolean[128];
    for (char c : "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz".toCharArray()) {
      allowed[c] = true;
    }
    return allowed;
  }
}
