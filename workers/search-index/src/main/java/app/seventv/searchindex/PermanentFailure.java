package app.seventv.searchindex;

/** A document that cannot be indexed however often it is tried; only a change of it can help. */
final class PermanentFailure extends Exception {

  PermanentFailure(String message) {
    super(message);
  }

  PermanentFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
