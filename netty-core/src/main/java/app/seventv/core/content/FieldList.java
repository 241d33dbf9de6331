package app.seventv.core.content;

/** Comma-separated lists of tokens in header fields (RFC 9110 §5.6.1). */
final class FieldList {
  private FieldList() {}

  /** Whether the list has the token, in any case; without garbage. */
  static boolean contains(String list, String token) {
    int at = 0;
    while (at <= list.length()) {
      int comma = list.indexOf(',', at);
      int end = comma < 0 ? list.length() : comma;
      int from = at;
      at = end + 1;
      while (from < end && isBlank(list.charAt(from))) {
        from++;
      }
      while (end > from && isBlank(list.charAt(end - 1))) {
        end--;
      }
      if (end - from == token.length()
          && list.regionMatches(true, from, token, 0, token.length())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
