package app.seventv.website;

import app.seventv.core.http.HttpError;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** Path safety (website.md §2.1): decoded once, anything suspicious refused. */
final class RequestPath {
  static final int MAX_CHARACTERS = 2_048;

  private RequestPath() {}

  /**
   * Decodes the path of a request target.
   *
   * @throws HttpError 400 for paths that are too long, malformed, or could leave the site's folder
   */
  static String decode(String rawPath) {
    if (rawPath.length() > MAX_CHARACTERS) {
      throw new HttpError(400, "path too long");
    }
    if (!rawPath.startsWith("/")) {
      throw new HttpError(400, "path must start with '/'");
    }
    String path = decodePercent(rawPath);
    if (path.indexOf('\0') >= 0 || path.indexOf('\\') >= 0 || path.contains("/.")) {
      throw new HttpError(400, "forbidden path");
    }
    return path;
  }

  private static String decodePercent(String rawPath) {
    try {
      return URLDecoder.decode(rawPath.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new HttpError(400, "malformed percent-encoding in path", e);
    }
  }
}
