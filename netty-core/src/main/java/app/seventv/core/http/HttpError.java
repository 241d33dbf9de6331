package app.seventv.core.http;

import org.jspecify.annotations.Nullable;

/** A failure with the status that the client shall see; carries no stack trace. */
public class HttpError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * @param status HTTP status, 400 to 599
   * @param message text that may be shown to the client
   */
  public HttpError(int status, String message) {
    this(status, message, null);
  }

  /** As above, with a cause for the log. */
  public HttpError(int status, String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
    this.status = status;
  }

  /** HTTP status code. */
  public int status() {
    return status;
  }

  /** Message for the client; never null. */
  public String clientMessage() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
