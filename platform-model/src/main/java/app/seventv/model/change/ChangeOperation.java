package app.seventv.model.change;

/** The values of {@code operationType} that the platform reads; servers may send others. */
public final class ChangeOperation {

  /** A new document. */
  public static final String INSERT = "insert";

  /** Some fields of a document changed. */
  public static final String UPDATE = "update";

  /** A document was replaced as a whole. */
  public static final String REPLACE = "replace";

  /** A document is gone. */
  public static final String DELETE = "delete";

  /**
   * Events were missed: whoever mirrors the collection of the header must compare all of it. The
   * message has no document key; a consumer that does not know it skips it.
   */
  public static final String INVALIDATE = "invalidate";

  private ChangeOperation() {}

  /** True for changes of a single document. */
  public static boolean isDocumentChange(String operation) {
    return switch (operation) {
      case INSERT, UPDATE, REPLACE, DELETE -> true;
      default -> false;
    };
  }
}
