package app.seventv.core.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A failure with the status that the client shall see, and header fields that belong to it; carries
 * no stack trace.
 */
public class HttpError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final ArrayList<String> fields = new ArrayList<>(0);

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

  /**
   * Adds a header field that the response carries whatever the {@link ErrorMapper} makes of it,
   * e.g. {@code retry-after}, {@code allow} or {@code content-range}.
   */
  public HttpError with(String name, String value) {
    fields.add(name);
    fields.add(value);
    return this;
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

  /** Sets the failure's own fields. */
  void applyTo(HttpHeaders headers) {
    for (int i = 0; i < fields.size(); i += 2) {
      headers.set(fields.get(i), fields.get(i + 1));
    }
  }
}
