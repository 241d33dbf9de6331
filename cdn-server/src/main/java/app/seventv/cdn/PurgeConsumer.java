package app.seventv.cdn;

import app.seventv.cdn.disk.PurgeFeed;
import app.seventv.cdn.disk.PurgePosition;
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
import io.nats.client.api.StreamInfo;
import io.nats.client.impl.NatsJetStreamMetaData;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives purges (cdn.md §7). Runs on a thread of its own; a lost connection or a lost consumer is
 * made anew, and serving never depends on it. If purges may have been missed meanwhile, what was
 * stored before is forgotten.
 *
 * <p>Every process has a consumer of its own, named after the pod and by chance: of two processes
 * of one pod, as in a restart without a gap, both get every purge. A consumer whose process is gone
 * holds what that has not confirmed for its successor, and is removed when nobody uses it.
 */
final class PurgeConsumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PurgeConsumer.class);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration INACTIVE_THRESHOLD = Duration.ofHours(24);
  private static final Duration ACK_WAIT = Duration.ofSeconds(30);
  private static final int MAX_DELIVER = 10;
  private static final int BATCH = 50;
  private static final Duration PULL_WAIT = Duration.ofSeconds(5);
  private static final Duration RETRY_WAIT = Duration.ofSeconds(2);

  /** How often the disk is told how far purges are, and unused consumers are looked for. */
  private static final Duration SYNC_INTERVAL = Duration.ofSeconds(30);

  private static final int CONSUMER_NOT_FOUND = 10014;

  private final PurgeStream stream;
  private final String pod;
  private final Purger purger;
  private final PurgeState state;
  private final LongSupplier nanoClock;
  private final Deliveries deliveries = new Deliveries();
  private final ConsumerThread thread;
  private Set<String> unused = Set.of();
  private boolean synced;
  private long lastSyncNs;
  private volatile @Nullable PurgeFeed feed;
  private volatile @Nullable PurgePosition handled;

  PurgeConsumer(
      CompletableFuture<Connection> nats,
      PurgeStream stream,
      String pod,
      Purger purger,
      PurgeState state,
      LongSupplier nanoClock) {
    this.stream = stream;
    this.pod = pod;
    this.purger = purger;
    this.state = state;
    this.nanoClock = nanoClock;
    this.thread = ConsumerThread.of("purge", nats, RETRY_WAIT, this::consume);
    thread.start();
  }

  private void consume(Connection connection)
      throws IOException, JetStreamApiException, InterruptedException {
    JetStreamManagement management = connection.jetStreamManagement();
    stream.ensure(management);
    PurgeFeed source = feed(management);
    JetStreamSubscription subscription =
        connection
            .jetStream()
            .subscribe(
                stream.requests(), PullSubscribeOptions.bind(stream.name(), source.consumer()));
    try {
      progress(management, source, source.since());
      while (!thread.isStopped()) {
        pull(connection, management, source, subscription);
      }
    } finally {
      state.lost();
      if (connection.getStatus() == Connection.Status.CONNECTED) {
        subscription.unsubscribe();
      }
    }
  }

  /** The consumer at hand if it is still there, or a new one. */
  private PurgeFeed feed(JetStreamManagement management) throws IOException, JetStreamApiException {
    PurgeFeed known = feed;
    if (known != null && exists(management, known)) {
      deliveries.interrupted();
      return known;
    }
    String consumer = pod + '=' + HexFormat.of().toHexDigits(RANDOM.nextLong());
    management.createConsumer(
        stream.name(),
        ConsumerConfiguration.builder()
            .name(consumer)
            .ackPolicy(AckPolicy.All)
            .ackWait(ACK_WAIT)
            .filterSubject(stream.requests())
            .inactiveThreshold(INACTIVE_THRESHOLD)
            .maxDeliver(MAX_DELIVER)
            .build());
    // Looked at only now: what was there before the consumer may be gone, what comes is held.
    StreamInfo info = management.getStreamInfo(stream.name());
    PurgeFeed made =
        new PurgeFeed(
            info.getCreateTime().toInstant().toString(),
            consumer,
            info.getStreamState().getLastSequence(),
            Set.copyOf(management.getConsumerNames(stream.name())));
    state.wants(new PurgeProgress(made.stream(), made.since()));
    if (!made.continues(handled)) {
      if (known != null) {
        LOG.warn("purges may have been missed: the memory cache is emptied");
      }
      purger.distrust();
    }
    deliveries.restart();
    synced = false;
    feed = made;
    return made;
  }

  private boolean exists(JetStreamManagement management, PurgeFeed known)
      throws IOException, JetStreamApiException {
    try {
      management.getConsumerInfo(stream.name(), known.consumer());
      return true;
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() != CONSUMER_NOT_FOUND) {
        throw e;
      }
      return false;
    }
  }

  private void pull(
      Connection connection,
      JetStreamManagement management,
      PurgeFeed source,
      JetStreamSubscription subscription)
      throws IOException, JetStreamApiException {
    long published = management.getStreamInfo(stream.name()).getStreamState().getLastSequence();
    Iterator<Message> messages = subscription.iterate(BATCH, PULL_WAIT);
    while (messages.hasNext()) {
      handle(connection, source, messages.next());
    }
    if (connection.getStatus() != Connection.Status.CONNECTED) {
      throw new IOException("connection is " + connection.getStatus());
    }
    progress(management, source, published);
  }

  /**
   * Finds out whether all purges published up to a sequence number have been handled; fails if the
   * consumer is gone.
   */
  private void progress(JetStreamManagement management, PurgeFeed source, long published)
      throws IOException, JetStreamApiException {
    ConsumerInfo info = management.getConsumerInfo(stream.name(), source.consumer());
    if (info.getNumPending() > 0) {
      return;
    }
    boolean confirmed = info.getNumAckPending() == 0;
    if (confirmed) {
      deliveries.complete();
    }
    if (!deliveries.isComplete()) {
      return; // what was given to a connection that broke comes again
    }
    state.connected();
    if (!confirmed) {
      return; // some wait for the disk
    }
    PurgePosition position = source.at(published);
    handled = position;
    state.handled(new PurgeProgress(source.stream(), published));
    if (!synced || nanoClock.getAsLong() - lastSyncNs >= SYNC_INTERVAL.toNanos()) {
      synced = true;
      lastSyncNs = nanoClock.getAsLong();
      purger.purgesArrive(source, position);
      removeUnused(management, source);
    }
  }

  /** Removes consumers of earlier processes of this pod: those that nobody uses in two looks. */
  private void removeUnused(JetStreamManagement management, PurgeFeed source)
      throws IOException, JetStreamApiException {
    Set<String> found = new HashSet<>();
    for (ConsumerInfo other : management.getConsumers(stream.name())) {
      String name = other.getName();
      boolean ours = name.equals(pod) || name.startsWith(pod + '=');
      if (ours && !name.equals(source.consumer()) && other.getNumWaiting() == 0) {
        if (unused.contains(name)) {
          management.deleteConsumer(stream.name(), name);
        } else {
          found.add(name);
        }
      }
    }
    unused = found;
  }

  private void handle(Connection connection, PurgeFeed source, Message message) {
    NatsJetStreamMetaData place = message.metaData();
    PurgeProgress progress = new PurgeProgress(source.stream(), place.streamSequence());
    state.wants(progress);
    boolean nothingMissing = deliveries.next(place.consumerSequence());
    forget(connection, message);
    if (nothingMissing) {
      state.handled(progress);
    }
  }

  private void forget(Connection connection, Message message) {
    try {
      PurgeMessage purge = PurgeMessage.parse(message.getData());
      if (purge.skipped() > 0) {
        LOG.warn("{} purge entries make no sense and are skipped", purge.skipped());
      }
      // It is forgotten here and now. Confirmed it is when a restart cannot bring it back: until
      // then the consumer holds it. Confirmations come in order (AckPolicy.All).
      purger.purge(purge).whenComplete((done, failure) -> confirm(connection, message, failure));
      connection.publish(stream.responses(), message.getData());
    } catch (HttpError e) {
      LOG.warn("purge message skipped: {}", e.getMessage());
      message.ack();
    }
  }

  private static void confirm(Connection connection, Message message, @Nullable Throwable failure) {
    if (failure != null) {
      LOG.warn("the disk has not taken a purge, and is not used: {}", failure.toString());
    }
    if (connection.getStatus() == Connection.Status.CONNECTED) {
      message.ack(); // otherwise it comes again
    }
  }

  @Override
  public void close() {
    PurgeFeed source = feed;
    PurgePosition position = handled;
    if (source != null && position != null && state.isConnected()) {
      purger.purgesArrive(source, position);
    }
    thread.close();
  }
}
