package app.seventv.api.uploads;

import app.seventv.model.Id;
import app.seventv.model.imageprocessor.EventCallback;
import com.google.protobuf.InvalidProtocolBufferException;
import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.Message;
import io.nats.client.StreamContext;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes results of the image processor off their work queue (api-v4.md §15.2). All API processes
 * share one consumer. What cannot be decoded is logged and acknowledged; what cannot be handled,
 * e.g. because the emote is not stored yet, comes again a few times first.
 */
public final class ImageResults implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ImageResults.class);

  /** The work queue. */
  public static final String STREAM = "image-processor-callback";

  private static final String CONSUMER = STREAM + "-consumer";
  private static final Duration ACK_WAIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofSeconds(5);
  private static final Duration INACTIVE = Duration.ofMinutes(5);
  private static final long RETRY_PAUSE_MS = 500;
  private static final int MAX_DELIVERIES = 5;
  private static final Duration REDELIVERY = Duration.ofSeconds(2);

  private final Connection nats;
  private final String prefix;
  private final Map<String, ResultHandler> handlers;
  private final Thread worker;
  private volatile boolean closed;

  /**
   * Creates the queue if needed and starts to work on it.
   *
   * @param prefix first part of the subjects
   * @param handlers by the second part, which says what an image belongs to
   * @throws IOException if the broker does not answer
   */
  public ImageResults(Connection nats, String prefix, Map<String, ResultHandler> handlers)
      throws IOException, JetStreamApiException {
    this.nats = nats;
    this.prefix = prefix + ".";
    this.handlers = Map.copyOf(handlers);
    createStream();
    this.worker = Thread.ofVirtual().name("image-results").start(this::run);
  }

  private void createStream() throws IOException, JetStreamApiException {
    JetStreamManagement management = nats.jetStreamManagement();
    if (management.getStreamNames().contains(STREAM)) {
      return;
    }
    management.addStream(
        StreamConfiguration.builder()
            .name(STREAM)
            .subjects(prefix + ">")
            .retentionPolicy(RetentionPolicy.WorkQueue)
            .maxConsumers(1)
            .build());
  }

  private void run() {
    ConsumerContext consumer = null;
    while (!closed) {
      try {
        consumer = consumer == null ? createConsumer() : consumer;
        Message message = consumer.next(POLL);
        if (message != null) {
          handle(message);
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException
          | JetStreamApiException
          | JetStreamStatusCheckedException
          | IllegalStateException e) {
        consumer = null;
        if (!closed) {
          LOG.warn("image results are not readable: {}", e.toString());
          pause();
        }
      }
    }
  }

  private ConsumerContext createConsumer() throws IOException, JetStreamApiException {
    StreamContext stream = nats.getStreamContext(STREAM);
    return stream.createOrUpdateConsumer(
        ConsumerConfiguration.builder()
            .name(CONSUMER)
            .ackPolicy(AckPolicy.Explicit)
            .ackWait(ACK_WAIT)
            .inactiveThreshold(INACTIVE)
            .build());
  }

  private void handle(Message message) {
    try {
      EventCallback callback = EventCallback.parseFrom(message.getData());
      String[] parts = parts(message.getSubject());
      ResultHandler handler = handlers.get(parts[0]);
      List<Id> ids = ids(parts);
      if (handler == null
          || ids.isEmpty()
          || callback.getEventCase() == EventCallback.EventCase.EVENT_NOT_SET) {
        LOG.warn("image result on {} is not understood", message.getSubject());
      } else {
        handler.handle(ids, callback);
      }
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("image result on {} is not decodable", message.getSubject(), e);
    } catch (RuntimeException e) {
      if (message.metaData().deliveredCount() < MAX_DELIVERIES) {
        LOG.warn("image result on {} will be tried again: {}", message.getSubject(), e.toString());
        message.nakWithDelay(REDELIVERY);
        return;
      }
      LOG.error("image result on {} could not be handled", message.getSubject(), e);
    }
    message.ack();
  }

  private String[] parts(String subject) {
    return subject.startsWith(prefix)
        ? subject.substring(prefix.length()).split("\\.", -1)
        : new String[] {""};
  }

  /** The ids after the kind; empty if one is malformed. */
  private static List<Id> ids(String[] parts) {
    List<Id> ids = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      Id id = Id.parseOrNull(parts[i]);
      if (id == null) {
        return List.of();
      }
      ids.add(id);
    }
    return ids;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    worker.interrupt();
  }
}
