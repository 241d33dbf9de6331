package app.seventv.core.config;

import app.seventv.core.config.ConfigReader.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/**
 * Reads the values of a schema: defaults, then files in order, then {@code APP_<KEY>} variables for
 * keys outside tables, then overrides; later ones win (operations.md §2.1).
 */
public final class ConfigLoader {
  private static final String VARIABLE_PREFIX = "APP_";

  private final ConfigSchema schema;
  private final Map<String, String> environment;
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final ConfigReader reader;
  private final boolean isStrict;

  private ConfigLoader(ConfigSchema schema, Map<String, String> environment, boolean isStrict) {
    this.schema = schema;
    this.environment = environment;
    this.isStrict = isStrict;
    List<String> unknownKeys = isStrict ? problems : warnings;
    this.reader = new ConfigReader(schema, "", problems, warnings, unknownKeys);
  }

  /**
   * A loader for one load, to which unknown keys are problems (most are misspelt), and files that
   * the service could not start with.
   *
   * @param environment the process environment, {@link System#getenv()} outside tests
   */
  public static ConfigLoader strict(ConfigSchema schema, Map<String, String> environment) {
    return new ConfigLoader(schema, environment, true);
  }

  /**
   * A loader for one load that warns of unknown keys: a service starts with the files of another
   * version of it (operations.md §2.1).
   *
   * @param environment the process environment, {@link System#getenv()} outside tests
   */
  public static ConfigLoader lenient(ConfigSchema schema, Map<String, String> environment) {
    return new ConfigLoader(schema, environment, false);
  }

  /**
   * Loads and checks everything.
   *
   * @param files TOML files, later ones win
   * @param overrides {@code key=value} each
   * @throws ConfigException listing every problem found
   */
  public Config load(List<Path> files, List<String> overrides) throws ConfigException {
    for (Path file : files) {
      try {
        readToml(file.toString(), Files.readString(file));
      } catch (IOException e) {
        problems.add(file + ": cannot be read: " + e);
      }
    }
    readEnvironment();
    overrides.forEach(this::readOverride);
    return finish(isStrict);
  }

  Config loadText(String toml) throws ConfigException {
    readToml("text", toml);
    return finish(false);
  }

  private Config finish(boolean looksAtFiles) throws ConfigException {
    Config config = reader.finish(environment, new Origin("configuration"), "");
    if (looksAtFiles && problems.isEmpty()) {
      reader.checkFiles(config);
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return config;
  }

  private void readToml(String file, String text) {
    Template.Rendered rendered = Template.render(file, text, environment, problems, warnings);
    TomlParseResult result;
    try {
      result = Toml.parse(rendered.text());
    } catch (RuntimeException | StackOverflowError | AssertionError e) { // the library's limits
      problems.add(file + ": no TOML that can be read: " + e);
      return;
    }
    Source source = new Source(file, rendered::sourceLine);
    for (TomlParseError error : result.errors()) {
      problems.add(source.at(error.position()) + ": " + error.getMessage());
    }
    if (!result.hasErrors()) {
      reader.readTable(result, source);
    }
  }

  private void readEnvironment() {
    new TreeMap<>(environment)
        .forEach((variable, value) -> {
          if (!variable.startsWith(VARIABLE_PREFIX)) {
            return;
          }
          String name = variable.substring(VARIABLE_PREFIX.length()).toLowerCase(Locale.ROOT);
          Key<?> key = schema.key(name);
          if (key != null && key.isScalarAtTop()) {
            reader.readText(name, value, Origin.environment(variable));
          } else {
            warnings.add(Origin.environment(variable) + ": names no key outside tables");
          }
        });
  }

  private void readOverride(String override) {
    int equals = override.indexOf('=');
    if (equals <= 0) {
      problems.add("--override " + override + ": expected key=value");
      return;
    }
    String name = override.substring(0, equals).strip();
    reader.readText(name, override.substring(equals + 1).strip(), Origin.override(name));
  }
}
