package app.seventv.api.common;

import com.mongodb.MongoTimeoutException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A refusal with the exact status, code and text that the client sees (api-v4.md §1.4, api-v3.md
 * §3). Carries no stack trace: a refused request must cost less than a good one.
 */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final ErrorCode code;
  private final String text;
  private final transient Map<String, String> headers;

  public ApiException(int status, ErrorCode code, String text) {
    this(status, code, text, Map.of(), null);
  }

  private ApiException(
      int status,
      ErrorCode code,
      String text,
      Map<String, String> headers,
      @Nullable Throwable cause) {
    super(code + " " + text, cause, false, cause != null);
    this.status = status;
    this.code = code;
    this.text = text;
    this.headers = headers;
  }

  /** 400 BAD_REQUEST. */
  public static ApiException badRequest(String text) {
    return new ApiException(400, ErrorCode.BAD_REQUEST, text);
  }

  /** 403 LACKING_PRIVILEGES. */
  public static ApiException forbidden(String text) {
    return new ApiException(403, ErrorCode.LACKING_PRIVILEGES, text);
  }

  /** 401 LOGIN_REQUIRED: the operation needs a user (api-v4.md §3.2). */
  public static ApiException loginRequired() {
    return new ApiException(401, ErrorCode.LOGIN_REQUIRED, "you are not logged in");
  }

  /** 404 LOAD_ERROR. */
  public static ApiException notFound(String text) {
    return new ApiException(404, ErrorCode.LOAD_ERROR, text);
  }

  /** What was looked for, or {@link #notFound} if it is null. */
  public static <T> T found(@Nullable T value, String textIfNot) {
    if (value == null) {
      throw notFound(textIfNot);
    }
    return value;
  }

  /** 409 BAD_REQUEST: the change clashes with the present state. */
  public static ApiException conflict(String text) {
    return new ApiException(409, ErrorCode.BAD_REQUEST, text);
  }

  /** 501 BAD_REQUEST: part of the contract that this server does not serve yet. */
  public static ApiException notImplemented() {
    return new ApiException(501, ErrorCode.BAD_REQUEST, "not implemented");
  }

  /**
   * 500 LOAD_ERROR caused by a failing store or provider, 504 if the database has not answered in
   * time; the cause is for the log only.
   */
  public static ApiException loadFailed(String text, Throwable cause) {
    return cause instanceof MongoTimeoutException
        ? databaseTimeout()
        : new ApiException(500, ErrorCode.LOAD_ERROR, text, Map.of(), cause);
  }

  /**
   * 504 LOAD_ERROR: the database has not answered in time. Without a cause, as there is one such
   * answer per request then, and each would fill the log with the same.
   */
  public static ApiException databaseTimeout() {
    return new ApiException(504, ErrorCode.LOAD_ERROR, "the database did not answer in time");
  }

  /** 504 LOAD_ERROR: whatever the answer waits for takes too long. */
  public static ApiException tooLate() {
    return new ApiException(504, ErrorCode.LOAD_ERROR, "the answer took too long");
  }

  /** An error of our own making (status 500) whose cause is kept for the log. */
  public static ApiException internal(ErrorCode code, String text, Throwable cause) {
    return new ApiException(500, code, text, Map.of(), cause);
  }

  /** 429 RATE_LIMIT_EXCEEDED with the rate-limit headers of the refusal (api-v4.md §4). */
  public static ApiException rateLimited(Map<String, String> headers) {
    return new ApiException(
        429, ErrorCode.RATE_LIMIT_EXCEEDED, "rate limit exceeded", headers, null);
  }

  public int status() {
    return status;
  }

  public ErrorCode code() {
    return code;
  }

  /** The human text, without the code; {@link #getMessage()} has both, as GraphQL sends it. */
  public String text() {
    return text;
  }

  /** Headers that belong to the refusal: HTTP headers in REST, {@code extensions} in GraphQL. */
  public Map<String, String> headers() {
    return headers;
  }
}
