package app.seventv.model;

import java.time.Instant;
import org.bson.BsonDocument;

/** A delivery of a payment provider that was seen (data-model.md §7.26). */
public record WebhookEvent(String id, Instant expiresAt, int receivedCount) implements Document {

  /** Reads the stored form. */
  public static WebhookEvent read(DocumentReader in) {
    WebhookEvent found =
        new WebhookEvent(in.string("_id"), in.date("expires_at"), in.int32("received_count"));
    in.rejectUnknown();
    return found;
  }

  /** Reads a document of the collection. */
  public static WebhookEvent fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.WEBHOOK_EVENTS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .string("_id", id)
        .date("expires_at", expiresAt)
        .int32("received_count", receivedCount)
        .build();
  }
}
