package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * A role (data-model.md §7.16).
 *
 * @param hoist shown separately
 * @param color RGBA bit pattern {@code 0xRRGGBBAA}, null = none
 * @param rank unique; higher wins
 * @param appliedRank the rank already propagated to users; kept by the search worker
 */
public record Role(
    Id id,
    String name,
    @Nullable String description,
    List<String> tags,
    Id createdBy,
    Permissions permissions,
    boolean hoist,
    @Nullable Integer color,
    int rank,
    @Nullable Integer appliedRank,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the list. */
  public Role {
    tags = List.copyOf(tags);
  }

  /** Reads the stored form. */
  public static Role read(DocumentReader in) {
    Role role =
        new Role(
            in.id("_id"),
            in.string("name"),
            in.stringOrNull("description"),
            in.strings("tags"),
            in.id("created_by"),
            in.document("permissions", Permissions::read),
            in.bool("hoist"),
            in.int32OrNull("color"),
            in.int32("rank"),
            in.int32OrNull("applied_rank"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return role;
  }

  /** Reads a document of the collection. */
  public static Role fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.ROLES, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .string("name", name)
        .string("description", description)
        .strings("tags", tags)
        .id("created_by", createdBy)
        .document("permissions", permissions)
        .bool("hoist", hoist)
        .int32("color", color)
        .int32("rank", rank)
        .int32("applied_rank", appliedRank)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
