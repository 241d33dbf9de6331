package app.seventv.model.bus;

import app.seventv.model.Badge;
import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.EmoteSet;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Id;
import app.seventv.model.Paint;
import app.seventv.model.User;
import java.util.List;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to a user (event-api.md §15.4). */
public sealed interface UserChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable UserChange read(String kind, DocumentReader in) {
    return switch (kind) {
      case "create" -> new Create();
      case "change_active_paint" ->
          new ChangeActivePaint(
              in.documentOrNull("old", Paint::read), in.documentOrNull("new", Paint::read));
      case "change_active_badge" ->
          new ChangeActiveBadge(
              in.documentOrNull("old", Badge::read), in.documentOrNull("new", Badge::read));
      case "change_active_emote_set" ->
          new ChangeActiveEmoteSet(
              in.documentOrNull("old", EmoteSet::read), in.documentOrNull("new", EmoteSet::read));
      case "add_connection" -> new AddConnection(in.document("connection", User.Connection::read));
      case "remove_connection" ->
          new RemoveConnection(in.document("connection", User.Connection::read));
      case "merge" ->
          new Merge(in.id("source_id"), in.documents("connections", User.Connection::read));
      case "delete" -> new Delete();
      case "add_entitlement" -> new AddEntitlement(in.document("target", EntitlementNode::read));
      case "remove_entitlement" ->
          new RemoveEntitlement(in.document("target", EntitlementNode::read));
      default -> null;
    };
  }

  /** Created. */
  record Create() implements UserChange {

    @Override
    public String kind() {
      return "create";
    }
  }

  /** Another paint. */
  record ChangeActivePaint(@Nullable Paint old, @Nullable Paint updated) implements UserChange {

    @Override
    public String kind() {
      return "change_active_paint";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("old", old).document("new", updated).build();
    }

    @Override
    public BsonDocument auditData() {
      return new DocumentWriter()
          .id("old", old == null ? null : old.id())
          .id("new", updated == null ? null : updated.id())
          .build();
    }
  }

  /** Another badge. */
  record ChangeActiveBadge(@Nullable Badge old, @Nullable Badge updated) implements UserChange {

    @Override
    public String kind() {
      return "change_active_badge";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("old", old).document("new", updated).build();
    }

    @Override
    public BsonDocument auditData() {
      return new DocumentWriter()
          .id("old", old == null ? null : old.id())
          .id("new", updated == null ? null : updated.id())
          .build();
    }
  }

  /** Another active emote set. */
  record ChangeActiveEmoteSet(@Nullable EmoteSet old, @Nullable EmoteSet updated)
      implements UserChange {

    @Override
    public String kind() {
      return "change_active_emote_set";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("old", old).document("new", updated).build();
    }

    @Override
    public BsonDocument auditData() {
      return new DocumentWriter()
          .id("old", old == null ? null : old.id())
          .id("new", updated == null ? null : updated.id())
          .build();
    }
  }

  /** A platform account was linked. */
  record AddConnection(User.Connection connection) implements UserChange {

    @Override
    public String kind() {
      return "add_connection";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("connection", connection).build();
    }

    @Override
    public BsonDocument auditData() {
      return new DocumentWriter().int32("platform", connection.platform().code()).build();
    }
  }

  /** A platform account was unlinked. */
  record RemoveConnection(User.Connection connection) implements UserChange {

    @Override
    public String kind() {
      return "remove_connection";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("connection", connection).build();
    }

    @Override
    public BsonDocument auditData() {
      return new DocumentWriter().int32("platform", connection.platform().code()).build();
    }
  }

  /** Another account was merged into this one. */
  record Merge(Id sourceId, List<User.Connection> connections) implements UserChange {

    @Override
    public String kind() {
      return "merge";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter()
          .id("source_id", sourceId)
          .documents("connections", connections)
          .build();
    }
  }

  /** Deleted. */
  record Delete() implements UserChange {

    @Override
    public String kind() {
      return "delete";
    }
  }

  /** An entitlement was given. */
  record AddEntitlement(EntitlementNode target) implements UserChange {

    @Override
    public String kind() {
      return "add_entitlement";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("target", target).build();
    }
  }

  /** An entitlement was taken. */
  record RemoveEntitlement(EntitlementNode target) implements UserChange {

    @Override
    public String kind() {
      return "remove_entitlement";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("target", target).build();
    }
  }
}
