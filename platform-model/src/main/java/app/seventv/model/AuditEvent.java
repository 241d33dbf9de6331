package app.seventv.model;

import java.time.Instant;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A row of the audit log (data-model.md §10).
 *
 * @param id its time part is the time of the event
 * @param updatedAt time of the event
 */
public record AuditEvent(
    Id id,
    @Nullable Id actorId,
    @Nullable Id sessionId,
    Data data,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /**
   * What happened to what.
   *
   * @param kind the kind of entity, e.g. {@code emote_set}
   * @param targets the ids beside the kind: {@code target_id} and, for some kinds, one more
   * @param action what was done, e.g. {@code add_emote}
   * @param fields the details of the action, empty if it has none
   */
  public record Data(String kind, BsonDocument targets, String action, BsonDocument fields)
      implements Document {

    private static final String TARGET_ID = "target_id";

    /** The id of the entity; the owner's id for a {@code user_editor}. */
    public Id targetId() {
      DocumentReader in = DocumentReader.stored(CollectionNames.EVENTS, targets);
      return targets.isDocument(TARGET_ID) ? in.nested(TARGET_ID).id("user_id") : in.id(TARGET_ID);
    }

    /** Reads the details. */
    public DocumentReader fieldsReader() {
      return DocumentReader.stored(CollectionNames.EVENTS, fields);
    }

    private static Data read(DocumentReader in) {
      String kind = in.string("kind");
      DocumentReader change = in.nested("data");
      String action = change.string("kind");
      BsonDocument fields =
          change.has("data") ? change.nested("data").source() : new BsonDocument();
      change.rejectUnknown();
      BsonDocument targets = in.source().clone();
      targets.remove("kind");
      targets.remove("data");
      if (!targets.containsKey(TARGET_ID)) {
        throw in.error(TARGET_ID, "missing");
      }
      return new Data(kind, targets, action, fields);
    }

    @Override
    public BsonDocument toBson() {
      DocumentWriter change = new DocumentWriter().string("kind", action);
      if (!fields.isEmpty()) {
        change.value("data", fields);
      }
      return new DocumentWriter()
          .string("kind", kind)
          .allOf(targets)
          .value("data", change.build())
          .build();
    }
  }

  /** Reads a document of the collection. */
  public static AuditEvent fromBson(BsonDocument document) {
    DocumentReader in = DocumentReader.stored(CollectionNames.EVENTS, document);
    AuditEvent event =
        new AuditEvent(
            in.id("_id"),
            in.idOrNull("actor_id"),
            in.idOrNull("session_id"),
            in.document("data", Data::read),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return event;
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .id("actor_id", actorId)
        .id("session_id", sessionId)
        .document("data", data)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
