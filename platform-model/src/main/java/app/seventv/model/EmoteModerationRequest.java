package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A request to approve an emote (data-model.md §7.4).
 *
 * @param userId the requester
 * @param countryCode from the address of the upload
 * @param priority copied from the requester's permissions
 */
public record EmoteModerationRequest(
    Id id,
    Id userId,
    Kind kind,
    @Nullable String reason,
    Id emoteId,
    Status status,
    @Nullable String countryCode,
    List<Id> assignedTo,
    int priority,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the list. */
  public EmoteModerationRequest {
    assignedTo = List.copyOf(assignedTo);
  }

  /** What is asked for. */
  public enum Kind implements Codes.Coded {
    /** Public listing. */
    PUBLIC_LISTING(0),
    /** Use in personal sets. */
    PERSONAL_USE(1);

    private static final List<Kind> ALL = List.of(values());

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /** Where the request stands. */
  public enum Status implements Codes.Coded {
    /** Waits. */
    PENDING(0),
    /** Granted. */
    APPROVED(1),
    /** Refused. */
    DENIED(2),
    /** The emote was deleted or merged. */
    EMOTE_DELETED(3);

    private static final List<Status> ALL = List.of(values());

    private final int code;

    Status(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }
  }

  /** Reads the stored form. */
  public static EmoteModerationRequest read(DocumentReader in) {
    EmoteModerationRequest request =
        new EmoteModerationRequest(
            in.id("_id"),
            in.id("user_id"),
            Codes.read(in, "kind", Kind.ALL),
            in.stringOrNull("reason"),
            in.id("emote_id"),
            Codes.read(in, "status", Status.ALL),
            in.stringOrNull("country_code"),
            in.ids("assigned_to"),
            in.int32("priority"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return request;
  }

  /** Reads a document of the collection. */
  public static EmoteModerationRequest fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.EMOTE_MODERATION_REQUESTS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .id("user_id", userId)
        .int32("kind", kind.code())
        .string("reason", reason)
        .id("emote_id", emoteId)
        .int32("status", status.code())
        .string("country_code", countryCode)
        .ids("assigned_to", assignedTo)
        .int32("priority", priority)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
