package app.seventv.core.service;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;

/**
 * A service as its main class declares it.
 *
 * @param name name in logs, metrics and messages, as {@code event-api}
 * @param version version of the build
 * @param schema its own keys; those of {@link ServiceKeys} come on top unless declared here
 * @param starter starts it
 */
public record ServiceDefinition(String name, String version, ConfigSchema schema, Starter starter) {
  /** Completes the schema. */
  public ServiceDefinition {
    ConfigSchema.Builder builder = ConfigSchema.builder();
    builder.includeMissing(ServiceKeys.SCHEMA, schema);
    schema = builder.include(schema).build();
  }

  /** A definition whose version is that of the jar which holds {@code main}. */
  public static ServiceDefinition of(
      String name, Class<?> main, ConfigSchema schema, Starter starter) {
    String version = main.getPackage().getImplementationVersion();
    return new ServiceDefinition(name, version == null ? "development" : version, schema, starter);
  }

  /**
   * Settings for a test: defaults and the given TOML text.
   *
   * @throws IllegalArgumentException if the text does not fit
   */
  public Config config(String toml) {
    return Config.parse(schema, toml);
  }

  /** Starts a service. */
  @FunctionalInterface
  public interface Starter {
    /**
     * Connects to what the service needs, then listens. When it returns, the service is ready as
     * far as its own ports go; registered health checks decide the rest.
     *
     * @throws Exception with a message that says in one line what is wrong; the process exits
     */
    RunningService start(ServiceContext context) throws Exception;
  }
}
