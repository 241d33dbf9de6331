package app.seventv.model.bus;

import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.EntitlementNode;
import app.seventv.model.Permissions;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to a role (data-model.md §10). */
public sealed interface RoleChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable RoleChange read(String kind, DocumentReader in) {
    return switch (kind) {
      case "create" -> new Create();
      case "change_name" -> new ChangeName(in.string("old"), in.string("new"));
      case "change_color" -> new ChangeColor(in.int32OrNull("old"), in.int32OrNull("new"));
      case "change_permissions" ->
          new ChangePermissions(
              in.document("old", Permissions::read), in.document("new", Permissions::read));
      case "change_rank" -> new ChangeRank(in.int32("old"), in.int32("new"));
      case "add_entitlement" -> new AddEntitlement(in.document("target", EntitlementNode::read));
      case "remove_entitlement" ->
          new RemoveEntitlement(in.document("target", EntitlementNode::read));
      case "delete" -> new Delete();
      default -> null;
    };
  }

  /** Created. */
  record Create() implements RoleChange {

    @Override
    public String kind() {
      return "create";
    }
  }

  /** Another name. */
  record ChangeName(String old, String updated) implements RoleChange {

    @Override
    public String kind() {
      return "change_name";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().string("old", old).string("new", updated).build();
    }
  }

  /** Another colour, null = none. */
  record ChangeColor(@Nullable Integer old, @Nullable Integer updated) implements RoleChange {

    @Override
    public String kind() {
      return "change_color";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().int32("old", old).int32("new", updated).build();
    }
  }

  /** Other permissions. */
  record ChangePermissions(Permissions old, Permissions updated) implements RoleChange {

    @Override
    public String kind() {
      return "change_permissions";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("old", old).document("new", updated).build();
    }
  }

  /** Another rank. */
  record ChangeRank(int old, int updated) implements RoleChange {

    @Override
    public String kind() {
      return "change_rank";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().int32("old", old).int32("new", updated).build();
    }
  }

  /** It grants something more. */
  record AddEntitlement(EntitlementNode target) implements RoleChange {

    @Override
    public String kind() {
      return "add_entitlement";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("target", target).build();
    }
  }

  /** It grants something no longer. */
  record RemoveEntitlement(EntitlementNode target) implements RoleChange {

    @Override
    public String kind() {
      return "remove_entitlement";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("target", target).build();
    }
  }

  /** Deleted. */
  record Delete() implements RoleChange {

    @Override
    public String kind() {
      return "delete";
    }
  }
}
