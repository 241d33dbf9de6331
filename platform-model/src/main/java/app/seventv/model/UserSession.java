package app.seventv.model;

import java.time.Instant;
import org.bson.BsonDocument;

/**
 * A login session (data-model.md §7.25).
 *
 * @param extensions free-form grants, omitted when empty
 */
public record UserSession(
    Id id, Id userId, Instant expiresAt, Instant lastUsedAt, BsonDocument extensions)
    implements Document {

  /** A session without grants. */
  public UserSession(Id id, Id userId, Instant expiresAt, Instant lastUsedAt) {
    this(id, userId, expiresAt, lastUsedAt, new BsonDocument());
  }

  /** Reads the stored form. */
  public static UserSession read(DocumentReader in) {
    UserSession session =
        new UserSession(
            in.id("_id"),
            in.id("user_id"),
            in.date("expires_at"),
            in.date("last_used_at"),
            in.has("extensions") ? in.nested("extensions").source() : new BsonDocument());
    in.rejectUnknown();
    return session;
  }

  /** Reads a document of the collection. */
  public static UserSession fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.USER_SESSIONS, document));
  }

  @Override
  public BsonDocument toBson() {
    DocumentWriter out =
        new DocumentWriter()
            .id("_id", id)
            .id("user_id", userId)
            .date("expires_at", expiresAt)
            .date("last_used_at", lastUsedAt);
    if (!extensions.isEmpty()) {
      out.value("extensions", extensions);
    }
    return out.build();
  }
}
