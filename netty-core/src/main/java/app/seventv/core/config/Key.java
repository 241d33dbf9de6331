package app.seventv.core.config;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;

/**
 * One setting: a dotted lower-case name, a type, a default and one line of documentation. Declare
 * keys as constants, list them in a {@link ConfigSchema} and read them with {@link Config#get}.
 *
 * @param <T> the value; {@code Optional<X>} for keys without default
 */
public final class Key<T> {
  private final String name;
  private final ValueType<T> type;
  private final @Nullable T defaultValue;
  private final String doc;
  private final @Nullable String defaultVariable;
  private final @Nullable TableShape shape;

  private Key(
      String name,
      ValueType<T> type,
      @Nullable T defaultValue,
      String doc,
      @Nullable String defaultVariable,
      @Nullable TableShape shape) {
    this.name = name;
    this.type = type;
    this.defaultValue = defaultValue;
    this.doc = doc;
    this.defaultVariable = defaultVariable;
    this.shape = shape;
  }

  /** A key of any type with a default. */
  public static <T> Key<T> of(String name, ValueType<T> type, T defaultValue, String doc) {
    return new Key<>(name, type, defaultValue, doc, null, null);
  }

  /** A key that may be absent. */
  public static <T> Key<Optional<T>> optional(String name, ValueType<T> type, String doc) {
    return new Key<>(name, type.optional(), Optional.empty(), doc, null, null);
  }

  /** A key that must be set somewhere. */
  public static <T> Key<T> required(String name, ValueType<T> type, String doc) {
    return new Key<>(name, type, null, doc, null, null);
  }

  /** Text. */
  public static Key<String> string(String name, String defaultValue, String doc) {
    return of(name, ValueTypes.STRING, defaultValue, doc);
  }

  /** A whole number within limits, both included. */
  public static Key<Integer> integer(String name, int defaultValue, int min, int max, String doc) {
    return of(name, ValueTypes.integer(min, max), defaultValue, doc);
  }

  /** True or false. */
  public static Key<Boolean> bool(String name, boolean defaultValue, String doc) {
    return of(name, ValueTypes.BOOL, defaultValue, doc);
  }

  /** A duration as text, {@code "10s"}. */
  public static Key<Duration> duration(String name, Duration defaultValue, String doc) {
    return of(name, ValueTypes.DURATION, defaultValue, doc);
  }

  /** A duration as table, {@code { secs = 45, nanos = 0 }} (event-api keys only). */
  public static Key<Duration> durationTable(String name, Duration defaultValue, String doc) {
    return of(name, ValueTypes.DURATION_TABLE, defaultValue, doc);
  }

  /** A size in bytes, as integer or {@code "8 GiB"}. */
  public static Key<Long> sizeBytes(String name, long defaultBytes, String doc) {
    return of(name, ValueTypes.SIZE_BYTES, defaultBytes, doc);
  }

  /** An {@code ip:port} to listen on. */
  public static Key<InetSocketAddress> address(String name, String defaultValue, String doc) {
    return of(name, ValueTypes.ADDRESS, ValueTypes.ADDRESS.parse(defaultValue), doc);
  }

  /** A list of texts. */
  public static Key<List<String>> strings(String name, List<String> defaultValue, String doc) {
    return of(name, ValueTypes.STRING.list(), defaultValue, doc);
  }

  /** An absolute address. */
  public static Key<URI> url(String name, String defaultValue, String doc) {
    return of(name, ValueTypes.URL, URI.create(defaultValue), doc);
  }

  /** A path. */
  public static Key<Path> path(String name, String defaultValue, String doc) {
    return of(name, ValueTypes.PATH, Path.of(defaultValue), doc);
  }

  /** A secret that may be absent; {@code <name>_file} names a file that holds it instead. */
  public static Key<Optional<Secret>> secret(String name, String doc) {
    return optional(name, ValueTypes.SECRET, doc);
  }

  /** A secret with a default; {@code <name>_file} names a file that holds it instead. */
  public static Key<Secret> secret(String name, String defaultValue, String doc) {
    return of(name, ValueTypes.SECRET, new Secret(defaultValue), doc);
  }

  /** An array of tables, each with the keys of {@code element}; names there are relative. */
  public static Key<List<Config>> tables(String name, ConfigSchema element, String doc) {
    return tables(name, new TableShape(null, Map.of("", element)), doc);
  }

  /**
   * An array of tables whose keys depend on a tag, as {@code drives[].kind}.
   *
   * @param tag the name of the tag inside each table; the schemas do not declare it, {@link
   *     Config#tag()} tells it
   * @param elements the keys for each value of the tag
   */
  public static Key<List<Config>> taggedTables(
      String name, String tag, Map<String, ConfigSchema> elements, String doc) {
    return tables(name, new TableShape(tag, Map.copyOf(elements)), doc);
  }

  private static Key<List<Config>> tables(String name, TableShape shape, String doc) {
    ValueType<List<Config>> type =
        new ValueType<>(
            "an array of tables",
            value -> {
              throw ValueTypes.wrongKind(value);
            },
            tables ->
                "["
                    + String.join(", ", tables.stream().map(t -> t.inline(shape.tag)).toList())
                    + "]");
    return new Key<>(name, type, List.of(), doc, null, shape);
  }

  /** The same key whose default is an environment variable's value where that is set. */
  public Key<T> defaultFrom(String variable) {
    return new Key<>(name, type, defaultValue, doc, variable, shape);
  }

  /** The same key with another default, for a service that differs from the common one. */
  public Key<T> withDefault(T value) {
    return new Key<>(name, type, value, doc, defaultVariable, shape);
  }

  Key<T> under(String prefix) {
    return new Key<>(prefix + "." + name, type, defaultValue, doc, defaultVariable, shape);
  }

  /** The dotted name. */
  public String name() {
    return name;
  }

  /** One line that says what the setting does. */
  public String doc() {
    return doc;
  }

  /** The type. */
  public ValueType<T> type() {
    return type;
  }

  @Nullable T defaultValue() {
    return defaultValue;
  }

  @Nullable String defaultVariable() {
    return defaultVariable;
  }

  @Nullable TableShape shape() {
    return shape;
  }

  boolean isSecret() {
    return type.description().equals(ValueTypes.SECRET.description());
  }

  boolean isScalarAtTop() {
    return shape == null && Toml.parseDottedKey(name).size() == 1;
  }

  @Override
  public String toString() {
    return name;
  }

  /** The schemas of an array of tables: one per tag value, or one under the empty name. */
  record TableShape(@Nullable String tag, Map<String, ConfigSchema> elements) {}
}
