package app.seventv.core.service;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pings systemd's watchdog as long as every event loop runs (operations.md §15.6). If one is stuck,
 * the pings stop and systemd restarts the process.
 */
record Watchdog(LoopMonitor monitor, SystemdNotifier systemd, Duration period) implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

  /** Pings per watchdog time: two may be late before systemd acts. */
  private static final int PINGS_PER_LIMIT = 3;

  /** How often to ping, if systemd expects it of this process (sd_watchdog_enabled(3)). */
  static Optional<Duration> period(Map<String, String> environment, long pid) {
    String micros = environment.get("WATCHDOG_USEC");
    String forPid = environment.getOrDefault("WATCHDOG_PID", String.valueOf(pid));
    if (micros == null || !forPid.equals(String.valueOf(pid))) {
      return Optional.empty();
    }
    try {
      long limitMicros = Long.parseLong(micros);
      return limitMicros <= 0
          ? Optional.empty()
          : Optional.of(Duration.ofNanos(limitMicros * 1_000 / PINGS_PER_LIMIT));
    } catch (NumberFormatException e) {
      LOG.warn("WATCHDOG_USEC is no number: {}", micros);
      return Optional.empty();
    }
  }

  @Override
  public void run() {
    if (monitor.isAlive(period)) {
      systemd.send("WATCHDOG=1");
    } else {
      LOG.error("an event loop is stuck for {}, no watchdog ping", monitor.worstLag());
    }
  }
}
