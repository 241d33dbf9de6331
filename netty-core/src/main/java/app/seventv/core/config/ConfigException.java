package app.seventv.core.config;

import java.util.List;

/** The configuration cannot be used; every problem found is listed, one clear line each. */
public final class ConfigException extends Exception {
  private final List<String> problems;

  /** Wraps one or more problems, each already naming its file, line and key. */
  public ConfigException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  /** One line per problem, in the order they were found. */
  public List<String> problems() {
    return problems;
  }
}
