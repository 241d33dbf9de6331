package app.seventv.model;

import java.time.Instant;
import org.bson.BsonDocument;

/** A custom profile picture (data-model.md §7.24). */
public record UserProfilePicture(Id id, Id userId, ImageSet imageSet, Instant updatedAt)
    implements Document {

  /** Reads the stored form. */
  public static UserProfilePicture read(DocumentReader in) {
    UserProfilePicture picture =
        new UserProfilePicture(
            in.id("_id"),
            in.id("user_id"),
            in.document("image_set", ImageSet::read),
            in.date("updated_at"));
    in.rejectUnknown();
    return picture;
  }

  /** Reads a document of the collection. */
  public static UserProfilePicture fromBson(BsonDocument document) {
    return read(DocumentReader.stored(CollectionNames.USER_PROFILE_PICTURES, document));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .id("_id", id)
        .id("user_id", userId)
        .document("image_set", imageSet)
        .date("updated_at", updatedAt)
        .build();
  }
}
