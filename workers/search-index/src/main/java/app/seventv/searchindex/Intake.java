package app.seventv.searchindex;

import app.seventv.model.Indexes;
import app.seventv.model.change.ChangeMessage;
import app.seventv.model.change.ChangeOperation;
import app.seventv.model.change.ChangeStreamNames;
import app.seventv.searchindex.IndexMetrics.Status;
import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.FetchConsumeOptions;
import io.nats.client.FetchConsumer;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes change notifications off the bus and hands them on (workers.md §4.4, §4.5). It asks only
 * for as many as it can work on, so that none waits here without telling the server.
 */
final class Intake implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
  private static final int FETCH = 500;
  private static final Duration FETCH_WAIT = Duration.ofSeconds(5);
  private static final Duration SETUP_RETRY = Duration.ofSeconds(1);
  private static final Duration RETRY_DELAY = Duration.ofSeconds(5);
  private static final Duration PROGRESS_INTERVAL = BusSetup.ACK_WAIT.dividedBy(3);

  private final String stream;
  private final CompletableFuture<Connection> nats;
  private final IndexWork work;
  private final HealthGate gate;
  private final IndexMetrics metrics;
  private final Clock clock;
  private final Consumer<Throwable> failure;
  private final int concurrency;
  private final Semaphore permits;
  private final Set<Delivery> underWay = ConcurrentHashMap.newKeySet();
  private final Thread thread;
  private final ScheduledExecutorService progress =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("progress").factory());
  private volatile boolean stopping;

  Intake(
      SearchIndexOptions options,
      CompletableFuture<Connection> nats,
      IndexWork work,
      HealthGate gate,
      IndexMetrics metrics,
      Clock clock,
      Consumer<Throwable> failure) {
    this.stream = options.streamName();
    this.nats = nats;
    this.work = work;
    this.gate = gate;
    this.metrics = metrics;
    this.clock = clock;
    this.failure = failure;
    this.concurrency = options.concurrency();
    this.permits = new Semaphore(concurrency);
    this.thread = Thread.ofPlatform().name("intake").unstarted(this::run);
  }

  void start() {
    thread.start();
    progress.scheduleWithFixedDelay(
        () -> underWay.forEach(Delivery::inProgress),
        PROGRESS_INTERVAL.toMillis(),
        PROGRESS_INTERVAL.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void run() {
    try {
      Connection connection = nats.join();
      while (!stopping) {
        gate.await();
        try {
          ConsumerContext consumer = BusSetup.ensure(connection, stream);
          LOG.info("taking changes from {}", stream);
          while (!stopping) {
            gate.await();
            fetch(consumer);
          }
        } catch (IOException | JetStreamApiException | JetStreamStatusCheckedException e) {
          LOG.warn("changes are not arriving, trying again: {}", e.toString());
          gate.verify();
          Thread.sleep(SETUP_RETRY);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      if (!stopping) {
        failure.accept(e);
      }
    }
  }

  private void fetch(ConsumerContext consumer)
      throws IOException,
          JetStreamApiException,
          JetStreamStatusCheckedException,
          InterruptedException {
    permits.acquire();
    int wanted = 1;
    while (wanted < FETCH && permits.tryAcquire()) {
      wanted++;
    }
    int taken = 0;
    try {
      FetchConsumeOptions options =
          FetchConsumeOptions.builder()
              .maxMessages(wanted)
              .expiresIn(FETCH_WAIT.toMillis())
              .build();
      FetchConsumer messages = consumer.fetch(options);
      Message message = messages.nextMessage();
      while (message != null) {
        taken++;
        handle(message);
        message = messages.nextMessage();
      }
    } finally {
      permits.release(wanted - taken);
    }
  }

  /** Takes over the message and one permit. */
  private void handle(Message message) {
    Delivery delivery = Delivery.of(message);
    String collection =
        message.hasHeaders()
            ? message.getHeaders().getFirst(ChangeStreamNames.COLLECTION_HEADER)
            : null;
    if (collection == null) {
      drop(delivery, "", "no collection header");
      return;
    }
    if (!work.collections().contains(collection)) {
      refuse(delivery, collection);
      return;
    }
    ChangeMessage change;
    try {
      change = ChangeMessage.parse(new String(message.getData(), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      drop(delivery, collection, "unreadable: " + e.getMessage());
      return;
    }
    boolean compare = change.operation().equals(ChangeOperation.INVALIDATE);
    if (!compare && !ChangeOperation.isDocumentChange(change.operation())) {
      skip(delivery, collection, change.operation());
    } else if (!compare && change.documentId() == null) {
      drop(delivery, collection, "no document key");
    } else {
      process(delivery, new IndexKey(collection, compare ? null : change.documentId()), change);
    }
  }

  private void process(Delivery delivery, IndexKey key, ChangeMessage change) {
    metrics.started(key.collection());
    underWay.add(delivery);
    work.submit(key)
        .whenComplete((_, reason) -> {
          underWay.remove(delivery);
          metrics.ended(key.collection());
          if (reason == null) {
            delivery.acknowledge();
            metrics.event(key.collection(), change.operation(), Status.Success);
            if (change.wallTime() != null) {
              metrics.lag(key.collection(), Duration.between(change.wallTime(), clock.instant()));
            }
          } else {
            fail(delivery, key, change, reason);
          }
          permits.release();
        });
  }

  private void fail(Delivery delivery, IndexKey key, ChangeMessage change, Throwable reason) {
    Throwable cause = reason instanceof CompletionException e ? e.getCause() : reason;
    metrics.event(key.collection(), change.operation(), Status.Error);
    if (stopping || cause instanceof InterruptedException) {
      return; // delivered again after the acknowledgement wait
    }
    if (cause instanceof PermanentFailure || delivery.attempt() >= BusSetup.MAX_DELIVER) {
      LOG.error("given up: {}: {}", key, String.valueOf(cause));
      metrics.deadLetter(key.collection());
      delivery.terminate();
    } else {
      delivery.retryAfter(RETRY_DELAY);
    }
  }

  /** A collection that is not indexed (yet). */
  private void refuse(Delivery delivery, String collection) {
    if (!IndexedCollections.UNINTERESTING.contains(collection)
        && !Indexes.SEARCHABLE.contains(collection)) {
      LOG.warn("a change of {}, which nobody knows here", collection);
    }
    delivery.terminate();
    metrics.event(collection, "", Status.Skipped);
    permits.release();
  }

  private void skip(Delivery delivery, String collection, String operation) {
    delivery.acknowledge();
    metrics.event(collection, operation, Status.Skipped);
    permits.release();
  }

  /** A message that can never be handled. */
  private void drop(Delivery delivery, String collection, String reason) {
    LOG.error("message given up: {} {}", collection, reason);
    delivery.terminate();
    metrics.deadLetter(collection);
    permits.release();
  }

  /** Takes no more and waits for what is under way, at most for the limit. */
  void drain(Duration limit) throws InterruptedException {
    stopping = true;
    thread.interrupt();
    thread.join(limit);
    if (permits.tryAcquire(concurrency, limit.toMillis(), TimeUnit.MILLISECONDS)) {
      permits.release(concurrency);
    }
  }

  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    progress.shutdownNow();
  }
}
