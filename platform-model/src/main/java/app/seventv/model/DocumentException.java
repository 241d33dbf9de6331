package app.seventv.model;

/**
 * A document that does not have the form of data-model.md. The message names the collection, the
 * document's id where known, and the path of the field; it never holds the value of a string field.
 */
public final class DocumentException extends RuntimeException {

  /** Makes the exception with its complete message. */
  public DocumentException(String message) {
    super(message);
  }
}
