package app.seventv.model.change;

import java.time.Instant;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInvalidOperationException;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.json.JsonParseException;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer reads from a change notification (workers.md §3.2). It says that a document
 * changed, not how: the document itself is to be read from the database.
 *
 * @param operation see {@link ChangeOperation}
 * @param documentId the {@code _id}, null if the event concerns no single document
 * @param wallTime the server's time of the change, null if not sent
 */
public record ChangeMessage(
    String operation, @Nullable BsonValue documentId, @Nullable Instant wallTime) {

  /**
   * Reads a message body; canonical and relaxed extended JSON both do.
   *
   * @throws IllegalArgumentException if it is no change event
   */
  public static ChangeMessage parse(String json) {
    try {
      BsonDocument event = BsonDocument.parse(json);
      if (!(event.get("operationType") instanceof BsonString operation)) {
        throw new IllegalArgumentException("operationType is missing");
      }
      BsonValue id = event.get("documentKey") instanceof BsonDocument key ? key.get("_id") : null;
      Instant wallTime =
          event.get("wallTime") instanceof BsonDateTime time
              ? Instant.ofEpochMilli(time.getValue())
              : null;
      return new ChangeMessage(operation.getValue(), id, wallTime);
    } catch (JsonParseException | BsonInvalidOperationException | NumberFormatException e) {
      throw new IllegalArgumentException("not a change event: " + e.getMessage(), e);
    }
  }
}
