package app.seventv.core.http;

/**
 * Priority of a response as its client sees it (RFC 9218 §4).
 *
 * @param urgency 0, most urgent, to 7, background
 * @param incremental whether the client can use the response piece by piece
 */
record Priority(int urgency, boolean incremental) {
  /** RFC 9218 §4.1 and §4.2: what holds when the client says nothing. */
  static final Priority DEFAULT = new Priority(3, false);

  /** Default of a tunnel: it has no end that another stream could wait for. */
  static final Priority TUNNEL = new Priority(3, true);

  private static final int MAX_URGENCY = 7;

  /**
   * Reads the {@code priority} field, a dictionary (RFC 9218 §5, RFC 9651 §3.2). Members that are
   * unknown, malformed or out of range are ignored, as RFC 9218 §4 asks; the last of equals wins.
   */
  static Priority parse(CharSequence field, Priority absent) {
    int urgency = absent.urgency;
    boolean incremental = absent.incremental;
    int start = 0;
    int length = field.length();
    while (start < length) {
      int end = start;
      while (end < length && field.charAt(end) != ',') {
        end++;
      }
      int from = start;
      int to = end;
      while (from < to && isSpace(field.charAt(from))) {
        from++;
      }
      for (int i = from; i < to; i++) {
        if (field.charAt(i) == ';') {
          to = i; // parameters mean nothing here
        }
      }
      while (to > from && isSpace(field.charAt(to - 1))) {
        to--;
      }
      int size = to - from;
      if (size == 3 && field.charAt(from) == 'u' && field.charAt(from + 1) == '=') {
        int value = field.charAt(from + 2) - '0';
        urgency = value >= 0 && value <= MAX_URGENCY ? value : urgency;
      } else if (size == 1 && field.charAt(from) == 'i') {
        incremental = true;
      } else if (size == 4
          && field.charAt(from) == 'i'
          && field.charAt(from + 1) == '='
          && field.charAt(from + 2) == '?') {
        char value = field.charAt(from + 3);
        incremental = value == '1' || (value != '0' && incremental);
      }
      start = end + 1;
    }
    return new Priority(urgency, incremental);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }
}
