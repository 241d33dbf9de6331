package app.seventv.searchindex;

import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work.
 *
 * @param collection where something changed
 * @param id the document, null = the collection as a whole has to be compared
 */
record IndexKey(String collection, @Nullable BsonValue id) {

  /** For logs: the collection and the id as people write it. */
  @Override
  public String toString() {
    if (id == null) {
      return collection;
    }
    try {
      return collection + " " + DocumentIndexer.textId(id);
    } catch (PermanentFailure e) {
      return collection + " " + id;
    }
  }
}
