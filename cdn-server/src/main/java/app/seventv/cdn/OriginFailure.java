package app.seventv.cdn;

import io.netty.channel.ConnectTimeoutException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/** Why the origin gave no answer; without a stack trace, since an outage makes thousands. */
final class OriginFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int MAX_CAUSES = 10;

  /** Kinds of failure and the status that clients get (decision 0007). */
  enum Kind {
    /** The origin answered with a server error, or broke the connection or the transfer. */
    ERROR(502, "InternalServerError", "error"),
    /** The origin refused this request, e.g. 403; it is alive, and asking again is of no use. */
    REFUSED(502, "InternalServerError", "refused"),
    /** The deadline passed. */
    TIMEOUT(504, "Timeout", "timeout"),
    /** The deadline passed while the request waited for its turn: others are to blame. */
    WAITED(504, "Timeout", "queued"),
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
        : new OriginFailure(isTimeout(cause) ? Kind.TIMEOUT : Kind.ERROR, String.valueOf(cause));
  }

  /** Whether a deadline of a client's own is at the bottom of a failure. */
  private static boolean isTimeout(@Nullable Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
      if (cause instanceof TimeoutException
          || cause instanceof io.netty.handler.timeout.TimeoutException
          || cause instanceof ConnectTimeoutException
          || cause instanceof ApiCallTimeoutException
          || cause instanceof ApiCallAttemptTimeoutException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
