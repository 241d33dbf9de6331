package app.seventv.cdn;

import app.seventv.core.http.HttpError;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives purges (cdn.md §7). Runs on a thread of its own; a lost connection or a lost consumer is
 * made anew, and serving never depends on it. If purges may have been missed meanwhile, what was
 * stored before is forgotten.
 */
final class PurgeConsumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PurgeConsumer.class);
  private static final Duration INACTIVE_THRESHOLD = Duration.ofHours(24);
  private static final Duration ACK_WAIT = Duration.ofSeconds(30);
  private static final int MAX_DELIVER = 10;
  private static final int BATCH = 50;
  private static final Duration PULL_WAIT = Duration.ofSeconds(5);
  private static final Duration RETRY_WAIT = Duration.ofSeconds(2);

  /** How long a message waits for the disk before it is acknowledged all the same. */
  private static final Duration DISK_WAIT = Duration.ofSeconds(5);

  /** How often the disk is told that purges arrive. */
  private static final Duration SYNC_INTERVAL = Duration.ofSeconds(30);

  private static final int CONSUMER_NOT_FOUND = 10014;

  private final PurgeStream stream;
  private final String consumer;
  private final Purger purger;
  private final PurgeState state;
  private final LongSupplier wallClockMs;
  private final ConsumerThread thread;
  private long sinceMs;
  private volatile long lastContactMs;
  private long lastSyncMs;

  PurgeConsumer(
      CompletableFuture<Connection> nats,
      PurgeStream stream,
      String consumer,
      Purger purger,
      PurgeState state,
      LongSupplier wallClockMs) {
    this.stream = stream;
    this.consumer = consumer;
    this.purger = purger;
    this.state = state;
    this.wallClockMs = wallClockMs;
    this.lastContactMs = wallClockMs.getAsLong();
    this.thread = ConsumerThread.of("purge", nats, RETRY_WAIT, this::consume);
    thread.start();
  }

  private void consume(Connection connection)
      throws IOException, JetStreamApiException, InterruptedException {
    JetStreamManagement management = connection.jetStreamManagement();
    stream.ensure(management);
    ConsumerInfo info = ensureConsumer(management);
    sinceMs =
        Math.max(
            info.getCreationTime().toInstant().toEpochMilli(),
            wallClockMs.getAsLong() - PurgeStream.MAX_AGE.toMillis());
    if (sinceMs > lastContactMs) {
      LOG.warn("purges may have been missed: the memory cache is emptied");
      purger.distrustMemory();
    }
    JetStreamSubscription subscription =
        connection
            .jetStream()
            .subscribe(stream.requests(), PullSubscribeOptions.bind(stream.name(), consumer));
    try {
      if (info.getNumPending() == 0 && info.getNumAckPending() == 0) {
        caughtUp(wallClockMs.getAsLong());
      }
      while (!thread.isStopped()) {
        pull(connection, subscription);
      }
    } finally {
      state.lost();
      if (connection.getStatus() == Connection.Status.CONNECTED) {
        subscription.unsubscribe();
      }
    }
  }

  private void pull(Connection connection, JetStreamSubscription subscription)
      throws IOException, JetStreamApiException, InterruptedException {
    long beginMs = wallClockMs.getAsLong();
    List<Message> messages = subscription.fetch(BATCH, PULL_WAIT);
    for (Message message : messages) {
      handle(connection, message);
    }
    if (connection.getStatus() != Connection.Status.CONNECTED) {
      throw new IOException("connection is " + connection.getStatus());
    }
    if (messages.isEmpty()) {
      subscription.getConsumerInfo(); // silence, or is the consumer gone?
    }
    if (messages.size() < BATCH) {
      caughtUp(beginMs);
    }
  }

  /** All purges published up to a time have been handled. */
  private void caughtUp(long timeMs) {
    lastContactMs = timeMs;
    state.connected();
    if (timeMs - lastSyncMs >= SYNC_INTERVAL.toMillis()) {
      lastSyncMs = timeMs;
      purger.purgesArrive(sinceMs, timeMs);
    }
  }

  private ConsumerInfo ensureConsumer(JetStreamManagement management)
      throws IOException, JetStreamApiException {
    try {
      return management.getConsumerInfo(stream.name(), consumer);
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() != CONSUMER_NOT_FOUND) {
        throw e;
      }
    }
    return management.createConsumer(
        stream.name(),
        ConsumerConfiguration.builder()
            .name(consumer)
            .ackPolicy(AckPolicy.All)
            .ackWait(ACK_WAIT)
            .filterSubject(stream.requests())
            .inactiveThreshold(INACTIVE_THRESHOLD)
            .maxDeliver(MAX_DELIVER)
            .build());
  }

  private void handle(Connection connection, Message message) throws InterruptedException {
    try {
      PurgeMessage purge = PurgeMessage.parse(message.getData());
      if (purge.skipped() > 0) {
        LOG.warn("{} purge entries make no sense and are skipped", purge.skipped());
      }
      purger.purge(purge).get(DISK_WAIT.toMillis(), TimeUnit.MILLISECONDS);
      connection.publish(stream.responses(), message.getData());
    } catch (HttpError e) {
      LOG.warn("purge message skipped: {}", e.getMessage());
    } catch (ExecutionException | TimeoutException e) {
      // It is forgotten here and now; the disk tier is off, or late.
      LOG.warn("the disk has not confirmed a purge: {}", e.toString());
      connection.publish(stream.responses(), message.getData());
    }
    message.ack();
  }

  @Override
  public void close() {
    if (state.isConnected()) {
      purger.purgesArrive(sinceMs, lastContactMs);
    }
    thread.close();
  }
}
