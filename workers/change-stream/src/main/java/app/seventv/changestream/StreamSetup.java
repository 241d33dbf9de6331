package app.seventv.changestream;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;

/** The JetStream stream as this worker creates it (workers.md §3.1). */
final class StreamSetup {
  private static final Duration DUPLICATE_WINDOW = Duration.ofSeconds(15);
  private static final int API_ERROR_NO_STREAM = 10059;
  private static final int API_ERROR_NAME_IN_USE = 10058;

  private StreamSetup() {}

  /** Creates the stream unless it exists; the search worker decides its limits. */
  static void ensure(Connection nats, String name) throws IOException, JetStreamApiException {
    JetStreamManagement management = nats.jetStreamManagement();
    try {
      management.getStreamInfo(name);
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() != API_ERROR_NO_STREAM) {
        throw e;
      }
      create(management, name);
    }
  }

  private static void create(JetStreamManagement management, String name)
      throws IOException, JetStreamApiException {
    try {
      management.addStream(
          StreamConfiguration.builder()
              .name(name)
              .subjects(name)
              .retentionPolicy(RetentionPolicy.WorkQueue)
              .storageType(StorageType.File)
              .duplicateWindow(DUPLICATE_WINDOW)
              .build());
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() != API_ERROR_NAME_IN_USE) { // else somebody else was first
        throw e;
      }
    }
  }
}
