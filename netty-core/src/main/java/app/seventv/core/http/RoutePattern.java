package app.seventv.core.http;

/**
 * A route as it was registered: a small fixed set, fit for labels. One instance per route.
 *
 * @param method method token, e.g. {@code GET} (HEAD requests match it too)
 * @param pattern path with its parameters in braces, e.g. {@code /v3/users/{id}}
 */
public record RoutePattern(String method, String pattern) {
  @Override
  public String toString() {
    return method + ' ' + pattern;
  }
}
