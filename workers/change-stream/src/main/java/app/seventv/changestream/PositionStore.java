package app.seventv.changestream;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.KeyValue;
import io.nats.client.api.KeyValueConfiguration;
import io.nats.client.api.KeyValueEntry;
import io.nats.client.api.StorageType;
import java.io.IOException;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the resume token of the last event that is safely on the bus. It lives in a JetStream
 * key-value bucket: outside the watched database, so that saving makes no events, and beside the
 * notifications, so that whoever loses those loses the position too and starts with a full
 * comparison instead of a gap.
 */
final class PositionStore {
  private static final int API_ERROR_NAME_IN_USE = 10058;

  private final KeyValue bucket;
  private final String key;

  private PositionStore(KeyValue bucket, String key) {
    this.bucket = bucket;
    this.key = key;
  }

  /** Opens the bucket, creating it if it is missing. */
  static PositionStore open(Connection nats, String bucketName, String database)
      throws IOException, JetStreamApiException {
    if (!nats.keyValueManagement().getBucketNames().contains(bucketName)) {
      create(nats, bucketName);
    }
    return new PositionStore(nats.keyValue(bucketName), database.replaceAll("[^A-Za-z0-9_-]", "_"));
  }

  private static void create(Connection nats, String bucketName)
      throws IOException, JetStreamApiException {
    try {
      nats.keyValueManagement()
          .create(
              KeyValueConfiguration.builder()
                  .name(bucketName)
                  .storageType(StorageType.File)
                  .maxHistoryPerKey(1)
                  .build());
    } catch (JetStreamApiException e) {
      if (e.getApiErrorCode() != API_ERROR_NAME_IN_USE) { // else another instance was first
        throw e;
      }
    }
  }

  /** The stored token, null if there is none. */
  @Nullable BsonDocument load() throws IOException, JetStreamApiException {
    KeyValueEntry entry = bucket.get(key);
    String json = entry == null ? null : entry.getValueAsString();
    return json == null ? null : BsonDocument.parse(json);
  }

  /** Stores a token; when it returns the token is durable. */
  void save(BsonDocument token) throws IOException, JetStreamApiException {
    bucket.put(key, token.toJson());
  }

  /** Forgets the token, because the server cannot resume from it. */
  void clear() throws IOException, JetStreamApiException {
    bucket.delete(key);
  }
}
