package app.seventv.core.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Frozen, checked values of all keys of a schema. */
public final class Config {
  private final ConfigSchema schema;
  private final Map<String, Entry> values;
  private final List<String> warnings;
  private final String prefix;
  private final String tag;

  Config(ConfigSchema schema, Map<String, Entry> values, List<String> warnings, String tag) {
    this(schema, Map.copyOf(values), List.copyOf(warnings), "", tag);
  }

  private Config(
      ConfigSchema schema,
      Map<String, Entry> values,
      List<String> warnings,
      String prefix,
      String tag) {
    this.schema = schema;
    this.values = values;
    this.warnings = warnings;
    this.prefix = prefix;
    this.tag = tag;
  }

  /**
   * Values for a test or an embedded service: defaults and the given TOML text, no files, no
   * environment.
   *
   * @throws IllegalArgumentException if the text does not fit the schema
   */
  public static Config parse(ConfigSchema schema, String toml) {
    try {
      return ConfigLoader.strict(schema, Map.of()).loadText(toml);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * The value of a key of this schema (or, in a group, of the group's schema).
   *
   * @throws IllegalArgumentException if the schema does not declare the key
   */
  @SuppressWarnings("unchecked") // the declared key of that name has the same type object
  public <T> T get(Key<T> key) {
    String name = prefix + key.name();
    Key<?> declared = schema.key(name);
    if (declared == null || declared.type() != key.type()) {
      throw new IllegalArgumentException("key not declared in the schema: " + name);
    }
    return (T) entry(name).value;
  }

  /** The values of a group, with the group's own key names. */
  public Config group(String name) {
    return new Config(schema, values, warnings, prefix + name + ".", tag);
  }

  /** Whether anything but the default gave the value. */
  public boolean isSet(Key<?> key) {
    return !origin(key).equals(Origin.DEFAULT);
  }

  /** Where the value came from. */
  public Origin origin(Key<?> key) {
    return entry(prefix + key.name()).origin;
  }

  /** The tag of a table read by {@link Key#taggedTables}, else empty. */
  public String tag() {
    return tag;
  }

  /** What should be looked at but does not stop the start, one line each. */
  public List<String> warnings() {
    return warnings;
  }

  /** The keys these values belong to. */
  public ConfigSchema schema() {
    return schema;
  }

  private Entry entry(String name) {
    @Nullable Entry entry = values.get(name);
    return Objects.requireNonNull(entry, name);
  }

  /** All values on one line as an inline table, secrets hidden. */
  String inline(@Nullable String tagName) {
    List<String> items = new ArrayList<>();
    if (tagName != null) {
      items.add(tagName + " = " + ValueTypes.quote(tag));
    }
    for (Key<?> key : schema.keys()) {
      if (isSet(key)) {
        items.add(key.name() + " = " + print(key));
      }
    }
    return "{ " + String.join(", ", items) + " }";
  }

  /** The value as TOML text; empty if absent. */
  <T> String print(Key<T> key) {
    return key.type().print(get(key));
  }

  record Entry(Object value, Origin origin) {}
}
