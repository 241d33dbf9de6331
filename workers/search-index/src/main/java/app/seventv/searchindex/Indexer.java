package app.seventv.searchindex;

import org.bson.BsonValue;

/** Brings whatever depends on a document in line with it. */
@FunctionalInterface
interface Indexer {
  /**
   * Does it; called again for the same document it does no harm.
   *
   * @param id of the document, which may be gone
   * @throws PermanentFailure if it cannot be done until the document changes
   * @throws Exception if it may succeed another time
   */
  void index(BsonValue id) throws Exception;
}
