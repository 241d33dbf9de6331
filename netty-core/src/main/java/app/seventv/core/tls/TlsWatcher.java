package app.seventv.core.tls;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the files of TLS contexts from time to time, on a thread of its own. It reads them
 * instead of waiting for events of the file system: those get lost on network file systems and when
 * links are exchanged, and a few kilobytes cost nothing.
 */
public final class TlsWatcher implements AutoCloseable {
  private final List<TlsContexts> contexts;
  private final ScheduledExecutorService thread;

  private TlsWatcher(List<TlsContexts> contexts, ScheduledExecutorService thread) {
    this.contexts = contexts;
    this.thread = thread;
  }

  /** Starts to watch. */
  public static TlsWatcher start(List<TlsContexts> contexts) {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("tls-files").factory());
    for (TlsContexts each : contexts) {
      thread.scheduleWithFixedDelay(
          each::reload, each.checkIntervalMs(), each.checkIntervalMs(), TimeUnit.MILLISECONDS);
    }
    return new TlsWatcher(contexts, thread);
  }

  /**
   * Looks at all files now, on the calling thread.
   *
   * @throws IllegalStateException if some cannot be used; the message says which and why
   */
  public void reload() {
    List<String> failures =
        contexts.stream().map(TlsContexts::reload).flatMap(Optional::stream).distinct().toList();
    if (!failures.isEmpty()) {
      throw new IllegalStateException(String.join("; ", failures));
    }
  }

  /** Stops watching and closes the contexts. */
  @Override
  public void close() {
    thread.shutdownNow();
    contexts.forEach(TlsContexts::close);
  }
}
