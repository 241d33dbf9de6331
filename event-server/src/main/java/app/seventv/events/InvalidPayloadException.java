package app.seventv.events;

/** A message that breaks the protocol (close code 4002); carries no stack trace. */
final class InvalidPayloadException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidPayloadException(String message) {
    super(message, null, false, false);
  }
}
