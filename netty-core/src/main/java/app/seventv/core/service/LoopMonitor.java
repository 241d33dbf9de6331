package app.seventv.core.service;

import app.seventv.core.metrics.Metrics;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Sends a heartbeat task to every event loop once a second and measures how long it waits there.
 * The watchdog and {@code /livez} ask it whether the loops run; dependencies play no part.
 */
final class LoopMonitor implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** A loop that has not run a heartbeat for this long is stuck. */
  static final Duration STUCK_LIMIT = Duration.ofSeconds(10);

  private static final double NS_PER_SECOND = 1e9;

  private final List<Pulse> pulses;
  private final LongSupplier nanoTime;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("loop-monitor").factory());

  LoopMonitor(List<EventLoop> loops, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.pulses = loops.stream().map(Pulse::new).toList();
  }

  /** Starts the heartbeats and adds {@code event_loop_lag_seconds}. */
  void start(Metrics metrics) {
    metrics.gauges(
        "event_loop_lag_seconds",
        "How long the latest heartbeat task waited in the loop's queue.",
        List.of("loop"),
        readings -> {
          for (int i = 0; i < pulses.size(); i++) {
            readings.read(pulses.get(i).lagNanos() / NS_PER_SECOND, String.valueOf(i));
          }
        });
    every(PERIOD, this::beat);
  }

  /** Runs a task on the monitor's thread again and again. */
  void every(Duration period, Runnable task) {
    timer.scheduleAtFixedRate(task, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Sends one heartbeat to each loop that has answered the one before. */
  void beat() {
    pulses.forEach(Pulse::send);
  }

  /** Longest time a loop has been waiting with its heartbeat, or took for the latest. */
  Duration worstLag() {
    return Duration.ofNanos(pulses.stream().mapToLong(Pulse::lagNanos).max().orElse(0));
  }

  /** Whether every loop has run a heartbeat within {@code limit}. */
  boolean isAlive(Duration limit) {
    return worstLag().compareTo(limit) < 0;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  private final class Pulse {
    private final EventLoop loop;
    private volatile boolean pending;
    private volatile long sentNanos;
    private volatile long lagNanos;

    Pulse(EventLoop loop) {
      this.loop = loop;
    }

    void send() {
      if (pending) {
        return;
      }
      sentNanos = nanoTime.getAsLong();
      pending = true;
      try {
        loop.execute(this::answer);
      } catch (RejectedExecutionException e) {
        // the loop has been shut down; whoever did that knows
        pending = false;
      }
    }

    private void answer() {
      lagNanos = nanoTime.getAsLong() - sentNanos;
      pending = false;
    }

    long lagNanos() {
      return pending ? Math.max(lagNanos, nanoTime.getAsLong() - sentNanos) : lagNanos;
    }
  }
}
