package app.seventv.model;

import java.time.Instant;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonObjectId;
import org.bson.BsonValue;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * A task of the image processor, in that service's own database (data-model.md §7.27).
 *
 * @param priority higher first
 * @param holdUntil end of the lease
 * @param task protobuf task message
 * @param claimedById the worker that holds the lease
 */
public record ImageJob(
    ObjectId id,
    long priority,
    @Nullable Instant holdUntil,
    BsonBinary task,
    @Nullable Instant expiresAt,
    @Nullable ObjectId claimedById)
    implements Document {

  /** Reads a document of the collection. */
  public static ImageJob fromBson(BsonDocument document) {
    DocumentReader in = DocumentReader.stored(CollectionNames.JOBS, document);
    ObjectId id = objectIdOrNull(in, "_id");
    BsonValue task = in.valueOrNull("task");
    if (id == null) {
      throw in.error("_id", "missing");
    }
    if (task == null || !task.isBinary()) {
      throw in.error("task", "expected a binary");
    }
    return new ImageJob(
        id,
        in.int64("priority"),
        in.dateOrAbsent("hold_until"),
        task.asBinary(),
        in.dateOrAbsent("expires_at"),
        objectIdOrNull(in, "claimed_by_id"));
  }

  private static @Nullable ObjectId objectIdOrNull(DocumentReader in, String field) {
    BsonValue value = in.valueOrNull(field);
    if (value == null) {
      return null;
    }
    if (!value.isObjectId()) {
      throw in.error(field, "expected an ObjectId");
    }
    return value.asObjectId().getValue();
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .value("_id", new BsonObjectId(id))
        .int64("priority", priority)
        .date("hold_until", holdUntil)
        .value("task", task)
        .date("expires_at", expiresAt)
        .value("claimed_by_id", claimedById == null ? null : new BsonObjectId(claimedById))
        .build();
  }
}
