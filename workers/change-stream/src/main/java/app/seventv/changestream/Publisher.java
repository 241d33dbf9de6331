package app.seventv.changestream;

import app.seventv.model.change.ChangeStreamNames;
import io.nats.client.JetStream;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import io.nats.client.support.NatsJetStreamConstants;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends notifications in order and keeps a window of those the server has not acknowledged. One
 * that is not acknowledged is sent again, with everything unacknowledged after it, until it is; its
 * message id makes that harmless. For use by one thread.
 */
final class Publisher {
  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  /** How long the server may take; the client gives up a little earlier by itself. */
  private static final Duration ACK_LIMIT = Duration.ofSeconds(6);

  private static final Duration RETRY_WAIT = Duration.ofSeconds(1);

  private final JetStream jetStream;
  private final String subject;
  private final int windowLimit;
  private final ChangeStreamMetrics metrics;
  private final Deque<Pending> window = new ArrayDeque<>();
  private @Nullable BsonDocument safeToken;

  /**
   * Publishes to one subject.
   *
   * @param windowLimit most notifications waiting for their acknowledgement
   */
  Publisher(JetStream jetStream, String subject, int windowLimit, ChangeStreamMetrics metrics) {
    this.jetStream = jetStream;
    this.subject = subject;
    this.windowLimit = windowLimit;
    this.metrics = metrics;
  }

  /**
   * Sends a notification; waits while the window is full.
   *
   * @param token position after this event, null for notifications that are no events
   */
  void publish(String id, String collection, byte[] body, @Nullable BsonDocument token)
      throws InterruptedException {
    while (window.size() >= windowLimit) {
      awaitHead();
    }
    Headers headers = new Headers();
    headers.put(NatsJetStreamConstants.MSG_ID_HDR, id);
    headers.put(ChangeStreamNames.COLLECTION_HEADER, collection);
    Pending pending =
        new Pending(
            NatsMessage.builder().subject(subject).headers(headers).data(body).build(), token);
    send(pending);
    window.add(pending);
    collect();
  }

  /** Notes what has been acknowledged meanwhile, without waiting; sends again what failed. */
  void collect() throws InterruptedException {
    while (!window.isEmpty() && window.getFirst().ack.isDone()) {
      awaitHead();
    }
  }

  /** Waits until everything is acknowledged. */
  void flush() throws InterruptedException {
    while (!window.isEmpty()) {
      awaitHead();
    }
  }

  /** Whether nothing waits for an acknowledgement. */
  boolean isIdle() {
    return window.isEmpty();
  }

  /** Position before which everything has been acknowledged; null if nothing has been yet. */
  @Nullable BsonDocument safeToken() {
    return safeToken;
  }

  /** Starts over: the positions so far belong to a stream that cannot be resumed. */
  void forgetToken() {
    safeToken = null;
  }

  private void awaitHead() throws InterruptedException {
    Pending head = window.getFirst();
    try {
      head.ack.get(ACK_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      window.removeFirst();
      metrics.published("Success");
      if (head.token != null) {
        safeToken = head.token;
      }
    } catch (ExecutionException | TimeoutException e) {
      boolean late = e instanceof TimeoutException || e.getCause() instanceof TimeoutException;
      metrics.published(late ? "Timeout" : "Error");
      LOG.warn("{} notifications are not acknowledged: {}", window.size(), e.toString());
      Thread.sleep(RETRY_WAIT);
      window.stream().filter(pending -> !pending.isAcknowledged()).forEach(this::send);
    }
  }

  private void send(Pending pending) {
    try {
      pending.ack = jetStream.publishAsync(pending.message);
    } catch (RuntimeException e) { // the connection's buffer is full, or it is closed
      pending.ack = CompletableFuture.failedFuture(e);
    }
  }

  private static final class Pending {
    private final NatsMessage message;
    private final @Nullable BsonDocument token;
    private CompletableFuture<PublishAck> ack = new CompletableFuture<>();

    Pending(NatsMessage message, @Nullable BsonDocument token) {
      this.message = message;
      this.token = token;
    }

    boolean isAcknowledged() {
      return ack.isDone() && !ack.isCompletedExceptionally();
    }
  }
}
