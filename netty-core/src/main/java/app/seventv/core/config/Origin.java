package app.seventv.core.config;

/**
 * Where a value came from, as shown at the front of a problem: {@code config.toml:12}, {@code
 * environment APP_LEVEL}, {@code --override level} or {@code default}.
 *
 * @param text the place in words
 */
public record Origin(String text) {
  /** A value nobody set. */
  public static final Origin DEFAULT = new Origin("default");

  static Origin file(String file, int line) {
    return new Origin(file + ":" + line);
  }

  static Origin environment(String variable) {
    return new Origin("environment " + variable);
  }

  static Origin override(String key) {
    return new Origin("--override " + key);
  }

  @Override
  public String toString() {
    return text;
  }
}
