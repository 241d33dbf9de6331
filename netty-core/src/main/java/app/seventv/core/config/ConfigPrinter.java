package app.seventv.core.config;

import java.util.Map;

/**
 * Writes every key with its documentation, default and value; secrets stay hidden. Read again, the
 * text sets what was set and nothing else: defaults are comments, as they may come from another
 * environment by then, or from the next release.
 */
public final class ConfigPrinter {
  private ConfigPrinter() {}

  /** The whole configuration as TOML that says where each value came from. */
  public static String print(Config config) {
    StringBuilder out = new StringBuilder();
    for (Key<?> key : config.schema().keys()) {
      print(config, key, out);
    }
    return out.toString();
  }

  private static <T> void print(Config config, Key<T> key, StringBuilder out) {
    out.append("# ").append(key.doc()).append('\n');
    String type = key.type().description();
    T defaultValue = key.defaultValue();
    String printed = defaultValue == null ? "" : key.type().print(defaultValue);
    out.append("# ")
        .append(type)
        .append("; default: ")
        .append(printed.isEmpty() ? "none" : printed);
    out.append('\n');
    Key.TableShape shape = key.shape();
    if (shape != null) {
      printElements(shape, out);
    }
    String value = config.print(key);
    String origin = config.isSet(key) ? " # from " + config.origin(key) : "";
    if (value.isEmpty() || key.isSecret()) {
      out.append("# ").append(key.name()).append(value.isEmpty() ? " is not set" : " is hidden");
    } else {
      // With what is hidden in it the line would set something else.
      boolean comment = isDefault(config, key) || value.contains(Secret.HIDDEN);
      out.append(comment ? "#" : "");
      out.append(key.name()).append(" = ").append(value);
    }
    out.append(origin).append("\n\n");
  }

  private static boolean isDefault(Config config, Key<?> key) {
    String variable = key.defaultVariable();
    return !config.isSet(key)
        || (variable != null && config.origin(key).equals(Origin.environment(variable)));
  }

  private static void printElements(Key.TableShape shape, StringBuilder out) {
    for (Map.Entry<String, ConfigSchema> element : shape.elements().entrySet()) {
      if (shape.tag() != null) {
        out.append("#   ").append(shape.tag()).append(" = \"").append(element.getKey());
        out.append("\":\n");
      }
      for (Key<?> key : element.getValue().keys()) {
        out.append("#     ").append(key.name()).append(": ").append(key.type().description());
        out.append(", ").append(key.doc()).append('\n');
      }
    }
  }
}
