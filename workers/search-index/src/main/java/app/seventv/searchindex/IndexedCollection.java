package app.seventv.searchindex;

import app.seventv.model.search.SearchSchema;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import tools.jackson.databind.node.ObjectNode;

/**
 * A collection that the search index follows.
 *
 * @param schema its form in the index; the names are the same
 * @param reader reads a stored document
 * @param planner says what indexing it comes to
 * @param touchesOnDelete documents that depend on a deleted one, by its id
 * @param <T> its documents
 */
record IndexedCollection<T>(
    SearchSchema schema,
    Function<BsonDocument, T> reader,
    Planner<T> planner,
    Function<BsonValue, List<Touch>> touchesOnDelete) {

  /** Turns a document into what is to be done. */
  @FunctionalInterface
  interface Planner<T> {
    /** May read further documents; {@code mark} is the time of indexing. */
    IndexPlan plan(T document, Instant mark) throws Exception;
  }

  /** A collection that nothing depends on and that depends on nothing. */
  static <T> IndexedCollection<T> plain(
      SearchSchema schema,
      Function<BsonDocument, T> reader,
      BiFunction<T, Instant, ObjectNode> mapper) {
    return new IndexedCollection<>(
        schema,
        reader,
        (document, mark) -> IndexPlan.of(mapper.apply(document, mark)),
        id -> List.of());
  }

  /** The collection's name in the database and in the index. */
  String name() {
    return schema.name();
  }
}
