package app.seventv.model.change;

/** Names on the bus that both ends of the change notifications use (workers.md §3). */
public final class ChangeStreamNames {

  /** Header with the name of the collection that changed. */
  public static final String COLLECTION_HEADER = "collection";

  private ChangeStreamNames() {}

  /**
   * The name of the JetStream stream and of its only subject.
   *
   * @param prefix as configured; dashes at its end are dropped, dots become underscores
   */
  public static String stream(String prefix) {
    return normalize(prefix) + "::MongoChangeStream";
  }

  /** A prefix as it appears in names. */
  public static String normalize(String prefix) {
    int end = prefix.length();
    while (end > 0 && prefix.charAt(end - 1) == '-') {
      end--;
    }
    return prefix.substring(0, end).replace('.', '_');
  }
}
