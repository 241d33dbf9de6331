package app.seventv.model.bus;

import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to a profile picture (event-api.md §15.4). */
public sealed interface ProfilePictureChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable ProfilePictureChange read(String kind, DocumentReader in) {
    return switch (kind) {
      case "create" -> new Create();
      case "process" -> new ImageProcessing(in.document("event", ProcessEvent::read));
      default -> null;
    };
  }

  /** Uploaded, not processed yet. */
  record Create() implements ProfilePictureChange {

    @Override
    public String kind() {
      return "create";
    }
  }

  /** A step of image processing. */
  record ImageProcessing(ProcessEvent event) implements ProfilePictureChange {

    @Override
    public String kind() {
      return "process";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("event", event).build();
    }
  }
}
