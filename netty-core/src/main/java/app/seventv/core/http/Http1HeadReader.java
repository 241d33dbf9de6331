package app.seventv.core.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads one complete head. Whatever another server could read differently is refused: what a proxy
 * in front takes for one request must not be two here (RFC 9112 §11.2).
 */
final class Http1HeadReader {
  private static final AsciiString CHUNKED = AsciiString.cached("chunked");
  private static final AsciiString CLOSE = AsciiString.cached("close");
  private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
  private static final AsciiString CONTINUE = AsciiString.cached("100-continue");
  private static final byte[] VERSION_START = {'H', 'T', 'T', 'P', '/'};

  /** More digits could overflow a long. */
  private static final int MAX_LENGTH_DIGITS = 18;

  private final byte[] bytes;
  private final HeaderFields headers = HeaderFields.trusted();
  private int at;
  private boolean http10;
  private @Nullable String absoluteAuthority;
  private boolean hostSeen;
  private boolean close;
  private boolean keepAlive;
  private boolean chunked;
  private boolean continueExpected;
  private long contentLength = -1;

  private Http1HeadReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Reads the head at the start of the array.
   *
   * @param end index after the empty line
   */
  static Http1Head head(byte[] bytes, int end) {
    return new Http1HeadReader(bytes).head(end);
  }

  /** Reads the trailer section at the start of the array. */
  static HttpHeaders trailers(byte[] bytes, int end) {
    Http1HeadReader reader = new Http1HeadReader(bytes);
    while (reader.at < end - 2) {
      reader.field(true);
    }
    return reader.headers;
  }

  private Http1Head head(int end) {
    int methodEnd = tokenEnd(0);
    if (methodEnd == 0 || bytes[methodEnd] != ' ') {
      throw Http1Refusal.REQUEST_LINE;
    }
    String method = Http1Syntax.method(bytes, 0, methodEnd);
    int targetStart = methodEnd + 1;
    int targetEnd = targetStart;
    while (Http1Syntax.isTarget(bytes[targetEnd])) {
      targetEnd++;
    }
    if (targetEnd == targetStart || bytes[targetEnd] != ' ') {
      throw bytes[targetEnd] == '\r' ? Http1Refusal.REQUEST_LINE : Http1Refusal.TARGET;
    }
    version(targetEnd + 1);
    if (method.equals("CONNECT")) {
      throw Http1Refusal.CONNECT;
    }
    String target = target(method, targetStart, targetEnd);
    while (at < end - 2) {
      field(false);
    }
    check();
    long length = chunked ? Http1Head.CHUNKED : Math.max(contentLength, Http1Head.NO_BODY);
    return new Http1Head(
        method,
        target,
        headers,
        length,
        contentLength,
        http10,
        http10 ? keepAlive && !close : !close,
        continueExpected && length != Http1Head.NO_BODY);
  }

  private int tokenEnd(int from) {
    int i = from;
    while (Http1Syntax.isToken(bytes[i])) {
      i++;
    }
    return i;
  }

  /** Reads {@code HTTP/1.1 CR LF} and goes on behind it. Every line is known to end in CR LF. */
  private void version(int from) {
    for (int i = 0; i < VERSION_START.length; i++) {
      if (bytes[from + i] != VERSION_START[i]) {
        throw Http1Refusal.REQUEST_LINE;
      }
    }
    int major = from + VERSION_START.length;
    if (!Http1Syntax.isDigit(bytes[major])
        || bytes[major + 1] != '.'
        || !Http1Syntax.isDigit(bytes[major + 2])
        || bytes[major + 3] != '\r'
        || bytes[major + 4] != '\n') {
      throw Http1Refusal.REQUEST_LINE;
    }
    if (bytes[major] != '1') { // later minor versions are 1.1 to us (RFC 9110 §2.5)
      throw Http1Refusal.VERSION;
    }
    http10 = bytes[major + 2] == '0';
    at = major + 5;
  }

  /** Origin, absolute or asterisk form (RFC 9112 §3.2). */
  private String target(String method, int from, int to) {
    if (bytes[from] == '/') {
      return text(from, to);
    }
    if (bytes[from] == '*') {
      if (to - from > 1 || !method.equals("OPTIONS")) {
        throw Http1Refusal.TARGET;
      }
      return "*";
    }
    int authority = authorityStart(from, to);
    int path = authority;
    while (path < to && bytes[path] != '/' && bytes[path] != '?') {
      path++;
    }
    if (!validHost(authority, path)) {
      throw Http1Refusal.TARGET;
    }
    absoluteAuthority = text(authority, path);
    if (path == to) {
      return method.equals("OPTIONS") ? "*" : "/"; // RFC 9112 §3.2.4
    }
    return bytes[path] == '/' ? text(path, to) : '/' + text(path, to);
  }

  private int authorityStart(int from, int to) {
    int colon = from;
    while (colon < to && bytes[colon] != ':') {
      colon++;
    }
    String scheme = text(from, colon);
    if (!scheme.equalsIgnoreCase("http") && !scheme.equalsIgnoreCase("https")) {
      throw Http1Refusal.TARGET;
    }
    if (to - colon < 3 || bytes[colon + 1] != '/' || bytes[colon + 2] != '/') {
      throw Http1Refusal.TARGET;
    }
    return colon + 3;
  }

  /** Reads one field line. */
  private void field(boolean trailer) {
    int nameStart = at;
    int hash = 0;
    int i = nameStart;
    while (Http1Syntax.isToken(bytes[i])) {
      hash = Http1Syntax.nameHash(hash, bytes[i++]);
    }
    if (i == nameStart || bytes[i] != ':') {
      throw Http1Refusal.FIELD_NAME; // also a space before the colon, and a folded line
    }
    AsciiString name = Http1Syntax.name(bytes, nameStart, i, hash);
    i++;
    while (bytes[i] == ' ' || bytes[i] == '\t') {
      i++;
    }
    int valueStart = i;
    while (Http1Syntax.isValue(bytes[i])) {
      i++;
    }
    if (bytes[i] != '\r' || bytes[i + 1] != '\n') {
      throw bytes[i] == '\r' ? Http1Refusal.LINE_END : Http1Refusal.FIELD_VALUE;
    }
    at = i + 2;
    while (i > valueStart && (bytes[i - 1] == ' ' || bytes[i - 1] == '\t')) {
      i--;
    }
    if (!trailer) {
      meaning(name, valueStart, i);
    } else if (HttpTrailers.isForbidden(name)) {
      return;
    }
    headers.addTrusted(name, text(valueStart, i));
  }

  /** Notes what the fields say that concern the connection itself. Common names are interned. */
  @SuppressWarnings("ReferenceEquality") // interned
  private void meaning(AsciiString name, int from, int to) {
    if (name == HttpHeaderNames.HOST) {
      if (hostSeen || !validHost(from, to)) {
        throw Http1Refusal.HOST;
      }
      hostSeen = true;
    } else if (name == HttpHeaderNames.CONNECTION) {
      close |= hasElement(from, to, CLOSE);
      keepAlive |= hasElement(from, to, KEEP_ALIVE);
    } else if (name == HttpHeaderNames.CONTENT_LENGTH) {
      contentLength(from, to);
    } else if (name == HttpHeaderNames.TRANSFER_ENCODING) {
      transferEncoding(from, to);
    } else if (name == HttpHeaderNames.EXPECT && !http10) { // RFC 9110 §10.1.1
      if (!Http1Syntax.equalsIgnoreCase(bytes, from, to, CONTINUE)) {
        throw Http1Refusal.EXPECTATION;
      }
      continueExpected = true;
    }
  }

  /** One field, digits only: a list of equal lengths is read differently by others. */
  private void contentLength(int from, int to) {
    if (contentLength >= 0 || to == from || to - from > MAX_LENGTH_DIGITS) {
      throw Http1Refusal.CONTENT_LENGTH;
    }
    long length = 0;
    for (int i = from; i < to; i++) {
      if (!Http1Syntax.isDigit(bytes[i])) {
        throw Http1Refusal.CONTENT_LENGTH;
      }
      length = length * 10 + (bytes[i] - '0');
    }
    contentLength = length;
  }

  /** Exactly {@code chunked}, once, in HTTP/1.1 (RFC 9112 §6.1, §6.3). */
  private void transferEncoding(int from, int to) {
    if (chunked || http10) {
      throw Http1Refusal.TRANSFER_ENCODING;
    }
    if (Http1Syntax.equalsIgnoreCase(bytes, from, to, CHUNKED)) {
      chunked = true;
      return;
    }
    int last = to;
    while (last > from && bytes[last - 1] != ',') {
      last--;
    }
    int codings = Math.max(from, last - 1);
    boolean chunkedLast = Http1Syntax.equalsIgnoreCase(bytes, skipSpace(last, to), to, CHUNKED);
    throw chunkedLast && codings > from && !hasElement(from, codings, CHUNKED)
        ? Http1Refusal.CODING
        : Http1Refusal.TRANSFER_ENCODING;
  }

  private void check() {
    if (chunked && contentLength >= 0) {
      throw Http1Refusal.FRAMING;
    }
    if (!hostSeen && !http10) {
      throw Http1Refusal.HOST; // RFC 9112 §3.2
    }
    if (absoluteAuthority != null) {
      headers.set(HttpHeaderNames.HOST, absoluteAuthority); // RFC 9112 §3.2.2
    }
  }

  private int skipSpace(int from, int to) {
    int i = from;
    while (i < to && (bytes[i] == ' ' || bytes[i] == '\t')) {
      i++;
    }
    return i;
  }

  /** Whether a comma-separated list has the element, which is in lower case. */
  private boolean hasElement(int from, int to, AsciiString element) {
    int start = from;
    while (start <= to) {
      int comma = start;
      while (comma < to && bytes[comma] != ',') {
        comma++;
      }
      int first = skipSpace(start, comma);
      int last = comma;
      while (last > first && (bytes[last - 1] == ' ' || bytes[last - 1] == '\t')) {
        last--;
      }
      if (Http1Syntax.equalsIgnoreCase(bytes, first, last, element)) {
        return true;
      }
      start = comma + 1;
    }
    return false;
  }

  private boolean validHost(int from, int to) {
    return HttpAuthority.isValid(new AsciiString(bytes, from, to - from, false));
  }

  private String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }
}
