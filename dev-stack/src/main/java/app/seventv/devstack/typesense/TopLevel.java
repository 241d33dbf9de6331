package app.seventv.devstack.typesense;

import java.util.ArrayList;
import java.util.List;

/** Splitting of parameters whose parts may themselves contain the separator, inside brackets. */
final class TopLevel {
  private TopLevel() {}

  /** The stripped, non-empty parts between separators outside brackets and backquotes. */
  static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || (text.charAt(i) == separator && depth == 0 && !quoted)) {
        String part = text.substring(start, i).strip();
        if (!part.isEmpty()) {
          parts.add(part);
        }
        start = i + 1;
        continue;
      }
      switch (text.charAt(i)) {
        case '`' -> quoted = !quoted;
        case '(', '[' -> depth += quoted ? 0 : 1;
        case ')', ']' -> depth -= quoted ? 0 : 1;
        default -> {}
      }
    }
    return parts;
  }

  /** The parts between commas. */
  static List<String> split(String text) {
    return split(text, ',');
  }
}
