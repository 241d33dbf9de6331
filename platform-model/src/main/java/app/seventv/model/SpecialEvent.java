package app.seventv.model;

import java.time.Instant;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** A named bundle of rewards, which are its outgoing edges (data-model.md §7.13). */
public record SpecialEvent(
    Id id,
    String name,
    @Nullable String description,
    List<String> tags,
    Id createdBy,
    Instant updatedAt,
    @Nullable Instant searchUpdatedAt)
    implements Document {

  /** Copies the collections. */
  public SpecialEvent {
    tags = List.copyOf(tags);
  }

  /** Reads the stored form. */
  public static SpecialEvent read(DocumentReader in) {
    SpecialEvent found =
        new SpecialEvent(
            in.id("_id"),
            in.string("name"),
            in.stringOrNull("description"),
            in.strings("tags"),
            in.id("created_by"),
            in.date("updated_at"),
            in.dateOrNull("search_updated_at"));
    in.rejectUnknown();
    return found;
  }

  /** Reads a document of the collection. */
  public static SpecialEvent fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.SPECIAL_EVENTS, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .string("name", name)
        .string("description", description)
        .strings("tags", tags)
        .id("created_by", createdBy)
        .date("updated_at", updatedAt)
        .date("search_updated_at", searchUpdatedAt)
        .build();
  }
}
