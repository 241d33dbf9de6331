package app.seventv.core.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One segment position of a {@link Router}'s tree. Matching makes no strings. */
final class RouteNode {
  /** Sorted by {@link #compare}, for {@link #literal}. */
  private final List<String> literals;

  private final List<RouteNode> literalNodes;
  private final @Nullable RouteNode parameter;
  private final @Nullable RouteNode rest;
  private final Map<String, Route> routes;

  private RouteNode(Draft draft) {
    List<String> names = new ArrayList<>(draft.literals.keySet());
    names.sort((a, b) -> compare(a, b, 0, b.length()));
    this.literals = List.copyOf(names);
    this.literalNodes = names.stream().map(name -> compiled(draft.literals, name)).toList();
    this.parameter = draft.parameter == null ? null : draft.parameter.compile();
    this.rest = draft.rest == null ? null : draft.rest.compile();
    this.routes = new TreeMap<>(draft.routes);
  }

  private static RouteNode compiled(Map<String, Draft> drafts, String name) {
    Draft draft = drafts.get(name);
    if (draft == null) {
      throw new IllegalStateException("no draft of " + name);
    }
    return draft.compile();
  }

  /** A handler and the names of its path parameters in order. */
  record Route(RoutePattern pattern, Handler handler, List<String> names) {}

  /** A node that is still being filled. */
  static final class Draft {
    private final Map<String, Draft> literals = new TreeMap<>();
    private @Nullable Draft parameter;
    private @Nullable Draft rest;
    private final Map<String, Route> routes = new TreeMap<>();

    /** The node of the next segment of a pattern; made if it is new. */
    Draft child(String segment, boolean last, List<String> names, String pattern) {
      if (!segment.startsWith("{") || !segment.endsWith("}")) {
        return literals.computeIfAbsent(segment, s -> new Draft());
      }
      boolean takesRest = segment.endsWith("*}");
      if (takesRest && !last) {
        throw new IllegalArgumentException("{name*} must come last: " + pattern);
      }
      names.add(segment.substring(1, segment.length() - (takesRest ? 2 : 1)));
      Draft next = takesRest ? rest : parameter;
      if (next == null) {
        next = new Draft();
        if (takesRest) {
          rest = next;
        } else {
          parameter = next;
        }
      }
      return next;
    }

    void add(String method, Route route, String pattern) {
      if (routes.putIfAbsent(method, route) != null) {
        throw new IllegalArgumentException("duplicate route: " + method + ' ' + pattern);
      }
    }

    RouteNode compile() {
      return new RouteNode(this);
    }
  }

  /**
   * Node of the path's remainder, or null.
   *
   * @param from where this position's segment begins
   * @param bounds receives first and last (exclusive) index of each parameter
   * @param depth parameters bound so far
   */
  @Nullable RouteNode find(String path, int from, int[] bounds, int depth) {
    int slash = path.indexOf('/', from);
    int end = slash < 0 ? path.length() : slash;
    RouteNode found = descend(literal(path, from, end), path, slash, bounds, depth);
    if (found == null && parameter != null && end > from) {
      bounds[2 * depth] = from;
      bounds[2 * depth + 1] = end;
      found = descend(parameter, path, slash, bounds, depth + 1);
    }
    if (found == null && rest != null) {
      bounds[2 * depth] = from;
      bounds[2 * depth + 1] = path.length();
      found = rest;
    }
    return found;
  }

  private static @Nullable RouteNode descend(
      @Nullable RouteNode child, String path, int slash, int[] bounds, int depth) {
    if (child == null) {
      return null;
    }
    if (slash < 0) {
      return child.routes.isEmpty() ? null : child;
    }
    return child.find(path, slash + 1, bounds, depth);
  }

  private @Nullable RouteNode literal(String path, int from, int end) {
    int low = 0;
    int high = literals.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compare(literals.get(middle), path, from, end);
      if (order == 0) {
        return literalNodes.get(middle);
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /** Orders by length, then by character: most lookups end at the lengths. */
  private static int compare(String literal, String path, int from, int end) {
    int order = Integer.compare(literal.length(), end - from);
    for (int i = 0; order == 0 && i < literal.length(); i++) {
      order = Character.compare(literal.charAt(i), path.charAt(from + i));
    }
    return order;
  }

  @Nullable Route route(String method) {
    Route route = routes.get(method);
    return route == null && method.equals("HEAD") ? routes.get("GET") : route;
  }

  /** Value of {@code Allow}. */
  String allow() {
    List<String> methods = new ArrayList<>(routes.keySet());
    if (methods.contains("GET") && !methods.contains("HEAD")) {
      methods.add(methods.indexOf("GET") + 1, "HEAD");
    }
    return String.join(", ", methods);
  }
}
