package app.seventv.devstack;

/** Something the developer can put right; the message is the one line that says how. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
