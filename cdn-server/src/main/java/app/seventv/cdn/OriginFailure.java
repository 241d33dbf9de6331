package app.seventv.cdn;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Why the origin gave no answer; without a stack trace, since an outage makes thousands. */
final class OriginFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Kinds of failure and the status that clients get (decision 0007). */
  enum Kind {
    /** The origin answered with a server error, or broke the connection or the transfer. */
    ERROR(502, "InternalServerError", "error"),
    /** The origin refused this request, e.g. 403; it is alive, and asking again is of no use. */
    REFUSED(502, "InternalServerError", "refused"),
    /** The deadline passed. */
    TIMEOUT(504, "Timeout", "timeout"),
    /** Too many requests wait for the origin already. */
    OVERLOADED(503, "Overloaded", "overloaded"),
    /** The origin failed so often that it is given a rest. */
    UNAVAILABLE(503, "Unavailable", "unavailable");

    private final int status;
    private final String label;
    private final String detail;

    Kind(int status, String label, String detail) {
      this.status = status;
      this.label = label;
      this.detail = detail;
    }

    int status() {
      return status;
    }

    /** Label value of {@code cache_upstream_response_total}. */
    String label() {
      return label;
    }

    /** The kind as a token of {@code Cache-Status}. */
    String detail() {
      return detail;
    }

    /** Whether the origin is to blame: it failed to answer, rather than declined to. */
    boolean isOutage() {
      return this == ERROR || this == TIMEOUT;
    }
  }

  private final Kind kind;

  OriginFailure(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  /** The failure behind whatever a future completed with. */
  static OriginFailure of(@Nullable Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof OriginFailure origin
        ? origin
        : new OriginFailure(Kind.ERROR, String.valueOf(cause));
  }
}
