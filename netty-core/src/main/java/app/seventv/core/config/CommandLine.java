package app.seventv.core.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The command line every service has (operations.md §2.1).
 *
 * @param action what to do
 * @param files configuration files in order; empty means {@code config.toml} if there is one
 * @param overrides {@code key=value} each, in order
 */
public record CommandLine(Action action, List<Path> files, List<String> overrides) {
  /** What a command line asks for. */
  public enum Action {
    /** Start the service. */
    RUN,
    /** Load and check the configuration, then exit. */
    CHECK_CONFIG,
    /** Show every key, then exit. */
    PRINT_CONFIG,
    /** Show the options, then exit. */
    HELP,
    /** Show name and version, then exit. */
    VERSION
  }

  /** The text of {@code --help}, after the usage line. */
  public static final String OPTIONS =
      """
        -c, --config <file>         read settings from a TOML file; repeatable, later files win
                                    (default: config.toml in the working directory, if present)
        -o, --override <key=value>  set one key, dotted names; repeatable (also: --set)
            --check-config          check the configuration and exit
            --print-config          show every key with its value, default and meaning, and exit
            --help                  show this and exit
            --version               show the version and exit
      """;

  /**
   * Reads the arguments; values follow their option or an equals sign.
   *
   * @throws ConfigException naming the argument that is not understood
   */
  public static CommandLine parse(String... args) throws ConfigException {
    Action action = Action.RUN;
    List<Path> files = new ArrayList<>();
    List<String> overrides = new ArrayList<>();
    Iterator<String> rest = List.of(args).iterator();
    while (rest.hasNext()) {
      String arg = rest.next();
      int equals = arg.startsWith("--") ? arg.indexOf('=') : -1;
      String option = equals < 0 ? arg : arg.substring(0, equals);
      switch (option) {
        case "-c", "--config" -> files.add(Path.of(value(arg, equals, rest)));
        case "-o", "--override", "--set" -> overrides.add(value(arg, equals, rest));
        case "--check-config" -> action = Action.CHECK_CONFIG;
        case "--print-config" -> action = Action.PRINT_CONFIG;
        case "-h", "--help" -> action = Action.HELP;
        case "-V", "--version" -> action = Action.VERSION;
        default -> throw new ConfigException(List.of("unknown argument: " + arg + ", see --help"));
      }
    }
    return new CommandLine(action, List.copyOf(files), List.copyOf(overrides));
  }

  /** The files to read from {@code workingDirectory} on: those named, or the default one. */
  public List<Path> filesFrom(Path workingDirectory) {
    if (!files.isEmpty()) {
      return files.stream().map(workingDirectory::resolve).toList();
    }
    Path standard = workingDirectory.resolve("config.toml");
    return Files.exists(standard) ? List.of(standard) : List.of();
  }

  private static String value(String arg, int equals, Iterator<String> rest)
      throws ConfigException {
    if (equals >= 0) {
      return arg.substring(equals + 1);
    }
    if (!rest.hasNext()) {
      throw new ConfigException(List.of("missing value after " + arg));
    }
    return rest.next();
  }
}
