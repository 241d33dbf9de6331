package app.seventv.devstack.supervisor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** Processes that start and stop together. */
public final class ProcessGroup implements AutoCloseable {
  /** Hears of every process that has become ready, on a thread of its own. */
  @FunctionalInterface
  public interface ReadyListener {
    void ready(String name, long afterMs);
  }

  private final List<ManagedProcess> processes;

  /** A group of processes that have not been started. */
  public ProcessGroup(List<ManagedProcess> processes) {
    this.processes = List.copyOf(processes);
  }

  /**
   * Starts all at once and waits until each is ready.
   *
   * @throws IOException when one cannot be started or is not ready in time; those that were started
   *     go on until {@link #close()}
   */
  public void start(Duration timeout, ReadyListener listener)
      throws IOException, InterruptedException {
    long startNs = System.nanoTime();
    for (ManagedProcess process : processes) {
      process.start();
    }
    List<Future<Boolean>> waits = new ArrayList<>();
    for (ManagedProcess process : processes) {
      FutureTask<Boolean> wait =
          new FutureTask<>(() -> {
            process.awaitReady(timeout);
            long afterMs = Duration.ofNanos(System.nanoTime() - startNs).toMillis();
            listener.ready(process.name(), afterMs);
            return true;
          });
      Thread.ofVirtual().start(wait);
      waits.add(wait);
    }
    for (Future<Boolean> wait : waits) {
      try {
        wait.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
      }
    }
  }

  /** The processes of the group. */
  public List<ManagedProcess> processes() {
    return processes;
  }

  /** Stops all at once; takes as long as the slowest, at most its grace period. */
  @Override
  public void close() {
    processes.forEach(ManagedProcess::requestStop);
    List<Thread> stops =
        processes.stream().map(process -> Thread.ofVirtual().start(process::close)).toList();
    boolean interrupted = false;
    for (Thread stop : stops) {
      try {
        stop.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
