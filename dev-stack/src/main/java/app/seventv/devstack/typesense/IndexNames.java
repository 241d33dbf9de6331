package app.seventv.devstack.typesense;

/** Names of Lucene fields. Those made of a schema field have a prefix, so nothing can collide. */
final class IndexNames {
  /** The document key, as it is. */
  static final String ID = "_id";

  /** Insertion order, sortable and stored. */
  static final String SEQUENCE = "_sequence";

  /** The stored JSON. */
  static final String SOURCE = "_source";

  private IndexNames() {}

  /** Tokens with positions. */
  static String tokens(String field) {
    return "t:" + field;
  }

  /** The folded string as one term, for {@code :=} and the exact match bonus. */
  static String whole(String field) {
    return "w:" + field;
  }

  /** Numbers, booleans as 0 and 1, and the unfolded strings of facets and sorting. */
  static String values(String field) {
    return "v:" + field;
  }
}
