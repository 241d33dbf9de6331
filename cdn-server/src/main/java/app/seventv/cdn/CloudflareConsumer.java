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
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Purges Cloudflare's cache after the nodes have purged theirs: each node answers a purge once it
 * is done (cdn.md §7), and whoever gets the answer from the consumer that all share tells
 * Cloudflare. So the last call for a key comes when the last node has forgotten it.
 */
final class CloudflareConsumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CloudflareConsumer.class);
  private static final Duration ACK_WAIT = Duration.ofMinutes(5);
  private static final Duration RETRY_WAIT = Duration.ofSeconds(10);
  private static final Duration PULL_WAIT = Duration.ofSeconds(2);
  private static final int MAX_DELIVER = 10;
  private static final int BATCH = 100;

  private final PurgeStream stream;
  private final String consumer;
  private final CloudflarePurge cloudflare;
  private final ConsumerThread thread;

  CloudflareConsumer(
      CompletableFuture<Connection> nats,
      PurgeStream stream,
      String consumer,
      CloudflarePurge cloudflare) {
    this.stream = stream;
    this.consumer = consumer;
    this.cloudflare = cloudflare;
    this.thread = ConsumerThread.of("cloudflare-purge", nats, RETRY_WAIT, this::consume);
    thread.start();
  }

  private void consume(Connection connection)
      throws IOException, JetStreamApiException, InterruptedException {
    JetStreamManagement management = connection.jetStreamManagement();
    stream.ensure(management);
    management.addOrUpdateConsumer(
        stream.name(),
        ConsumerConfiguration.builder()
            .durable(consumer)
            .ackPolicy(AckPolicy.Explicit)
            .ackWait(ACK_WAIT)
            .filterSubject(stream.responses())
            .maxDeliver(MAX_DELIVER)
            .build());
    JetStreamSubscription subscription =
        connection
            .jetStream()
            .subscribe(stream.responses(), PullSubscribeOptions.bind(stream.name(), consumer));
    try {
      while (!thread.isStopped()) {
        List<Message> messages = subscription.fetch(BATCH, PULL_WAIT);
        if (!messages.isEmpty()) {
          handle(messages);
        } else if (connection.getStatus() == Connection.Status.CONNECTED) {
          subscription.getConsumerInfo(); // silence, or is the consumer gone?
        } else {
          throw new IOException("connection is " + connection.getStatus());
        }
      }
    } finally {
      if (connection.getStatus() == Connection.Status.CONNECTED) {
        subscription.unsubscribe();
      }
    }
  }

  /** One call for what several nodes answer. */
  private void handle(List<Message> messages) throws InterruptedException {
    Set<String> keys = new LinkedHashSet<>();
    Set<String> prefixes = new LinkedHashSet<>();
    for (Message message : messages) {
      try {
        PurgeMessage purge = PurgeMessage.parse(message.getData());
        keys.addAll(purge.keys());
        prefixes.addAll(purge.prefixes());
      } catch (HttpError e) {
        LOG.warn("purge answer skipped: {}", e.getMessage());
      }
    }
    try {
      if (prefixes.contains("")) {
        cloudflare.purgeEverything();
      } else {
        cloudflare.purge(keys, prefixes);
      }
      messages.forEach(Message::ack);
    } catch (IOException e) {
      LOG.warn("Cloudflare has not purged {} keys: {}", keys.size(), e.toString());
      messages.forEach(message -> message.nakWithDelay(RETRY_WAIT));
    }
  }

  @Override
  public void close() {
    thread.close();
    cloudflare.close();
  }
}
