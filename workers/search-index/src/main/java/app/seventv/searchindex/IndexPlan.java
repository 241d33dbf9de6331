package app.seventv.searchindex;

import java.util.List;
import org.bson.BsonDocument;
import tools.jackson.databind.node.ObjectNode;

/**
 * What indexing a document comes to.
 *
 * @param document for the search index
 * @param touches other documents that depend on it
 * @param changes fields of the stored document to set along with the mark
 */
record IndexPlan(ObjectNode document, List<Touch> touches, BsonDocument changes) {

  /** Nothing but the search document. */
  static IndexPlan of(ObjectNode document) {
    return new IndexPlan(document, List.of(), new BsonDocument());
  }
}
