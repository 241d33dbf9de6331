package app.seventv.model;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A ban (data-model.md §7.22).
 *
 * @param expiresAt null = permanent
 * @param removed non-null once lifted
 * @param permissions merged over the user's permissions while active
 */
public record UserBan(
    Id id,
    Id userId,
    Id createdById,
    String reason,
    List<String> tags,
    @Nullable Instant expiresAt,
    @Nullable Removed removed,
    Permissions permissions,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Permanent bans first, then the one that expires last. */
  public static final Comparator<UserBan> MOST_SEVERE_FIRST =
      Comparator.comparing(UserBan::expiresAt, Comparator.nullsFirst(Comparator.reverseOrder()));

  /** Copies the list. */
  public UserBan {
    tags = List.copyOf(tags);
  }

  /** Who lifted the ban, and when. */
  public record Removed(Instant removedAt, Id removedById) implements Document {

    static Removed read(DocumentReader in) {
      Removed removed = new Removed(in.date("removed_at"), in.id("removed_by_id"));
      in.rejectUnknown();
      return removed;
    }

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .date("removed_at", removedAt)
          .id("removed_by_id", removedById)
          .build();
    }
  }

  /** True if the ban applies at the given time. */
  public boolean isActive(Instant now) {
    return removed == null && (expiresAt == null || expiresAt.isAfter(now));
  }

  /** Reads the stored form; unknown fields are ignored. */
  public static UserBan read(DocumentReader in) {
    return new UserBan(
        in.id("_id"),
        in.id("user_id"),
        in.id("created_by_id"),
        in.string("reason"),
        in.strings("tags"),
        in.dateOrNull("expires_at"),
        in.documentOrNull("removed", Removed::read),
        in.document("permissions", Permissions::read),
        in.date("updated_at"),
        in.dateOrNull("search_updated_at"));
  }

  /** Reads a document of the collection. */
  public static UserBan fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.USER_BANS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .id("user_id", userId)
        .id("created_by_id", createdById)
        .string("reason", reason)
        .strings("tags", tags)
        .date("expires_at", expiresAt)
        .document("removed", removed)
        .document("permissions", permissions)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
