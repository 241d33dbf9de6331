package app.seventv.core.observe;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import java.time.Duration;

/**
 * Which requests are logged.
 *
 * @param enabled whether any are
 * @param sampleRate share of ordinary requests, 0 to 1
 * @param slow requests that took at least this long are always logged
 * @param errors whether responses of 500 and above are always logged
 */
public record AccessLogOptions(boolean enabled, double sampleRate, Duration slow, boolean errors) {
  private static final int MAX_SLOW_MS = 3_600_000;

  private static final Key<Boolean> ENABLED =
      Key.bool("access_log.enabled", false, "Whether requests are logged (logger \"access\").");

  private static final Key<Double> SAMPLE_RATE =
      Key.of(
          "access_log.sample_rate",
          ValueTypes.DOUBLE,
          0.01,
          "Share of ordinary requests that are logged, 0 to 1.");

  private static final Key<Integer> SLOW_MS =
      Key.integer(
          "access_log.slow_ms",
          1_000,
          0,
          MAX_SLOW_MS,
          "Requests that took this many milliseconds are always logged.");

  private static final Key<Boolean> ERRORS =
      Key.bool("access_log.errors", true, "Whether responses of 5xx are always logged.");

  /** The keys above. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(ENABLED, SAMPLE_RATE, SLOW_MS, ERRORS)
          .check((config, problems) -> {
            double rate = config.get(SAMPLE_RATE);
            if (!(rate >= 0 && rate <= 1)) {
              problems.add(SAMPLE_RATE, "is not between 0 and 1");
            }
          })
          .build();

  /** The values of the keys above. */
  public static AccessLogOptions from(Config config) {
    return new AccessLogOptions(
        config.get(ENABLED),
        config.get(SAMPLE_RATE),
        Duration.ofMillis(config.get(SLOW_MS)),
        config.get(ERRORS));
  }
}
