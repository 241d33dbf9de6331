package app.seventv.searchindex;

import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stream and the consumer as this worker wants them (workers.md §3.1, §4.2). */
final class BusSetup {
  /** Name of the consumer; a work queue allows only one. */
  static final String CONSUMER = "change-stream";

  /** How often a message is delivered before the server gives up. */
  static final int MAX_DELIVER = 5;

  static final Duration ACK_WAIT = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(BusSetup.class);
  private static final Duration DUPLICATE_WINDOW = Duration.ofSeconds(15);
  private static final Duration MAX_AGE = Duration.ofHours(24);
  private static final long MAX_BYTES = 100L * 1024 * 1024 * 1024;
  private static final int MAX_ACK_PENDING = 1_000_000;
  private static final int API_ERROR_NO_STORAGE = 10047;
  private static final int API_ERROR_NAME_IN_USE = 10058;
  private static final int API_ERROR_NO_STREAM = 10059;

  private BusSetup() {}

  /** Creates or updates both. */
  static ConsumerContext ensure(Connection nats, String stream)
      throws IOException, JetStreamApiException {
    JetStreamManagement management = nats.jetStreamManagement();
    try {
      ensureStream(management, stream, MAX_BYTES);
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() != API_ERROR_NO_STORAGE) {
        throw e;
      }
      LOG.warn("the bus has less than {} bytes of storage: no limit is set", MAX_BYTES);
      ensureStream(management, stream, -1);
    }
    ensureConsumer(management, stream);
    return nats.getConsumerContext(stream, CONSUMER);
  }

  private static void ensureStream(JetStreamManagement management, String name, long maxBytes)
      throws IOException, JetStreamApiException {
    try {
      StreamConfiguration current = management.getStreamInfo(name).getConfiguration();
      // What we do not decide, as the number of replicas, stays as it is.
      management.updateStream(limits(StreamConfiguration.builder(current), maxBytes));
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() != API_ERROR_NO_STREAM) {
        throw e;
      }
      create(management, name, maxBytes);
    }
  }

  private static void create(JetStreamManagement management, String name, long maxBytes)
      throws IOException, JetStreamApiException {
    StreamConfiguration.Builder fresh =
        StreamConfiguration.builder()
            .name(name)
            .retentionPolicy(RetentionPolicy.WorkQueue)
            .storageType(StorageType.File);
    try {
      management.addStream(limits(fresh.subjects(name), maxBytes));
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() != API_ERROR_NAME_IN_USE) {
        throw e;
      }
      ensureStream(management, name, maxBytes); // the publisher was first
    }
  }

  private static StreamConfiguration limits(StreamConfiguration.Builder stream, long maxBytes) {
    return stream.duplicateWindow(DUPLICATE_WINDOW).maxAge(MAX_AGE).maxBytes(maxBytes).build();
  }

  private static void ensureConsumer(JetStreamManagement management, String stream)
      throws IOException, JetStreamApiException {
    ConsumerConfiguration wanted =
        ConsumerConfiguration.builder()
            .durable(CONSUMER)
            .deliverPolicy(DeliverPolicy.All)
            .ackPolicy(AckPolicy.Explicit)
            .ackWait(ACK_WAIT)
            .maxDeliver(MAX_DELIVER)
            .maxAckPending(MAX_ACK_PENDING)
            .build();
    try {
      management.addOrUpdateConsumer(stream, wanted);
    } catch (JetStreamApiException e) {
      if (!management.getConsumerNames(stream).contains(CONSUMER)) {
        throw e;
      }
      LOG.warn("the consumer another worker made is used as it is: {}", e.getMessage());
    }
  }
}
