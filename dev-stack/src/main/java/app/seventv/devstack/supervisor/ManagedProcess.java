package app.seventv.devstack.supervisor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A child process that is kept alive: when it ends without being asked to, it is started again
 * after a back-off. Its output goes to a size-bounded log file. It dies with this process, however
 * this process dies.
 */
public final class ManagedProcess implements AutoCloseable {
  /** Largest size of a log file before it is rotated; one older file is kept. */
  static final long MAX_LOG_BYTES = 16L * 1024 * 1024;

  /** Pause before the first restart; doubled each time up to {@link #MAX_BACKOFF_MS}. */
  static final long MIN_BACKOFF_MS = 250;

  static final long MAX_BACKOFF_MS = 8_000;

  /** A process that lived this long has recovered: the back-off starts over. */
  static final long STABLE_AFTER_MS = 20_000;

  private static final Logger LOG = LoggerFactory.getLogger(ManagedProcess.class);
  private static final int LOG_TAIL_LINES = 6;
  private static final int LOG_TAIL_LINE_CHARS = 400;
  private static final long READY_POLL_MS = 25;

  /**
   * What to run.
   *
   * @param name service name in messages
   * @param command program and arguments
   * @param environment variables added to ours
   * @param directory working directory
   * @param log file for standard output and error
   * @param grace time between SIGTERM and SIGKILL at {@link #close()}
   */
  public record Spec(
      String name,
      List<String> command,
      Map<String, String> environment,
      Path directory,
      Path log,
      Duration grace) {}

  /** Answers whether the process does its job; called often, must return within a second. */
  @FunctionalInterface
  public interface Probe {
    boolean ready();
  }

  /** Hears of ends and restarts; called on the watching thread. */
  @FunctionalInterface
  public interface Listener {
    /**
     * The process ended by itself.
     *
     * @param exitCode its status; 128 + n after signal n
     * @param restartInMs pause until it is started again
     */
    void died(String name, int exitCode, long restartInMs);
  }

  private final Spec spec;
  private final Probe probe;
  private final Listener listener;
  private final BoundedLog log;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition stopRequested = lock.newCondition();
  private @Nullable Process process;
  private @Nullable Thread watcher;
  private boolean stopping;
  private int restarts;

  /** Prepares, does not start. */
  public ManagedProcess(Spec spec, Probe probe, Listener listener) {
    this.spec = spec;
    this.probe = probe;
    this.listener = listener;
    this.log = new BoundedLog(spec.log(), MAX_LOG_BYTES);
  }

  /**
   * Starts the process and the watching thread.
   *
   * @throws IOException when the program cannot be executed
   */
  public void start() throws IOException {
    lock.lock();
    try {
      if (watcher != null || stopping) {
        throw new IllegalStateException(spec.name() + " was started already");
      }
      process = spawn();
      watcher = Thread.ofPlatform().daemon().name("watch-" + spec.name()).start(this::watch);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the probe answers yes.
   *
   * @throws IOException when the time is over or the process keeps ending; the message has the end
   *     of its log
   */
  public void awaitReady(Duration timeout) throws IOException, InterruptedException {
    long deadlineNs = System.nanoTime() + timeout.toNanos();
    while (!probe.ready()) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new IOException(
            spec.name() + " is not ready after " + timeout.toMillis() + " ms" + logTail());
      }
      if (restarts() >= 2) {
        throw new IOException(spec.name() + " keeps ending" + logTail());
      }
      TimeUnit.MILLISECONDS.sleep(READY_POLL_MS);
    }
  }

  /** Whether the probe answers yes now. */
  public boolean ready() {
    return probe.ready();
  }

  /** Service name. */
  public String name() {
    return spec.name();
  }

  /** Process id, empty between an end and the restart. */
  public OptionalLong pid() {
    lock.lock();
    try {
      return process != null && process.isAlive()
          ? OptionalLong.of(process.pid())
          : OptionalLong.empty();
    } finally {
      lock.unlock();
    }
  }

  /** How often it was started again. */
  public int restarts() {
    lock.lock();
    try {
      return restarts;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Asks the process to end (SIGTERM) without waiting; {@link #close()} must follow. It is asked
   * only once, because services take a second signal as an order to drop everything.
   */
  public void requestStop() {
    lock.lock();
    try {
      if (stopping) {
        return;
      }
      stopping = true;
      stopRequested.signalAll();
      if (process != null) {
        // Process.destroy would close the output pipe and lose what it logs while stopping.
        process.toHandle().destroy();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Stops the process: SIGTERM, the grace period, SIGKILL, also for its own children. */
  @Override
  public void close() {
    Process last = current();
    List<ProcessHandle> descendants = last == null ? List.of() : last.descendants().toList();
    requestStop();
    last = current();
    if (last == null) {
      return;
    }
    boolean interrupted = false;
    try {
      if (!last.waitFor(spec.grace().toMillis(), TimeUnit.MILLISECONDS)) {
        last.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      interrupted = true;
      last.destroyForcibly();
    }
    descendants.forEach(ProcessHandle::destroyForcibly);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Process current() {
    lock.lock();
    try {
      return process;
    } finally {
      lock.unlock();
    }
  }

  private Process spawn() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(spec.command())
            .directory(spec.directory().toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().putAll(spec.environment());
    Process started = ProcessSpawner.start(builder);
    Thread.ofPlatform().daemon().name("log-" + spec.name()).start(() -> copyLog(started));
    return started;
  }

  private void copyLog(Process started) {
    try (var output = started.getInputStream()) {
      log.copyFrom(output);
    } catch (IOException e) {
      LOG.warn("log of {} is incomplete: {}", spec.name(), e.toString());
    }
  }

  private void watch() {
    long backoffMs = MIN_BACKOFF_MS;
    while (true) {
      Process running = current();
      if (running == null) {
        return;
      }
      long startedNs = System.nanoTime();
      int exitCode;
      try {
        exitCode = running.waitFor();
      } catch (InterruptedException e) {
        return;
      }
      long livedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNs);
      backoffMs = livedMs >= STABLE_AFTER_MS ? MIN_BACKOFF_MS : backoffMs;
      if (!restartAfter(backoffMs, exitCode)) {
        return;
      }
      backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs * 2);
    }
  }

  /** Returns false when the process was stopped on purpose or cannot be started any more. */
  private boolean restartAfter(long backoffMs, int exitCode) {
    lock.lock();
    try {
      if (stopping) {
        return false;
      }
      listener.died(spec.name(), exitCode, backoffMs);
      long leftNs = TimeUnit.MILLISECONDS.toNanos(backoffMs);
      while (leftNs > 0 && !stopping) {
        leftNs = stopRequested.awaitNanos(leftNs);
      }
      if (stopping) {
        return false;
      }
      process = spawn();
      restarts++;
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot restart " + spec.name(), e);
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  private String logTail() {
    StringBuilder text = new StringBuilder("; the end of " + log.path() + ":");
    for (String line : log.tail(LOG_TAIL_LINES)) {
      text.append("\n  ").append(line, 0, Math.min(line.length(), LOG_TAIL_LINE_CHARS));
    }
    return text.toString();
  }
}
