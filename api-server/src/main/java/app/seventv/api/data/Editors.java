package app.seventv.api.data;

import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions;
import app.seventv.model.Id;
import app.seventv.model.UserEditor;
import com.mongodb.client.MongoCollection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/** Reads of editor rows, whose id is the pair of owner and editor. */
public final class Editors {
  private final MongoCollection<BsonDocument> collection;

  public Editors(Store store) {
    this.collection = store.collection(CollectionNames.USER_EDITORS);
  }

  /** The row by which {@code editor} edits for {@code owner}, in any state. */
  public @Nullable UserEditor find(Id owner, Id editor) {
    BsonDocument found =
        collection.find(new BsonDocument("_id", UserEditor.idToBson(owner, editor))).first();
    return found == null ? null : UserEditor.fromBson(found);
  }

  /** Whether a row grants a permission: only accepted editors act (api-v4.md §5.4). */
  public static boolean grants(@Nullable UserEditor row, EditorPermissions.Bit permission) {
    return row != null
        && row.state() == UserEditor.State.ACCEPTED
        && row.permissions().has(permission);
  }

  /** The editors of each owner. */
  public Map<Id, List<UserEditor>> byOwner(Collection<Id> owners) {
    return by("_id.user_id", owners, UserEditor::userId);
  }

  /** The owners that each editor edits for. */
  public Map<Id, List<UserEditor>> byEditor(Collection<Id> editors) {
    return by("_id.editor_id", editors, UserEditor::editorId);
  }

  private Map<Id, List<UserEditor>> by(
      String field, Collection<Id> ids, Function<UserEditor, Id> key) {
    Map<Id, List<UserEditor>> rows = new HashMap<>();
    ids.forEach(id -> rows.put(id, new ArrayList<>()));
    BsonArray values = new BsonArray(ids.stream().map(Id::toBson).toList());
    ReadableDocuments.all(
            collection
                .find(
                    new BsonDocument(field, new BsonDocument("$in", values)), RawBsonDocument.class)
                .sort(new BsonDocument("_id", new BsonInt32(1))),
            UserEditor::fromBson)
        .forEach(row -> rows.computeIfAbsent(key.apply(row), id -> new ArrayList<>()).add(row));
    return rows;
  }
}
