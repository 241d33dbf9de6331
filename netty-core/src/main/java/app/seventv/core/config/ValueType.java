package app.seventv.core.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/**
 * How one kind of value is read from TOML or plain text, and printed again. {@link ValueTypes}
 * holds the ready ones; {@link #map} makes others out of them.
 *
 * @param <T> the Java value
 */
public final class ValueType<T> {
  private final String description;
  private final Function<Object, T> parser;
  private final Function<T, String> printer;

  /**
   * A type of its own.
   *
   * @param description what is expected, as it ends the sentence "expected …"
   * @param parser gets a String, Long, Double, Boolean, {@link TomlArray} or {@link TomlTable};
   *     throws {@link IllegalArgumentException} with a predicate ("is too long")
   * @param printer the value as TOML
   */
  public ValueType(String description, Function<Object, T> parser, Function<T, String> printer) {
    this.description = description;
    this.parser = parser;
    this.printer = printer;
  }

  /** What is expected, in words. */
  public String description() {
    return description;
  }

  T parse(Object value) {
    try {
      return parser.apply(value);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("is out of range", e);
    }
  }

  /**
   * Reads unquoted text from the environment or the command line: as TOML if it is TOML of this
   * type ({@code ["a", "b"]}, {@code 5}), else as the text itself.
   */
  T parseText(String text) {
    List<Object> readings = new ArrayList<>();
    TomlParseResult literal = Toml.parse("v = " + text);
    if (!literal.hasErrors() && literal.size() == 1) {
      readings.add(literal.get(List.of("v")));
    }
    readings.add(text);
    readings.add(new PlainText(text));
    IllegalArgumentException first = null;
    for (Object reading : readings) {
      try {
        return parse(reading);
      } catch (IllegalArgumentException e) {
        first = first == null ? e : first;
      }
    }
    throw first == null ? new IllegalArgumentException("is empty") : first;
  }

  String print(T value) {
    return printer.apply(value);
  }

  /**
   * A finer type over this one.
   *
   * @param description what is expected, in words
   * @param parse throws {@link IllegalArgumentException} with a predicate
   * @param print back to this type
   */
  public <R> ValueType<R> map(String description, Function<T, R> parse, Function<R, T> print) {
    return new ValueType<>(
        description,
        value -> parse.apply(parser.apply(value)),
        value -> printer.apply(print.apply(value)));
  }

  ValueType<Optional<T>> optional() {
    return new ValueType<>(
        description,
        value -> Optional.of(parser.apply(value)),
        value -> value.map(printer).orElse(""));
  }

  /** A list of this; plain text (environment, override) may also separate the items by commas. */
  public ValueType<List<T>> list() {
    return new ValueType<>(
        "a list of which each item is " + description,
        this::parseList,
        values -> "[" + String.join(", ", values.stream().map(printer).toList()) + "]");
  }

  private List<T> parseList(Object value) {
    List<T> items = new ArrayList<>();
    switch (value) {
      case TomlArray array -> {
        for (int i = 0; i < array.size(); i++) {
          items.add(parser.apply(array.get(i)));
        }
      }
      case PlainText text -> {
        for (String item : text.value().split(",", -1)) {
          if (!item.isBlank()) {
            items.add(parser.apply(item.strip()));
          }
        }
      }
      default -> throw ValueTypes.wrongKind(value);
    }
    return List.copyOf(items);
  }

  /** A table with free names whose values are all of this type. */
  public ValueType<Map<String, T>> table() {
    return new ValueType<>(
        "a table of which each value is " + description, this::parseTable, this::printTable);
  }

  private Map<String, T> parseTable(Object value) {
    if (!(value instanceof TomlTable table)) {
      throw ValueTypes.wrongKind(value);
    }
    Map<String, T> items = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : table.entrySet()) {
      items.put(entry.getKey(), parser.apply(entry.getValue()));
    }
    return Map.copyOf(items);
  }

  private String printTable(Map<String, T> values) {
    List<String> items = new ArrayList<>();
    values.forEach(
        (name, value) -> items.add(Toml.joinKeyPath(List.of(name)) + " = " + printer.apply(value)));
    return "{" + String.join(", ", items) + "}";
  }

  /** Text that came without TOML quoting, where a list may be written with commas. */
  record PlainText(String value) {}
}
