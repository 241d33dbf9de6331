package app.seventv.model.bus;

import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to a moderation request (data-model.md §10). */
public sealed interface ModerationRequestChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable ModerationRequestChange read(String kind, DocumentReader in) {
    return switch (kind) {
      case "create" -> new Create();
      case "change_status" -> new ChangeStatus(in.int32("old"), in.int32("new"));
      default -> null;
    };
  }

  /** Created. */
  record Create() implements ModerationRequestChange {

    @Override
    public String kind() {
      return "create";
    }
  }

  /** Another status, by number. */
  record ChangeStatus(int old, int updated) implements ModerationRequestChange {

    @Override
    public String kind() {
      return "change_status";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().int32("old", old).int32("new", updated).build();
    }
  }
}
