package app.seventv.searchindex;

import org.bson.BsonDocument;

/**
 * Documents that have to be indexed again because another one changed (workers.md §5.3).
 *
 * @param changes fields to set besides the times
 * @param one true if the filter matches one document at most
 */
record Touch(String collection, BsonDocument filter, BsonDocument changes, boolean one) {

  /** All documents that match. */
  static Touch many(String collection, BsonDocument filter) {
    return new Touch(collection, filter, new BsonDocument(), false);
  }

  /** A single document. */
  static Touch one(String collection, BsonDocument filter) {
    return new Touch(collection, filter, new BsonDocument(), true);
  }
}
