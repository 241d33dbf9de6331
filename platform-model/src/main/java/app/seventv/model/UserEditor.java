package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * The right of one user to edit what belongs to another (data-model.md §7.23).
 *
 * @param userId the owner, first part of the composite id
 * @param editorId the editor, second part of the composite id
 */
public record UserEditor(
    Id userId,
    Id editorId,
    State state,
    @Nullable String notes,
    EditorPermissions permissions,
    Id addedById,
    Instant addedAt,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** The most editors a user may have. */
  public static final int MAX_EDITORS_PER_USER = 50;

  /** Where an invitation stands. */
  public enum State implements Codes.Coded {
    /** Not answered. */
    PENDING(0),
    /** Accepted. */
    ACCEPTED(1),
    /** Rejected. */
    REJECTED(2);

    private static final List<State> ALL = List.of(values());

    private final int code;

    State(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /** The composite id; the order of its fields is part of the value. */
  public BsonDocument idToBson() {
    return idToBson(userId, editorId);
  }

  /** The composite id of an editor of a user. */
  public static BsonDocument idToBson(Id userId, Id editorId) {
    return new DocumentWriter().id("user_id", userId).id("editor_id", editorId).build();
  }

  /** Reads the stored form. */
  public static UserEditor read(DocumentReader in) {
    DocumentReader id = in.nested("_id");
    UserEditor editor =
        new UserEditor(
            id.id("user_id"),
            id.id("editor_id"),
            Codes.read(in, "state", State.ALL),
            in.stringOrNull("notes"),
            in.document("permissions", EditorPermissions::read),
            in.id("added_by_id"),
            in.date("added_at"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    id.rejectUnknown();
    in.rejectUnknown();
    return editor;
  }

  /** Reads a document of the collection. */
  public static UserEditor fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.USER_EDITORS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .value("_id", idToBson())
        .int32("state", state.code())
        .string("notes", notes)
        .document("permissions", permissions)
        .id("added_by_id", addedById)
        .date("added_at", addedAt)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
