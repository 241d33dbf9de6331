package app.seventv.model.bus;

import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to a badge (data-model.md §10). */
public sealed interface BadgeChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable BadgeChange read(String kind, DocumentReader in) {
    return switch (kind) {
      case "create" -> new Create();
      case "process" -> new ImageProcessing(in.document("event", ProcessEvent::read));
      default -> null;
    };
  }

  /** Created. */
  record Create() implements BadgeChange {

    @Override
    public String kind() {
      return "create";
    }
  }

  /** A step of image processing. */
  record ImageProcessing(ProcessEvent event) implements BadgeChange {

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
