package app.seventv.core.service;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigCheck;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import app.seventv.core.log.LogOptions;
import app.seventv.core.observe.Telemetry;
import app.seventv.core.transport.Handover;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Keys every service has without declaring them (operations.md §3, and keys of our own). */
public final class ServiceKeys {
  /** Address of health and metrics. */
  public static final Key<Optional<InetSocketAddress>> METRICS_BIND_ADDRESS =
      Key.optional(
          "metrics_bind_address",
          ValueTypes.ADDRESS,
          "Address of the health and metrics port; without it there is none.");

  /** Name of this instance among several of the same service. */
  public static final Key<String> INSTANCE =
      Key.string("instance", "0", "Name of this instance in logs and metrics.");

  /** How long clients have to leave after SIGTERM. */
  public static final Key<Duration> DRAIN_TIME =
      Key.duration(
          "drain_time",
          Duration.ofSeconds(20),
          "Time for open work to end after SIGTERM; 10 s later the process is stopped hard.");

  /** Where a successor asks for the listening sockets. */
  public static final Key<Optional<Path>> HANDOVER =
      Key.optional(
          "handover",
          ValueTypes.PATH,
          "Unix socket at which a new process takes the listening sockets over from the old one,"
              + " which then drains and ends; without it there is no handover.");

  /** All of them, with those for logs, transport and telemetry. */
  public static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .include(LogOptions.SCHEMA)
          .add(METRICS_BIND_ADDRESS, INSTANCE, DRAIN_TIME, HANDOVER)
          .include(TransportOptions.SCHEMA)
          .include(Telemetry.SCHEMA)
          .startCheck(ServiceKeys::checkHandover)
          .build();

  private ServiceKeys() {}

  private static void checkHandover(Config config, ConfigCheck.Problems problems) {
    Optional<Path> path = config.get(HANDOVER);
    try {
      if (path.isPresent()) {
        Handover.check(path.get());
      }
    } catch (IOException e) {
      problems.add(HANDOVER, "cannot be used: " + e.getMessage());
    }
  }
}
