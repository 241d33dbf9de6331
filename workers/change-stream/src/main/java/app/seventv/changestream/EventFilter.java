package app.seventv.changestream;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;

/** What is done with an event (workers.md §2.3). */
enum EventFilter {
  /** It concerns no collection. */
  IGNORE,
  /** The search worker's own mark; nobody needs to hear of it. */
  SEARCH_UPDATE,
  /** It goes on the bus. */
  PUBLISH;

  private static final String MARK = "search_updated_at";

  /** Looks at an event as the server sent it. */
  static EventFilter of(BsonDocument event) {
    if (collection(event).isEmpty()) {
      return IGNORE;
    }
    return onlyMarks(event) ? SEARCH_UPDATE : PUBLISH;
  }

  /** The collection that changed, empty if none. */
  static String collection(BsonDocument event) {
    return event.get("ns") instanceof BsonDocument ns && ns.get("coll") instanceof BsonString name
        ? name.getValue()
        : "";
  }

  /**
   * True if the mark was set and nothing else happened. An update that only removes fields or cuts
   * arrays has no updated fields, but is a change all the same.
   */
  private static boolean onlyMarks(BsonDocument event) {
    if (!(event.get("updateDescription") instanceof BsonDocument update)
        || !(update.get("updatedFields") instanceof BsonDocument updated)) {
      return false;
    }
    return !updated.isEmpty()
        && updated.keySet().stream().allMatch(MARK::equals)
        && isEmptyArray(update, "removedFields")
        && isEmptyArray(update, "truncatedArrays");
  }

  private static boolean isEmptyArray(BsonDocument update, String field) {
    return !(update.get(field) instanceof BsonArray array) || array.isEmpty();
  }
}
