package app.seventv.core.log;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import ch.qos.logback.classic.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is logged and how (operations.md §5, §15.9).
 *
 * @param levels level per logger name; the empty name is the root
 * @param format form of the lines
 * @param service name of the service in every line
 * @param instance name of the instance in every line
 */
public record LogOptions(
    Map<String, Level> levels, Format format, String service, String instance) {
  /** Libraries that tell their life at INFO, line after line; a pair of the key overrides it. */
  private static final List<String> NOISY_LIBRARIES =
      List.of("org.mongodb.driver", "io.nats", "software.amazon.awssdk", "io.netty", "io.grpc");

  /** Log levels, {@code info} or {@code info,app.seventv.cdn=debug}. */
  public static final Key<String> LEVEL =
      Key.string("level", "info", "Log level; logger=level pairs may follow, after commas.")
          .defaultFrom("RUST_LOG");

  /** Form of the lines. */
  public static final Key<Format> LOG_FORMAT =
      Key.of("log_format", ValueTypes.oneOf(Format.class), Format.JSON, "Form of the log lines.");

  /** The keys above. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(LEVEL, LOG_FORMAT)
          .check((config, problems) -> {
            try {
              parseLevels(config.get(LEVEL));
            } catch (IllegalArgumentException e) {
              problems.add(LEVEL, String.valueOf(e.getMessage()));
            }
          })
          .build();

  /** The values of the keys above for a service. */
  public static LogOptions from(Config config, String service, String instance) {
    return new LogOptions(
        parseLevels(config.get(LEVEL)), config.get(LOG_FORMAT), service, instance);
  }

  private static Map<String, Level> parseLevels(String text) {
    Map<String, Level> levels = new LinkedHashMap<>();
    levels.put("", Level.INFO);
    NOISY_LIBRARIES.forEach(library -> levels.put(library, Level.WARN));
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      String logger = equals < 0 ? "" : part.substring(0, equals).strip().replace("::", ".");
      levels.put(logger, parseLevel(part.substring(equals + 1).strip()));
    }
    return Map.copyOf(levels);
  }

  private static Level parseLevel(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "off" -> Level.OFF;
      case "error" -> Level.ERROR;
      case "warn" -> Level.WARN;
      case "info" -> Level.INFO;
      case "debug" -> Level.DEBUG;
      case "trace" -> Level.TRACE;
      default ->
          throw new IllegalArgumentException(
              "has the unknown level \""
                  + name
                  + "\", expected off, error, warn, info, debug or"
                  + " trace");
    };
  }

  /** Form of log lines. */
  public enum Format {
    /** One JSON object a line. */
    JSON,
    /** For people. */
    TEXT
  }
}
