package app.seventv.core.config;

import app.seventv.core.config.Config.Entry;
import app.seventv.core.config.Key.TableShape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** Fills the values of one schema layer by layer and collects everything that is wrong. */
final class ConfigReader {
  /** Largest secret file read, in bytes: a private key or token, not somebody's disk image. */
  private static final int MAX_SECRET_FILE_BYTES = 64 * 1024;

  private static final String FILE_SUFFIX = "_file";

  private final ConfigSchema schema;
  private final String displayPrefix;
  private final List<String> problems;
  private final List<String> warnings;
  private final List<String> unknownKeys;
  private final Map<String, Entry> values = new LinkedHashMap<>();

  ConfigReader(
      ConfigSchema schema,
      String displayPrefix,
      List<String> problems,
      List<String> warnings,
      List<String> unknownKeys) {
    this.schema = schema;
    this.displayPrefix = displayPrefix;
    this.problems = problems;
    this.warnings = warnings;
    this.unknownKeys = unknownKeys;
  }

  /** Where a TOML document came from: its name and how its lines map to those on disk. */
  record Source(String file, IntUnaryOperator line) {
    Origin at(@Nullable TomlPosition position) {
      return Origin.file(file, position == null ? 0 : line.applyAsInt(position.line()));
    }
  }

  /** Takes over a document. */
  void readTable(TomlTable table, Source source) {
    readTable(table, "", "", source);
  }

  private void readTable(TomlTable table, String path, String skippedKey, Source source) {
    for (String part : table.keySet()) {
      if (path.isEmpty() && part.equals(skippedKey)) {
        continue;
      }
      String name = (path.isEmpty() ? "" : path + ".") + Toml.joinKeyPath(List.of(part));
      Object value = Objects.requireNonNull(table.get(List.of(part)));
      Origin origin = source.at(table.inputPositionOf(List.of(part)));
      Key<?> key = schema.key(name);
      if (key != null) {
        readValue(key, value, origin, source);
      } else if (!readSpecial(name, value, origin)) {
        readUndeclared(name, value, origin, skippedKey, source);
      }
    }
  }

  private void readUndeclared(
      String name, Object value, Origin origin, String skippedKey, Source source) {
    if (!schema.isTable(name) && !schema.leadsToIgnored(name)) {
      unknown(name, origin);
    } else if (value instanceof TomlTable child) {
      readTable(child, name, skippedKey, source);
    } else {
      String problem = ValueTypes.wrongKind(value).getMessage();
      problems.add(at(origin, name) + problem + ", expected a table");
    }
  }

  /** Takes over a secret's file or a tolerated name; false if {@code name} is neither. */
  private boolean readSpecial(String name, Object value, Origin origin) {
    Key<?> secret = secretOfFile(name);
    String ignoredBecause = schema.ignoredBecause(name);
    if (secret != null) {
      readSecretFile(secret, value, origin);
    } else if (ignoredBecause != null) {
      warnings.add(at(origin, name) + "is not used: " + ignoredBecause);
    }
    return secret != null || ignoredBecause != null;
  }

  private void readValue(Key<?> key, Object value, Origin origin, Source source) {
    TableShape shape = key.shape();
    if (shape != null && value instanceof TomlArray array) {
      values.put(key.name(), new Entry(readTables(key, shape, array, source), origin));
      return;
    }
    try {
      values.put(key.name(), new Entry(key.type().parse(value), origin));
    } catch (IllegalArgumentException e) {
      badValue(key, origin, e);
    }
  }

  private List<Config> readTables(Key<?> key, TableShape shape, TomlArray array, Source source) {
    List<Config> tables = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      String prefix = displayPrefix + key.name() + "[" + i + "].";
      Origin origin = source.at(array.inputPositionOf(i));
      if (!(array.get(i) instanceof TomlTable table)) {
        problems.add(origin + ": " + prefix + ": is no table");
        continue;
      }
      String tagName = shape.tag() == null ? "" : shape.tag();
      String tag = "";
      if (!tagName.isEmpty()) {
        tag = table.get(List.of(tagName)) instanceof String text ? text : "";
      }
      ConfigSchema element = shape.elements().get(tag);
      if (element == null) {
        problems.add(
            origin
                + ": "
                + prefix
                + tagName
                + ": is "
                + ValueTypes.quote(tag)
                + ", expected one of "
                + shape.elements().keySet().stream().sorted().toList());
        continue;
      }
      ConfigReader reader = new ConfigReader(element, prefix, problems, warnings, unknownKeys);
      reader.readTable(table, "", tagName, source);
      tables.add(reader.finish(Map.of(), origin, tag));
    }
    return List.copyOf(tables);
  }

  /** Takes over one value given as text, from the environment or the command line. */
  void readText(String name, String text, Origin origin) {
    Key<?> key = schema.key(name);
    if (key != null) {
      readText(key, text, origin);
    } else if (!readSpecial(name, text, origin)) {
      unknown(name, origin);
    }
  }

  private void readText(Key<?> key, String text, Origin origin) {
    if (key.shape() != null) {
      String line = "v = " + text;
      var document = Toml.parse(line);
      if (!document.hasErrors() && document.get(List.of("v")) instanceof TomlArray array) {
        readValue(key, array, origin, new Source(origin.text(), position -> position));
        return;
      }
    }
    try {
      values.put(key.name(), new Entry(key.type().parseText(text), origin));
    } catch (IllegalArgumentException e) {
      badValue(key, origin, e);
    }
  }

  /** Adds defaults, runs the rules and freezes the values. */
  Config finish(Map<String, String> environment, Origin tableOrigin, String tag) {
    for (Key<?> key : schema.keys()) {
      String variable = key.defaultVariable();
      String text = variable == null ? null : environment.get(variable);
      if (!values.containsKey(key.name()) && text != null && !text.isEmpty()) {
        readText(key, text, Origin.environment(String.valueOf(variable)));
      }
      Object defaultValue = key.defaultValue();
      if (values.containsKey(key.name())) {
        continue;
      }
      if (defaultValue != null) {
        values.put(key.name(), new Entry(defaultValue, Origin.DEFAULT));
      } else {
        problems.add(at(tableOrigin, key.name()) + "is required: " + key.doc());
      }
    }
    run(schema.checks(), new Config(schema, values, warnings, tag));
    return new Config(schema, values, warnings, tag); // with the warnings of the rules
  }

  /** Runs rules, unless there are problems already. */
  void run(List<ConfigSchema.ScopedCheck> checks, Config config) {
    if (!problems.isEmpty()) {
      return;
    }
    for (ConfigSchema.ScopedCheck scoped : checks) {
      Config view = scoped.prefix().isEmpty() ? config : config.group(scoped.prefix());
      String prefix = scoped.prefix().isEmpty() ? "" : scoped.prefix() + ".";
      scoped.check().check(view, new Findings(view, prefix));
    }
  }

  /** Adds the place of its key to what a rule says. */
  private final class Findings implements ConfigCheck.Problems {
    private final Config view;
    private final String prefix;

    private Findings(Config view, String prefix) {
      this.view = view;
      this.prefix = prefix;
    }

    @Override
    public void add(Key<?> key, String problem) {
      problems.add(place(key) + problem);
    }

    @Override
    public void warn(Key<?> key, String warning) {
      warnings.add(place(key) + warning);
    }

    private String place(Key<?> key) {
      return at(view.origin(key), prefix + key.name());
    }
  }

  private @Nullable Key<?> secretOfFile(String name) {
    if (!name.endsWith(FILE_SUFFIX)) {
      return null;
    }
    Key<?> key = schema.key(name.substring(0, name.length() - FILE_SUFFIX.length()));
    return key != null && key.isSecret() ? key : null;
  }

  private void readSecretFile(Key<?> key, Object value, Origin origin) {
    String name = key.name() + FILE_SUFFIX;
    if (!(value instanceof String file)) {
      problems.add(
          at(origin, name) + ValueTypes.wrongKind(value).getMessage() + ", expected a path");
      return;
    }
    try (var in = Files.newInputStream(Path.of(file))) {
      byte[] bytes = in.readNBytes(MAX_SECRET_FILE_BYTES + 1);
      if (bytes.length > MAX_SECRET_FILE_BYTES) {
        problems.add(at(origin, name) + "is larger than " + MAX_SECRET_FILE_BYTES + " bytes");
        return;
      }
      String secret = new String(bytes, StandardCharsets.UTF_8).stripTrailing();
      values.put(key.name(), new Entry(key.type().parse(secret), origin));
    } catch (IOException | IllegalArgumentException e) {
      problems.add(at(origin, name) + "cannot be read: " + e);
    }
  }

  private void badValue(Key<?> key, Origin origin, IllegalArgumentException problem) {
    problems.add(
        at(origin, key.name()) + problem.getMessage() + ", expected " + key.type().description());
  }

  private void unknown(String name, Origin origin) {
    Optional<String> near =
        Suggestion.nearest(name, schema.keys().stream().map(Key::name).toList());
    unknownKeys.add(
        at(origin, name)
            + "unknown key"
            + near.map(other -> ", did you mean " + displayPrefix + other + "?").orElse(""));
  }

  private String at(Origin origin, String name) {
    return origin + ": " + displayPrefix + name + ": ";
  }
}
