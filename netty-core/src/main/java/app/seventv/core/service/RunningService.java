package app.seventv.core.service;

import java.time.Duration;
import java.util.Optional;

/** A started service, as the harness ends it. */
public interface RunningService extends AutoCloseable {
  /**
   * Stops accepting and lets open work end: HTTP {@code Connection: close}, GOAWAY, reconnect
   * instructions. Called once, readiness is false by then. Returns when nothing is left or the
   * limit has passed.
   *
   * @throws InterruptedException if the harness cannot wait any longer
   */
  void drain(Duration limit) throws InterruptedException;

  /** Frees everything at once; called after {@link #drain} whatever came of it. */
  @Override
  void close();

  /**
   * A predecessor still serves: returns once this service can do all that it does. Takes a bounded
   * time.
   *
   * @throws Exception saying what is missing: this process ends and the predecessor goes on
   */
  default void awaitFitness() throws Exception {}

  /**
   * SIGHUP: read certificates and the like again. Nothing by default. Throws an unchecked exception
   * that says what could not be used and stays as it was.
   */
  default void reload() {}

  /** What this service answers on the admin port besides health and figures. */
  default Optional<AdminEndpoint> adminEndpoint() {
    return Optional.empty();
  }
}
