package app.seventv.core.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Reads one complete head after the other. Whatever another server could read differently is
 * refused: what a proxy in front takes for one request must not be two here (RFC 9112 §11.2).
 *
 * <p>There is one for each loop, which is the head that it has read last: what a connection wants
 * of it it takes before it reads on or calls anybody.
 */
final class Http1HeadReader implements Http1Head {
  private static final AsciiString CHUNKED = AsciiString.cached("chunked");
  private static final AsciiString CLOSE = AsciiString.cached("close");
  private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
  private static final AsciiString CONTINUE = AsciiString.cached("100-continue");
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");
  private static final byte[] VERSION_START = {'H', 'T', 'T', 'P', '/'};

  /** More digits could overflow a long. */
  private static final int MAX_LENGTH_DIGITS = 18;

  private static final FastThreadLocal<Http1HeadReader> OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected Http1HeadReader initialValue() {
          return new Http1HeadReader();
        }
      };

  private final RepeatedTexts texts = new RepeatedTexts();
  private byte[] bytes = {};
  private int at;

  private String method = "";
  private String target = "";
  private HeaderFields headers = HeaderFields.trusted(0);
  private boolean http10;
  private @Nullable String absoluteAuthority;
  private boolean hostSeen;
  private boolean close;
  private boolean keepAlive;
  private boolean chunked;
  private boolean continueExpected;
  private long declaredLength;

  private Http1HeadReader() {}

  /** The reader of the loop that calls. */
  static Http1HeadReader ofLoop() {
    return OF_LOOP.get();
  }

  /** The array where a head is looked at, which has room for so many bytes. */
  byte[] bytes(int room) {
    if (bytes.length < room) {
      bytes = new byte[room];
    }
    return bytes;
  }

  private void begin(HeaderFields fields) {
    headers = fields;
    at = 0;
    http10 = false;
    absoluteAuthority = null;
    hostSeen = false;
    close = false;
    keepAlive = false;
    chunked = false;
    continueExpected = false;
    declaredLength = -1;
  }

  /**
   * Reads the trailer section at the start of {@link #bytes}.
   *
   * @param end index after the empty line
   * @param fields where the fields go
   */
  HttpHeaders trailers(int end, HeaderFields fields) {
    begin(fields);
    while (at < end - 2) {
      field(true);
    }
    return fields;
  }

  /**
   * Reads the head at the start of {@link #bytes}.
   *
   * @param end index after the empty line
   * @param fields where the fields go
   */
  Http1Head head(int end, HeaderFields fields) {
    begin(fields);
    int methodEnd = tokenEnd(0);
    if (methodEnd == 0 || bytes[methodEnd] != ' ') {
      throw Http1Refusal.REQUEST_LINE;
    }
    method = Http1Syntax.method(bytes, 0, methodEnd);
    int targetStart = methodEnd + 1;
    int targetEnd = targetStart;
    boolean query = false;
    while (Http1Syntax.isTarget(bytes[targetEnd])) {
      query |= bytes[targetEnd++] == '?';
    }
    if (targetEnd == targetStart || bytes[targetEnd] != ' ') {
      throw bytes[targetEnd] == '\r' ? Http1Refusal.REQUEST_LINE : Http1Refusal.TARGET;
    }
    version(targetEnd + 1);
    if (method.equals("CONNECT")) {
      throw Http1Refusal.CONNECT;
    }
    target = target(targetStart, targetEnd, query);
    while (at < end - 2) {
      field(false);
    }
    check();
    return this;
  }

  // Http1Head.

  @Override
  public String method() {
    return method;
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public HeaderFields headers() {
    return headers;
  }

  @Override
  public long contentLength() {
    return chunked ? Http1Head.CHUNKED : Math.max(declaredLength, NO_BODY);
  }

  @Override
  public long declaredLength() {
    return declaredLength;
  }

  @Override
  public boolean http10() {
    return http10;
  }

  @Override
  public boolean keepAlive() {
    return http10 ? keepAlive && !close : !close;
  }

  @Override
  public boolean continueExpected() {
    return continueExpected && contentLength() != NO_BODY;
  }

  // The parts of a head.

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
  private String target(int from, int to, boolean query) {
    if (bytes[from] == '/') {
      return originForm(from, to, query);
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
    absoluteAuthority = texts.of(bytes, authority, path);
    if (path == to) {
      return method.equals("OPTIONS") ? "*" : "/"; // RFC 9112 §3.2.4
    }
    return bytes[path] == '/'
        ? originForm(path, to, query)
        : '/' + RepeatedTexts.text(bytes, path, to);
  }

  /** A query may hold what nobody else is to see, so such a text is not kept. */
  private String originForm(int from, int to, boolean query) {
    return query ? RepeatedTexts.text(bytes, from, to) : texts.of(bytes, from, to);
  }

  private int authorityStart(int from, int to) {
    int colon = from;
    while (colon < to && bytes[colon] != ':') {
      colon++;
    }
    if (!Http1Syntax.equalsIgnoreCase(bytes, from, colon, HTTP)
        && !Http1Syntax.equalsIgnoreCase(bytes, from, colon, HTTPS)) {
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
    headers.addTrusted(name, value(name, valueStart, i));
  }

  /** Secrets are not kept for those who come with the same. */
  @SuppressWarnings("ReferenceEquality") // interned
  private String value(AsciiString name, int from, int to) {
    boolean secret = name == HttpHeaderNames.COOKIE || name == HttpHeaderNames.AUTHORIZATION;
    return secret ? RepeatedTexts.text(bytes, from, to) : texts.of(bytes, from, to);
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
    if (declaredLength >= 0 || to == from || to - from > MAX_LENGTH_DIGITS) {
      throw Http1Refusal.CONTENT_LENGTH;
    }
    long length = 0;
    for (int i = from; i < to; i++) {
      if (!Http1Syntax.isDigit(bytes[i])) {
        throw Http1Refusal.CONTENT_LENGTH;
      }
      length = length * 10 + (bytes[i] - '0');
    }
    declaredLength = length;
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
    if (chunked && declaredLength >= 0) {
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
}
