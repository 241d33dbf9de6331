package app.seventv.imageprocessor;

import java.util.Map;
import java.util.Set;

/**
 * Expands drive paths: {@code {name}}, an optional {@code :format} after the name, and doubled
 * braces for literal ones (image-processor.md §3).
 */
final class PathTemplate {
  static final Set<String> ID = Set.of("id");
  static final Set<String> UPLOAD = Set.of("id", "ext");
  static final Set<String> REUPLOAD = Set.of("id", "width", "height", "ext");
  static final Set<String> OUTPUT =
      Set.of(
          "id", "format", "scale", "width", "height", "format_idx", "resize_idx", "static", "ext");

  private PathTemplate() {}

  /** Throws InvalidInput {@code field: reason} unless the template uses only {@code allowed}. */
  static void check(String field, String template, Set<String> allowed) {
    if (template.isEmpty()) {
      throw JobFailure.invalidInput(field + ": must not be empty");
    }
    try {
      walk(template, new StringBuilder(), name -> allowed.contains(name) ? "" : null);
    } catch (IllegalArgumentException e) {
      throw JobFailure.invalidInput(field + ": " + e.getMessage());
    }
  }

  /** Throws {@link IllegalArgumentException} if the template is malformed. */
  static String expand(String template, Map<String, String> values) {
    StringBuilder out = new StringBuilder(template.length() + 32);
    walk(template, out, values::get);
    return out.toString();
  }

  @FunctionalInterface
  private interface Values {
    @org.jspecify.annotations.Nullable
    String get(String name);
  }

  private static void walk(String template, StringBuilder out, Values values) {
    int at = 0;
    while (at < template.length()) {
      char c = template.charAt(at);
      boolean doubled = at + 1 < template.length() && template.charAt(at + 1) == c;
      if ((c == '{' || c == '}') && doubled) {
        out.append(c);
        at += 2;
      } else if (c == '{') {
        int end = template.indexOf('}', at);
        if (end < 0) {
          throw new IllegalArgumentException("unclosed brace");
        }
        appendValue(template.substring(at + 1, end), out, values);
        at = end + 1;
      } else if (c == '}') {
        throw new IllegalArgumentException("unmatched closing brace");
      } else {
        out.append(c);
        at++;
      }
    }
  }

  private static void appendValue(String expression, StringBuilder out, Values values) {
    int colon = expression.indexOf(':');
    String name = colon < 0 ? expression : expression.substring(0, colon);
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("unknown variable '" + name + "'");
    }
    out.append(colon < 0 ? value : padded(value, expression.substring(colon + 1)));
  }

  /** {@code [[fill]align][0][width]}, where align is one of {@code < ^ >}. */
  private static String padded(String value, String format) {
    String rest = format;
    char fill = ' ';
    char align = '<';
    if (rest.length() > 1 && "<^>".indexOf(rest.charAt(1)) >= 0) {
      fill = rest.charAt(0);
      align = rest.charAt(1);
      rest = rest.substring(2);
    } else if (!rest.isEmpty() && "<^>".indexOf(rest.charAt(0)) >= 0) {
      align = rest.charAt(0);
      rest = rest.substring(1);
    } else if (rest.startsWith("0")) {
      fill = '0';
      align = '>';
    }
    if (rest.length() > MAX_WIDTH_DIGITS || !rest.chars().allMatch(d -> d >= '0' && d <= '9')) {
      throw new IllegalArgumentException("bad format '" + format + "'");
    }
    int missing = Math.max(0, (rest.isEmpty() ? 0 : Integer.parseInt(rest)) - value.length());
    int left = align == '<' ? 0 : align == '>' ? missing : missing / 2;
    String pad = String.valueOf(fill);
    return pad.repeat(left) + value + pad.repeat(missing - left);
  }

  private static final int MAX_WIDTH_DIGITS = 3;
}
