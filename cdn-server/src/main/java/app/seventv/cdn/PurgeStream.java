package app.seventv.cdn;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;

/**
 * The JetStream stream that carries purges and the answers to them (cdn.md §7).
 *
 * @param name its name
 * @param subject what its subjects begin with
 */
record PurgeStream(String name, String subject) {
  /** How long messages wait for those who have not seen them. */
  static final Duration MAX_AGE = Duration.ofHours(24);

  String requests() {
    return subject + ".request";
  }

  String responses() {
    return subject + ".response";
  }

  /** Makes the stream if there is none. */
  void ensure(JetStreamManagement management) throws IOException, JetStreamApiException {
    if (!management.getStreamNames(requests()).contains(name)) {
      management.addStream(
          StreamConfiguration.builder()
              .name(name)
              .subjects(subject + ".>")
              .retentionPolicy(RetentionPolicy.Interest)
              .maxAge(MAX_AGE)
              .build());
    }
  }
}
