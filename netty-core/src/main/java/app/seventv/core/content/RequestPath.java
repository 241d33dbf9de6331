package app.seventv.core.content;

import app.seventv.core.http.HttpError;
import app.seventv.core.http.PercentCoding;

/** Paths of requests that name files: decoded once, and refused if they could name others. */
public final class RequestPath {
  /** Longer paths are refused. */
  public static final int MAX_CHARACTERS = 2_048;

  /** The one directory with a leading dot that is public (RFC 8615). */
  private static final String WELL_KNOWN = ".well-known";

  private RequestPath() {}

  /**
   * Decodes the path of a request target.
   *
   * @return a path that begins with a slash, without {@code .} and {@code ..} segments, hidden
   *     names, backslashes, control characters, or slashes that were encoded
   * @throws HttpError 400 for every other path
   */
  public static String decode(String rawPath) {
    if (rawPath.length() > MAX_CHARACTERS) {
      throw new HttpError(400, "path too long");
    }
    if (!rawPath.startsWith("/")) {
      throw new HttpError(400, "path must start with '/'");
    }
    if (rawPath.contains("%2f") || rawPath.contains("%2F")) {
      throw new HttpError(400, "encoded slash in path");
    }
    String path = PercentCoding.decode(rawPath);
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      boolean hidden = c == '/' && path.startsWith("/.", i) && !isWellKnown(path, i + 1);
      if (hidden || c == '\\' || c < ' ' || c == 0x7f) {
        throw new HttpError(400, "forbidden path");
      }
    }
    return path;
  }

  private static boolean isWellKnown(String path, int from) {
    int end = from + WELL_KNOWN.length();
    return path.startsWith(WELL_KNOWN, from) && (end == path.length() || path.charAt(end) == '/');
  }
}
