package app.seventv.cdn;

import app.seventv.core.http.HttpError;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Removes purged keys from the cache (cdn.md §7). Runs on a thread of its own; a lost connection or
 * a lost consumer is made anew, and serving never depends on it.
 */
final class PurgeConsumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PurgeConsumer.class);
  private static final Duration STREAM_MAX_AGE = Duration.ofHours(24);
  private static final Duration INACTIVE_THRESHOLD = Duration.ofHours(24);
  private static final Duration ACK_WAIT = Duration.ofSeconds(30);
  private static final int MAX_DELIVER = 10;
  private static final int BATCH = 50;
  private static final Duration PULL_WAIT = Duration.ofSeconds(5);
  private static final Duration RETRY_WAIT = Duration.ofSeconds(2);

  private final String stream;
  private final String subject;
  private final String consumer;
  private final ObjectStore store;
  private final PurgeState state;
  private final JsonMapper json = new JsonMapper();
  private final Thread thread;
  private volatile boolean stopped;

  PurgeConsumer(
      CompletableFuture<Connection> nats,
      String stream,
      String subject,
      String consumer,
      ObjectStore store,
      PurgeState state) {
    this.stream = stream;
    this.subject = subject;
    this.consumer = consumer;
    this.store = store;
    this.state = state;
    this.thread = Thread.ofVirtual().name("purge").start(() -> run(nats));
  }

  private void run(CompletableFuture<Connection> nats) {
    try {
      Connection connection = nats.join();
      while (!stopped) {
        try {
          consume(connection);
        } catch (IOException | JetStreamApiException | RuntimeException e) {
          // RuntimeException: the client refuses a consumer that was left with other settings.
          LOG.warn("purges are not arriving: {}", e.toString());
          Thread.sleep(RETRY_WAIT);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void consume(Connection connection)
      throws IOException, JetStreamApiException, InterruptedException {
    ensureStream(connection.jetStreamManagement());
    JetStream jetStream = connection.jetStream();
    ConsumerConfiguration configuration =
        ConsumerConfiguration.builder()
            .name(consumer)
            .ackPolicy(AckPolicy.All)
            .ackWait(ACK_WAIT)
            .filterSubject(subject + ".request")
            .inactiveThreshold(INACTIVE_THRESHOLD)
            .maxDeliver(MAX_DELIVER)
            .build();
    JetStreamSubscription subscription =
        jetStream.subscribe(
            subject + ".request",
            PullSubscribeOptions.builder().stream(stream).configuration(configuration).build());
    state.connected();
    try {
      while (!stopped) {
        for (Message message : subscription.fetch(BATCH, PULL_WAIT)) {
          handle(connection, message);
        }
        if (connection.getStatus() != Connection.Status.CONNECTED) {
          throw new IOException("connection is " + connection.getStatus());
        }
      }
    } finally {
      state.lost();
      if (connection.getStatus() == Connection.Status.CONNECTED) {
        subscription.unsubscribe();
      }
    }
  }

  private void ensureStream(JetStreamManagement management)
      throws IOException, JetStreamApiException {
    if (!management.getStreamNames(subject + ".request").contains(stream)) {
      management.addStream(
          StreamConfiguration.builder()
              .name(stream)
              .subjects(subject + ".>")
              .retentionPolicy(RetentionPolicy.Interest)
              .maxAge(STREAM_MAX_AGE)
              .build());
    }
  }

  private void handle(Connection connection, Message message) {
    for (String key : keys(message.getData())) {
      store.purge(key);
    }
    connection.publish(subject + ".response", message.getData());
    message.ack();
  }

  /** Canonical keys of a message; a bad entry costs itself only. */
  List<String> keys(byte[] payload) {
    List<String> keys = new ArrayList<>();
    try {
      JsonNode files = json.readTree(payload).path("files");
      for (JsonNode file : files) {
        try {
          keys.add(ImagePath.ofKey(file.asString()).key());
        } catch (HttpError | JacksonException e) {
          LOG.warn("purge entry skipped: {}", e.getMessage());
        }
      }
    } catch (JacksonException e) {
      LOG.warn("purge message skipped: {}", e.getOriginalMessage());
    }
    return keys;
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
  }
}
