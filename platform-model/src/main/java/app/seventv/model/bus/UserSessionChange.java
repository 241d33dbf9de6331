package app.seventv.model.bus;

import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.Platform;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to a login session (event-api.md §15.4). */
public sealed interface UserSessionChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable UserSessionChange read(String kind, DocumentReader in) {
    return switch (kind) {
      case "create" ->
          new Create(in.int32OrNull("platform") == null ? null : Platform.read(in, "platform"));
      case "delete" -> new Delete();
      default -> null;
    };
  }

  /** Logged in, through a platform if it is known. */
  record Create(@Nullable Platform platform) implements UserSessionChange {

    @Override
    public String kind() {
      return "create";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter()
          .int32("platform", platform == null ? null : platform.code())
          .build();
    }
  }

  /** Logged out. */
  record Delete() implements UserSessionChange {

    @Override
    public String kind() {
      return "delete";
    }
  }
}
