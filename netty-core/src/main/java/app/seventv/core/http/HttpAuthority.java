package app.seventv.core.http;

/** The form of a host with its port, the same for every version of HTTP. */
final class HttpAuthority {
  private static final int MAX_PORT = 65_535;

  private HttpAuthority() {}

  /**
   * Whether this is a host that is not empty, with an optional port and no user (RFC 9110 §4.2, RFC
   * 3986 §3.2).
   */
  static boolean isValid(CharSequence text) {
    int end = hostEnd(text);
    return end > 0 && (end == text.length() || isPort(text, end));
  }

  /** Where the host ends, or -1 if it is none. */
  private static int hostEnd(CharSequence text) {
    int i = 0;
    if (text.isEmpty() || text.charAt(0) != '[') {
      while (i < text.length() && isHost(text.charAt(i))) {
        i++;
      }
      return i;
    }
    i++;
    while (i < text.length() && (isHost(text.charAt(i)) || text.charAt(i) == ':')) {
      i++;
    }
    return i > 1 && i < text.length() && text.charAt(i) == ']' ? i + 1 : -1;
  }

  private static boolean isHost(char c) {
    return c < 0x80 && Http1Syntax.isHost((byte) c);
  }

  /** A colon and a number, which may be missing (RFC 3986 §3.2.3). */
  private static boolean isPort(CharSequence text, int colon) {
    int port = 0;
    for (int i = colon + 1; i < text.length() && port <= MAX_PORT; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
      port = 10 * port + c - '0';
    }
    return text.charAt(colon) == ':' && port <= MAX_PORT;
  }
}
