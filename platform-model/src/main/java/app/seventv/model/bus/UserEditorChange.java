package app.seventv.model.bus;

import app.seventv.model.DocumentReader;
import app.seventv.model.DocumentWriter;
import app.seventv.model.EditorPermissions;
import app.seventv.model.User;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/** What was done to a user's editor (event-api.md §15.4). */
public sealed interface UserEditorChange extends Change {

  /** Reads the details of a change; null for a kind this version does not know. */
  static @Nullable UserEditorChange read(
      String kind, DocumentReader in, EditorPermissions updated) {
    return switch (kind) {
      case "add_editor" -> new AddEditor(in.document("editor", User::read));
      case "remove_editor" -> new RemoveEditor(in.document("editor", User::read));
      case "edit_permissions" ->
          new EditPermissions(
              in.document("editor", User::read),
              in.document("old", EditorPermissions::read),
              updated);
      default -> null;
    };
  }

  /** Added. */
  record AddEditor(User editor) implements UserEditorChange {

    @Override
    public String kind() {
      return "add_editor";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("editor", editor).build();
    }

    @Override
    public BsonDocument auditData() {
      return new DocumentWriter().id("editor_id", editor.id()).build();
    }
  }

  /** Removed. */
  record RemoveEditor(User editor) implements UserEditorChange {

    @Override
    public String kind() {
      return "remove_editor";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("editor", editor).build();
    }

    @Override
    public BsonDocument auditData() {
      return new DocumentWriter().id("editor_id", editor.id()).build();
    }
  }

  /** May do other things; the new permissions are those of the entity. */
  record EditPermissions(User editor, EditorPermissions old, EditorPermissions updated)
      implements UserEditorChange {

    @Override
    public String kind() {
      return "edit_permissions";
    }

    @Override
    public BsonDocument busData() {
      return new DocumentWriter().document("editor", editor).document("old", old).build();
    }

    @Override
    public BsonDocument auditData() {
      return new DocumentWriter().document("old", old).document("new", updated).build();
    }
  }
}
