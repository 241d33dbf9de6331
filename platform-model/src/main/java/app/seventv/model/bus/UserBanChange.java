package app.seventv.model.bus;

import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.Permissions;
import java.time.Instant;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to a ban (event-api.md §15.4). */
public sealed interface UserBanChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable UserBanChange read(String kind, DocumentReader in) {
    return switch (kind) {
      case "ban" -> new Ban();
      case "change_reason" -> new ChangeReason(in.string("old"), in.string("new"));
      case "change_expires_at" ->
          new ChangeExpiresAt(in.timestampOrNull("old"), in.timestampOrNull("new"));
      case "change_user_ban_permissions" ->
          new ChangePermissions(
              in.document("old", Permissions::read), in.document("new", Permissions::read));
      case "unban" -> new Unban();
      default -> null;
    };
  }

  /** Banned. */
  record Ban() implements UserBanChange {

    @Override
    public String kind() {
      return "ban";
    }
  }

  /** Another reason. */
  record ChangeReason(String old, String updated) implements UserBanChange {

    @Override
    public String kind() {
      return "change_reason";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().string("old", old).string("new", updated).build();
    }
  }

  /** Another end, null = permanent; RFC 3339 text, not dates. */
  record ChangeExpiresAt(@Nullable Instant old, @Nullable Instant updated)
      implements UserBanChange {

    @Override
    public String kind() {
      return "change_expires_at";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().timestamp("old", old).timestamp("new", updated).build();
    }
  }

  /** Other permissions. */
  record ChangePermissions(Permissions old, Permissions updated) implements UserBanChange {

    @Override
    public String kind() {
      return "change_user_ban_permissions";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("old", old).document("new", updated).build();
    }
  }

  /** Lifted. */
  record Unban() implements UserBanChange {

    @Override
    public String kind() {
      return "unban";
    }
  }
}
