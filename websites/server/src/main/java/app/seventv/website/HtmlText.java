package app.seventv.website;

/** Makes text from users safe to stand in HTML and in a JSON data block (website.md §2.4). */
final class HtmlText {
  /** Longest value written into a tag, in code points. */
  static final int MAX_VALUE_CODE_POINTS = 200;

  private HtmlText() {}

  /**
   * Takes out control characters and marks that change the writing direction, collapses white space
   * and cuts at {@link #MAX_VALUE_CODE_POINTS}.
   */
  static String clean(String text) {
    StringBuilder cleaned = new StringBuilder(Math.min(text.length(), MAX_VALUE_CODE_POINTS));
    int written = 0;
    boolean spaceDue = false;
    for (int i = 0; i < text.length() && written < MAX_VALUE_CODE_POINTS; ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint)) {
        spaceDue = written > 0;
      } else if (!isDropped(codePoint)) {
        if (spaceDue) {
          cleaned.append(' ');
          written++;
          spaceDue = false;
        }
        cleaned.appendCodePoint(codePoint);
        written++;
      }
    }
    return cleaned.toString();
  }

  private static boolean isDropped(int codePoint) {
    return Character.isISOControl(codePoint)
        || (codePoint >= 0x202A && codePoint <= 0x202E) // embeddings and overrides
        || (codePoint >= 0x2066 && codePoint <= 0x2069) // isolates
        || codePoint == 0x200E // left-to-right mark
        || codePoint == 0x200F // right-to-left mark
        || codePoint == 0x061C // Arabic letter mark
        || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE);
  }

  /** Escapes cleaned text for an element or a double-quoted attribute. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /** Makes JSON unable to end the {@code script} element around it. */
  static String escapeJsonBlock(String json) {
    return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
  }
}
