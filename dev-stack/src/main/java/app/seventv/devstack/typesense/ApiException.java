package app.seventv.devstack.typesense;

/** A refusal with its HTTP status; the message is the {@code message} of the JSON reply. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  ApiException(int status, String message) {
    // Refusals are answers, not faults: they carry no stack trace.
    super(message, null, false, false);
    this.status = status;
  }

  static ApiException badRequest(String message) {
    return new ApiException(400, message);
  }

  static ApiException notFound(String message) {
    return new ApiException(404, message);
  }

  static ApiException conflict(String message) {
    return new ApiException(409, message);
  }

  static ApiException unprocessable(String message) {
    return new ApiException(422, message);
  }

  int status() {
    return status;
  }

  /** The message; unlike {@link #getMessage()} never null. */
  String text() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
