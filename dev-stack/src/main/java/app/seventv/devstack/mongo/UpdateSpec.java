package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an update changes a document.
 *
 * @param change operators or a replacement; empty when {@code pipeline} is given
 * @param pipeline the stages of a pipeline update
 * @param arrayFilters the filters of {@code $[name]} paths
 */
record UpdateSpec(
    Document change, @Nullable List<Document> pipeline, @Nullable List<Document> arrayFilters) {

  /** Reads the field {@code u}, {@code update} or {@code updateMods} of a statement. */
  static UpdateSpec parse(Document statement, String field) {
    List<Document> filters =
        statement.get("arrayFilters") == null ? null : Docs.documents(statement, "arrayFilters");
    if (statement.get(field) instanceof Document change) {
      return new UpdateSpec(change, null, filters);
    }
    return new UpdateSpec(new Document(), Docs.documents(statement, field), filters);
  }

  boolean isReplacement() {
    return pipeline == null && !Docs.startsWithOperator(change);
  }

  /** True when a path refers to the array element that the filter matched. */
  boolean isPositional() {
    return change.values().stream()
        .anyMatch(fields ->
            fields instanceof Document paths
                && paths.keySet().stream()
                    .anyMatch(path -> path.endsWith(".$") || path.contains(".$.")));
  }
}
