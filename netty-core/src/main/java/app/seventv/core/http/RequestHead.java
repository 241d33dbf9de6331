package app.seventv.core.http;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The field section of an HTTP/2 or HTTP/3 request, checked field by field as it is decoded (RFC
 * 9113 §8.2 and §8.3, RFC 9114 §4.2 and §4.3). A malformed section is a stream error of the
 * protocol; one that is too large is answered with 431.
 */
final class RequestHead {
  /** What a field counts besides its octets (RFC 9113 §6.5.2, RFC 9114 §4.2.2). */
  private static final int FIELD_OVERHEAD_BYTES = 32;

  /** Fields besides pseudo-headers that most requests have room for. */
  private static final int USUAL_FIELDS = 16;

  /** More digits than this do not fit a long. */
  private static final int MAX_LENGTH_DIGITS = 18;

  /** Fields that only make sense between two HTTP/1.1 hops (RFC 9113 §8.2.2, RFC 9114 §4.2). */
  private static final Set<String> CONNECTION_SPECIFIC =
      Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

  private static final DefaultHttpHeadersFactory CHECKED_HERE =
      DefaultHttpHeadersFactory.headersFactory().withValidation(false);

  /** Largest character with an entry of its own below. */
  private static final int ASCII = 128;

  private static final boolean[] TOKEN = new boolean[ASCII];

  static {
    for (int c = '!'; c < 0x7f; c++) {
      TOKEN[c] = "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
    }
  }

  private final int maxBytes;
  private final int maxFields;
  private final HeaderFields headers = SpareExchange.ofLoop().fields(USUAL_FIELDS);

  private @Nullable String violation;
  private @Nullable String method;
  private @Nullable String scheme;
  private @Nullable String authority;
  private @Nullable String path;
  private @Nullable String protocol;
  private @Nullable StringBuilder cookie;
  private long contentLength = -1;
  private boolean regularSeen;
  private int bytes;
  private int fields;

  /**
   * @param maxBytes largest section, each field with 32 octets on top
   * @param maxFields most fields
   */
  RequestHead(int maxBytes, int maxFields) {
    this.maxBytes = maxBytes;
    this.maxFields = maxFields;
  }

  /** Takes the next field, in the order of arrival. */
  void add(CharSequence name, CharSequence value) {
    bytes += name.length() + value.length() + FIELD_OVERHEAD_BYTES;
    fields++;
    if (violation != null || isTooLarge()) {
      return;
    }
    String text = value.toString();
    if (!name.isEmpty() && name.charAt(0) == ':') {
      violation = regularSeen ? "pseudo-header after a regular field" : pseudo(name, text);
      return;
    }
    regularSeen = true;
    violation = fieldViolation(name, text);
    if (violation == null) {
      regular(name.toString(), text);
    }
  }

  private @Nullable String pseudo(CharSequence name, String value) {
    if (!isFieldValue(value) || value.isEmpty()) {
      return "pseudo-header without a proper value";
    }
    String before;
    switch (name.toString()) {
      case ":method" -> {
        before = method;
        method = value;
      }
      case ":scheme" -> {
        before = scheme;
        scheme = value;
      }
      case ":authority" -> {
        before = authority;
        authority = value;
      }
      case ":path" -> {
        before = path;
        path = value;
      }
      case ":protocol" -> {
        before = protocol;
        protocol = value;
      }
      default -> {
        return "unknown pseudo-header";
      }
    }
    return before == null ? null : "pseudo-header appears twice";
  }

  private void regular(String name, String value) {
    switch (name) {
      case "cookie" -> {
        // Crumbs are joined before anything else sees them (RFC 9113 §8.2.3, RFC 9114 §4.2.1).
        if (cookie == null) {
          cookie = new StringBuilder(value);
        } else {
          cookie.append("; ").append(value);
        }
      }
      case "content-length" -> {
        if (contentLength >= 0) {
          violation = "content-length appears twice";
        } else {
          contentLength = length(value);
          violation = contentLength < 0 ? "content-length is no number" : null;
        }
        headers.set(name, value);
      }
      case "host" -> {
        violation = headers.contains(name) ? "host appears twice" : null;
        headers.set(name, value);
      }
      default -> headers.add(name, value);
    }
  }

  /** Why a field may not stand in any section, trailers included, or null. */
  static @Nullable String fieldViolation(CharSequence name, CharSequence value) {
    if (!isLowerCaseToken(name)) {
      return "field name is no lower-case token";
    }
    if (!isFieldValue(value)) {
      return "field value with control characters or surrounding space";
    }
    if (CONNECTION_SPECIFIC.contains(name.toString())) {
      return "connection-specific field";
    }
    if (name.toString().equals("te") && !value.toString().equals("trailers")) {
      return "te other than trailers";
    }
    return null;
  }

  /**
   * The fields of a trailer section but those that may not stand in one, or null if it is
   * malformed; no pseudo-header may be in it.
   */
  static @Nullable HttpHeaders trailers(
      Iterable<? extends Map.Entry<CharSequence, CharSequence>> section) {
    HttpHeaders trailers = CHECKED_HERE.newHeaders();
    for (var field : section) {
      if (fieldViolation(field.getKey(), field.getValue()) != null) {
        return null;
      }
      if (!HttpTrailers.isForbidden(field.getKey())) {
        trailers.add(field.getKey(), field.getValue());
      }
    }
    return trailers;
  }

  private static boolean isLowerCaseToken(CharSequence name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= ASCII || !TOKEN[c] || (c >= 'A' && c <= 'Z')) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  /** RFC 9110 §5.5, RFC 9113 §8.2.1. */
  private static boolean isFieldValue(CharSequence value) {
    int length = value.length();
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        return false;
      }
    }
    return length == 0 || !(isSpace(value.charAt(0)) || isSpace(value.charAt(length - 1)));
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }

  private static long length(String value) {
    boolean digits = !value.isEmpty() && value.length() <= MAX_LENGTH_DIGITS;
    for (int i = 0; i < value.length() && digits; i++) {
      digits = value.charAt(i) >= '0' && value.charAt(i) <= '9';
    }
    return digits ? Long.parseLong(value) : -1;
  }

  /** Whether a bound was exceeded; what came after that is not kept. */
  boolean isTooLarge() {
    return bytes > maxBytes || fields > maxFields;
  }

  /** Called after the last field: why the section is malformed, or null. */
  @Nullable String finish() {
    if (violation == null && !isTooLarge()) {
      violation = requestViolation();
    }
    if (cookie != null) {
      headers.set("cookie", cookie.toString());
    }
    if (authority != null) {
      headers.set("host", authority);
    }
    return violation;
  }

  private @Nullable String requestViolation() {
    if (method == null || !isToken(method)) {
      return "no proper :method";
    }
    String host = headers.get("host");
    if (authority != null && host != null && !authority.equalsIgnoreCase(host)) {
      return ":authority and host differ";
    }
    String named = authority == null ? host : authority;
    if (named == null || !HttpAuthority.isValid(named)) {
      return "no proper :authority";
    }
    boolean connect = method.equals("CONNECT");
    if (connect && protocol == null) {
      return scheme != null || path != null || authority == null
          ? "CONNECT with more than :authority"
          : null;
    }
    if (protocol != null && !connect) {
      return ":protocol without CONNECT";
    }
    if (scheme == null || !(scheme.equals("https") || scheme.equals("http"))) {
      return "no proper :scheme";
    }
    return path != null && isPath(path, method) ? null : "no proper :path";
  }

  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= ASCII || !TOKEN[text.charAt(i)]) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** Origin form, or the asterisk of OPTIONS (RFC 9113 §8.3.1, RFC 9114 §4.3.1). */
  private static boolean isPath(String text, String method) {
    if (text.charAt(0) != '/') {
      return text.equals("*") && method.equals("OPTIONS");
    }
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ' || c == '\t' || c == '#') {
        return false;
      }
    }
    return true;
  }

  /** Method of the request, once {@link #finish} has found nothing or the section is too large. */
  String method() {
    return method == null ? "GET" : method;
  }

  /** Path and query, under the same condition. */
  String target() {
    return path == null ? "/" : path;
  }

  /** The fields but pseudo-headers; {@code host} is the authority. */
  HeaderFields fields() {
    return headers;
  }

  /** What the stream is to be a tunnel for (RFC 8441, RFC 9220), or null. */
  @Nullable String connectProtocol() {
    return protocol;
  }

  /** Value of {@code content-length}, or -1. */
  long contentLength() {
    return contentLength;
  }

  /** Whether the client waits for 100 (Continue) before it sends the body (RFC 9110 §10.1.1). */
  boolean continueExpected() {
    return "100-continue".equalsIgnoreCase(headers.get("expect"));
  }
}
