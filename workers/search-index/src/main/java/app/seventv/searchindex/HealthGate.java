package app.seventv.searchindex;

import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds work back while a server it needs is away (workers.md §4.6). Any failure leads to a check,
 * at most once a second; the gate is open while the last one passed.
 */
final class HealthGate {
  private static final Logger LOG = LoggerFactory.getLogger(HealthGate.class);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

  private final List<Check> checks;
  private final LongSupplier nanoTime;
  private volatile boolean open;
  private long checkedNanos;
  private boolean checkedBefore;
  private volatile boolean stopped;

  /** A look at one server. */
  @FunctionalInterface
  interface Check {
    /** Returns if the server is usable. */
    void run() throws Exception;
  }

  HealthGate(List<Check> checks, LongSupplier nanoTime) {
    this.checks = List.copyOf(checks);
    this.nanoTime = nanoTime;
  }

  /** Whether work can be done, after a check if the gate is closed. */
  boolean isOpen() throws InterruptedException {
    return open || verify();
  }

  /** Nothing waits any longer: the process ends. */
  void stop() {
    stopped = true;
    open = false;
  }

  /**
   * Waits until work can be done.
   *
   * @throws InterruptedException also if the process ends
   */
  void await() throws InterruptedException {
    while (!isOpen()) {
      if (stopped) {
        throw new InterruptedException("stopping");
      }
      Thread.sleep(CHECK_INTERVAL);
    }
  }

  /**
   * Something failed: have the servers prove themselves, unless they just did.
   *
   * @return whether they are well
   */
  synchronized boolean verify() throws InterruptedException {
    long now = nanoTime.getAsLong();
    if (stopped || (checkedBefore && now - checkedNanos < CHECK_INTERVAL.toNanos())) {
      return open;
    }
    checkedBefore = true;
    checkedNanos = now;
    try {
      for (Check check : checks) {
        check.run();
      }
      open = true;
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      open = false;
      LOG.warn("work waits: {}", e.toString());
    }
    return open;
  }
}
