package app.seventv.events;

import app.seventv.core.nats.NatsOptions;
import app.seventv.core.service.ServiceContext;
import app.seventv.model.bus.BusBatch;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Dispatcher;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscription to the bus. It delivers at most once and knows no past (event-api.md §15.1), so
 * whenever messages may have been lost (the connection was away, the queue was full), somebody is
 * told.
 */
final class BusLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BusLink.class);

  /** Bus messages and bytes that wait in the client while the loops are behind. */
  private static final long MAX_QUEUED_MESSAGES = 65_536;

  private static final long MAX_QUEUED_BYTES =
      HeapShares.queuedBytes(Runtime.getRuntime().maxMemory());

  private static final Duration SUBSCRIBE_TIMEOUT = Duration.ofSeconds(5);

  private static final Duration WAIT_STEP = Duration.ofMillis(2);

  /** Looks at an empty queue until nothing can be between it and the consumer. */
  private static final int QUIET_LOOKS = 3;

  /** A message that takes this long has hung the consumer. */
  private static final long STUCK_NS = Duration.ofSeconds(10).toNanos();

  private final BusConsumer consumer;
  private final Runnable onStart;
  private final Runnable onLoss;
  private final Runnable onGap;
  private final CompletableFuture<Connection> nats;
  private final DropWatch drops;
  private volatile @Nullable Dispatcher bus;

  /**
   * Starts to connect, for ever.
   *
   * @param onStart called when no message is missed any more
   * @param onLoss called when messages may be lost from now on
   * @param onGap called, on a thread of its own, when messages arrive again after some may have
   *     been lost
   */
  BusLink(
      ServiceContext context,
      BusConsumer consumer,
      Runnable onStart,
      Runnable onLoss,
      Runnable onGap) {
    this.consumer = consumer;
    this.onStart = onStart;
    this.onLoss = onLoss;
    this.onGap = onGap;
    this.drops = new DropWatch(this::dropped, onLoss, onGap);
    nats = NatsOptions.connectInBackground(context.config(), context.name(), this::changed);
    CompletableFuture<Void> subscribed = nats.thenAcceptAsync(this::subscribe);
    subscribed.exceptionally(failure -> {
      context.fail(failure);
      return null;
    });
    context.health().require("nats", this::require);
    context
        .metrics()
        .counter(
            "event_api_bus_messages_dropped_total",
            "Bus messages lost because the loops were too far behind.",
            this::dropped);
  }

  private void subscribe(Connection connection) {
    Dispatcher dispatcher =
        connection.createDispatcher(message -> {
          drops.beforeMessage();
          consumer.accept(message.getData());
        });
    dispatcher.setPendingLimits(MAX_QUEUED_MESSAGES, MAX_QUEUED_BYTES);
    dispatcher.subscribe(BusBatch.SUBJECT);
    if (flush(connection)) { // from here on no message is missed
      onStart.run();
    }
    bus = dispatcher;
  }

  private static boolean flush(Connection connection) {
    try {
      connection.flush(SUBSCRIBE_TIMEOUT);
      return true;
    } catch (TimeoutException | InterruptedException | IllegalStateException e) {
      LOG.warn("NATS has not confirmed the subscription: {}", e.toString());
      return false;
    }
  }

  private void changed(ConnectionListener.Events event) {
    Connection connection = nats.getNow(null);
    if (event == ConnectionListener.Events.DISCONNECTED && bus != null) {
      onLoss.run();
    }
    if (event == ConnectionListener.Events.RESUBSCRIBED && connection != null && bus != null) {
      // Not on the client's own thread, which the answer to the flush comes by.
      Thread.ofVirtual().name("bus-gap").start(() -> announceGap(connection));
    }
  }

  /** A slow server is asked again; without a connection, all this comes once more. */
  private void announceGap(Connection connection) {
    while (connection.getStatus() == Connection.Status.CONNECTED) {
      if (flush(connection)) {
        onGap.run();
        return;
      }
    }
  }

  /** Once a second: looks whether the client had to drop messages. */
  void checkDrops() {
    long lost = drops.check();
    if (lost > 0) {
      LOG.warn("{} bus messages lost: the loops are too far behind", lost);
    }
  }

  private long dropped() {
    Dispatcher dispatcher = bus;
    return dispatcher == null ? 0 : dispatcher.getDroppedCount();
  }

  /**
   * Waits until every message that was published before has been handled.
   *
   * @return false if that cannot be told in time
   */
  boolean catchUp() throws InterruptedException {
    Connection connection = nats.getNow(null);
    Dispatcher dispatcher = bus;
    if (connection == null || dispatcher == null || !flush(connection)) {
      return false;
    }
    // One more may be between the queue and the consumer.
    long behind = consumer.handled() + dispatcher.getPendingMessageCount() + 1;
    long deadlineNs = System.nanoTime() + SUBSCRIBE_TIMEOUT.toNanos();
    for (int quiet = 0; consumer.handled() < behind && quiet < QUIET_LOOKS; ) {
      if (System.nanoTime() > deadlineNs) {
        return false;
      }
      boolean isQuiet = dispatcher.getPendingMessageCount() == 0 && consumer.busyNs() == 0;
      quiet = isQuiet ? quiet + 1 : 0;
      Thread.sleep(WAIT_STEP);
    }
    return true;
  }

  /**
   * Waits until no message is missed any more.
   *
   * @throws TimeoutException if that takes longer
   */
  void awaitEvents(Duration limit) throws InterruptedException, TimeoutException {
    long deadlineNs = System.nanoTime() + limit.toNanos();
    while (!isHeard()) {
      if (System.nanoTime() > deadlineNs) {
        throw new TimeoutException("NATS cannot be reached within " + limit.toSeconds() + " s");
      }
      Thread.sleep(WAIT_STEP);
    }
  }

  private boolean isHeard() {
    Connection connection = nats.getNow(null);
    return bus != null
        && connection != null
        && connection.getStatus() == Connection.Status.CONNECTED
        && flush(connection);
  }

  /** Whether events arrive. */
  boolean isSubscribed() {
    return bus != null;
  }

  private void require() {
    Connection connection = nats.getNow(null);
    Dispatcher dispatcher = bus;
    if (dispatcher == null
        || connection == null
        || connection.getStatus() != Connection.Status.CONNECTED) {
      throw new IllegalStateException("nats not connected");
    }
    if (!dispatcher.isActive() || consumer.busyNs() > STUCK_NS) {
      throw new IllegalStateException("bus consumer stuck");
    }
  }

  @Override
  public void close() {
    nats.thenAccept(BusLink::close);
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
