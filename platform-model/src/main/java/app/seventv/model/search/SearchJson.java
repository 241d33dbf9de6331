package app.seventv.model.search;

import app.seventv.model.Id;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Helpers to build search documents. */
final class SearchJson {

  private SearchJson() {}

  static void putId(ObjectNode document, String field, @Nullable Id id) {
    document.put(field, id == null ? null : id.toString());
  }

  static void putTexts(ObjectNode document, String field, Collection<?> values) {
    ArrayNode array = document.putArray(field);
    values.forEach(value -> array.add(value.toString()));
  }
}
