package app.seventv.core.observe;

import app.seventv.core.http.Request;
import java.util.Set;

/** Parts of requests as they may appear in logs and spans: bounded, without the query. */
final class RequestText {
  private static final int MAX_PATH_CHARS = 256;

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE");

  private RequestText() {}

  /** The method if it is a standard one, else {@code _OTHER}. */
  static String method(Request request) {
    return METHODS.contains(request.method()) ? request.method() : "_OTHER";
  }

  /** The path, cut off where it gets long. */
  static String path(Request request) {
    String path = request.path();
    return path.length() <= MAX_PATH_CHARS ? path : path.substring(0, MAX_PATH_CHARS) + "…";
  }
}
