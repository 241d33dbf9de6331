package app.seventv.core.service;

import app.seventv.core.metrics.BucketCounts;
import app.seventv.core.metrics.Distribution;
import app.seventv.core.metrics.Metrics;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * Sends a heartbeat task to every event loop a few times a second and measures how long it waits
 * there. The watchdog and {@code /livez} ask it whether the loops run; dependencies play no part.
 */
final class LoopMonitor implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(250);

  /** Lags in seconds that matter: from a long task to a stuck loop. */
  private static final double[] LAG_SECONDS = {
    0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10
  };

  private static final long[] LAG_BOUNDS_NS = Distribution.nanos(LAG_SECONDS);

  /** A loop that has not run a heartbeat for this long is stuck. */
  static final Duration STUCK_LIMIT = Duration.ofSeconds(10);

  /** A scraper that comes at least this often sees every spike. */
  private static final Duration MAX_WINDOW = Duration.ofMinutes(1);

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

  /** Starts the heartbeats and adds the figures named {@code event_loop_…}. */
  void start(Metrics metrics) {
    metrics.gauges(
        "event_loop_lag_seconds",
        "How long the latest heartbeat task waited in the loop's queue.",
        List.of("loop"),
        perLoop(pulse -> pulse.lagNanos() / NS_PER_SECOND));
    metrics.histograms(
        "event_loop_heartbeat_lag_seconds",
        "How long heartbeat tasks waited in the loop's queue.",
        LAG_SECONDS,
        List.of("loop"),
        readings -> {
          for (int i = 0; i < pulses.size(); i++) {
            Distribution lags = new Distribution(LAG_BOUNDS_NS.length);
            pulses.get(i).lags.addTo(lags);
            lags.report(readings, String.valueOf(i));
          }
        });
    metrics.gauges(
        "event_loop_lag_max_seconds",
        "Longest wait of a heartbeat task in the last one to two minutes.",
        List.of("loop"),
        perLoop(pulse -> pulse.maxLagNanos() / NS_PER_SECOND));
    metrics.gauges(
        "event_loop_pending_tasks",
        "Tasks that wait in the loop's queue.",
        List.of("loop"),
        perLoop(pulse -> pulse.pendingTasks()));
    every(PERIOD, this::beat);
    every(MAX_WINDOW, () -> pulses.forEach(Pulse::nextWindow));
  }

  private Consumer<Metrics.Readings> perLoop(ToDoubleFunction<Pulse> value) {
    return readings -> {
      for (int i = 0; i < pulses.size(); i++) {
        readings.read(value.applyAsDouble(pulses.get(i)), String.valueOf(i));
      }
    };
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
    private final BucketCounts lags = new BucketCounts(LAG_BOUNDS_NS); // written by the loop
    private volatile long windowMaxNanos;
    private volatile long lastWindowMaxNanos;

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
      long lag = nanoTime.getAsLong() - sentNanos;
      lagNanos = lag;
      lags.record(lag);
      if (lag > windowMaxNanos) {
        windowMaxNanos = lag;
      }
      pending = false;
    }

    /** A beat that is answered at this very moment may fall between two windows: no harm. */
    void nextWindow() {
      lastWindowMaxNanos = windowMaxNanos;
      windowMaxNanos = 0;
    }

    long maxLagNanos() {
      return Math.max(lagNanos(), Math.max(windowMaxNanos, lastWindowMaxNanos));
    }

    int pendingTasks() {
      return loop instanceof SingleThreadEventExecutor executor ? executor.pendingTasks() : 0;
    }

    long lagNanos() {
      return pending ? Math.max(lagNanos, nanoTime.getAsLong() - sentNanos) : lagNanos;
    }
  }
}
