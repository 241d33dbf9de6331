package app.seventv.devstack.typesense;

import app.seventv.devstack.typesense.Filter.Operator;
import app.seventv.devstack.typesense.Filter.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads {@code filter_by}. {@code &&} binds tighter than {@code ||}.
 *
 * <pre>
 * any       = all { "||" all }
 * all       = part { "&amp;&amp;" part }
 * part      = "(" any ")" | field operator ( "[" [ value { "," value } ] "]" | value )
 * operator  = ":" [ "=" | "!=" | "!" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=" ], blanks allowed inside
 * value     = "`" any text, \` for a backquote "`"
 *           | text up to the next "&amp;&amp;", "||" or ")", in lists "," or "]"
 * </pre>
 */
final class FilterParser {
  private final String text;
  private int at;
  private int conditions;

  private FilterParser(String text) {
    this.text = text;
  }

  /** Parses a non-empty expression; errors are 400 and name the position, counted from 0. */
  static Filter parse(String expression) {
    if (expression.length() > Limits.MAX_FILTER_CHARS) {
      throw ApiException.badRequest(
          "`filter_by` is longer than %d characters.".formatted(Limits.MAX_FILTER_CHARS));
    }
    FilterParser parser = new FilterParser(expression);
    Filter filter = parser.any(0);
    parser.skipBlanks();
    if (parser.at < expression.length()) {
      throw parser.error("expected `&&`, `||` or the end");
    }
    return filter;
  }

  private Filter any(int depth) {
    return joined("||", () -> all(depth), Filter.Any::new);
  }

  private Filter all(int depth) {
    return joined("&&", () -> part(depth), Filter.All::new);
  }

  private Filter joined(
      String symbol, Supplier<Filter> operand, Function<List<Filter>, Filter> join) {
    List<Filter> parts = new ArrayList<>();
    do {
      parts.add(operand.get());
    } while (skip(symbol));
    return parts.size() == 1 ? parts.getFirst() : join.apply(parts);
  }

  private Filter part(int depth) {
    if (!skip("(")) {
      return condition();
    }
    if (depth == Limits.MAX_FILTER_DEPTH) {
      throw error("more than %d nested parentheses".formatted(Limits.MAX_FILTER_DEPTH));
    }
    Filter inner = any(depth + 1);
    if (!skip(")")) {
      throw error("expected `)`");
    }
    return inner;
  }

  private Filter condition() {
    if (++conditions > Limits.MAX_FILTER_CONDITIONS) {
      throw ApiException.badRequest("`filter_by` has too many operations.");
    }
    skipBlanks();
    int start = at;
    while (at < text.length() && text.charAt(at) != ':' && !startsOperatorOrParenthesis()) {
      at++;
    }
    String field = text.substring(start, at).strip();
    if (field.isEmpty()) {
      throw error("expected a field name");
    }
    if (at == text.length() || text.charAt(at) != ':') {
      throw error("expected `:` after the field name `%s`".formatted(field));
    }
    Operator operator = operator();
    return new Filter.Condition(field, operator, skip("[") ? list() : List.of(value(false)));
  }

  private boolean startsOperatorOrParenthesis() {
    return text.startsWith("&&", at)
        || text.startsWith("||", at)
        || text.charAt(at) == '('
        || text.charAt(at) == ')';
  }

  private Operator operator() {
    at++; // the colon
    skipBlanks();
    for (Operator operator : Operator.values()) { // longer symbols first
      String rest = operator.symbol.substring(1);
      if (text.startsWith(rest, at)) {
        at += rest.length();
        return operator;
      }
    }
    throw new IllegalStateException("the plain colon matches always");
  }

  private List<Value> list() {
    List<Value> values = new ArrayList<>();
    if (skip("]")) {
      return values;
    }
    do {
      values.add(value(true));
    } while (skip(","));
    if (!skip("]")) {
      throw error("expected `,` or `]`");
    }
    return values;
  }

  private Value value(boolean inList) {
    skipBlanks();
    if (at < text.length() && text.charAt(at) == '`') {
      return quoted();
    }
    int start = at;
    int open = 0;
    while (at < text.length() && !endsValue(inList, open)) {
      open += text.charAt(at) == '(' ? 1 : text.charAt(at) == ')' ? -1 : 0;
      at++;
    }
    String value = text.substring(start, at).strip();
    if (value.isEmpty()) {
      throw error("expected a value");
    }
    return new Value(value, false);
  }

  private boolean endsValue(boolean inList, int open) {
    char c = text.charAt(at);
    if (inList) {
      return c == ',' || c == ']';
    }
    return (c == ')' && open == 0) || text.startsWith("&&", at) || text.startsWith("||", at);
  }

  private Value quoted() {
    int start = at++;
    StringBuilder value = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '`') {
      if (text.startsWith("\\`", at)) {
        at++;
      }
      value.append(text.charAt(at++));
    }
    if (at == text.length()) {
      at = start;
      throw error("a backquote is never closed");
    }
    at++;
    return new Value(value.toString(), true);
  }

  private boolean skip(String symbol) {
    skipBlanks();
    if (text.startsWith(symbol, at)) {
      at += symbol.length();
      return true;
    }
    return false;
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private ApiException error(String reason) {
    return ApiException.badRequest(
        "Could not parse the filter query: %s at position %d.".formatted(reason, at));
  }
}
