package app.seventv.cdn;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that consumes from NATS for as long as the service runs: it waits for the first
 * connection, and begins anew after a while whenever consuming fails.
 */
final class ConsumerThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerThread.class);

  private final String name;
  private final Duration retryWait;
  private final Consuming consuming;
  private final Thread thread;
  private volatile boolean stopped;

  /** Consumes until {@link #isStopped} or until it fails. */
  @FunctionalInterface
  interface Consuming {
    void consume(Connection connection)
        throws IOException, JetStreamApiException, InterruptedException;
  }

  private ConsumerThread(
      String name, CompletableFuture<Connection> nats, Duration retryWait, Consuming consuming) {
    this.name = name;
    this.retryWait = retryWait;
    this.consuming = consuming;
    this.thread = Thread.ofVirtual().name(name).unstarted(() -> run(nats));
  }

  /**
   * A thread that does not run yet.
   *
   * @param name of the thread, and of what does not work in the log
   * @param retryWait before consuming begins anew
   */
  static ConsumerThread of(
      String name, CompletableFuture<Connection> nats, Duration retryWait, Consuming consuming) {
    return new ConsumerThread(name, nats, retryWait, consuming);
  }

  void start() {
    thread.start();
  }

  boolean isStopped() {
    return stopped;
  }

  private void run(CompletableFuture<Connection> nats) {
    try {
      Connection connection = nats.get();
      while (!stopped) {
        try {
          consuming.consume(connection);
        } catch (IOException | JetStreamApiException | RuntimeException e) {
          if (stopped) {
            return; // what fails now is our own doing
          }
          LOG.warn("{} does not work for now: {}", name, e.toString());
          Thread.sleep(retryWait);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (CancellationException e) {
      // The service ends before NATS was there.
    } catch (ExecutionException e) {
      LOG.error("{} will not work: {}", name, String.valueOf(e.getCause()));
    }
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
  }
}
