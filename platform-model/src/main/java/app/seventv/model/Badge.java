package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** A badge (data-model.md §7.1). */
public record Badge(
    Id id,
    String name,
    @Nullable String description,
    List<String> tags,
    ImageSet imageSet,
    Id createdById,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the list. */
  public Badge {
    tags = List.copyOf(tags);
  }

  /** Reads the stored form. */
  public static Badge read(DocumentReader in) {
    Badge badge =
        new Badge(
            in.id("_id"),
            in.string("name"),
            in.stringOrNull("description"),
            in.strings("tags"),
            in.document("image_set", ImageSet::read),
            in.id("created_by_id"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return badge;
  }

  /** Reads a document of the collection. */
  public static Badge fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.BADGES, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .string("name", name)
        .string("description", description)
        .strings("tags", tags)
        .document("image_set", imageSet)
        .id("created_by_id", createdById)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
