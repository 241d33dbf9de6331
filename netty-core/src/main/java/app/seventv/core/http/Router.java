package app.seventv.core.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Route table, compiled once into a tree of path segments.
 *
 * <p>Patterns are literal segments, {@code {name}} for one non-empty segment, and {@code {name*}}
 * at the end for the rest of the path. A literal beats a parameter beats a rest. {@code HEAD} falls
 * back to {@code GET}; a path known under other methods answers 405 with {@code Allow}.
 */
public final class Router implements Handler {
  private final Node root;
  private final Handler notFound;

  private Router(Node root, Handler notFound) {
    this.root = root;
    this.notFound = notFound;
  }

  /** A new, empty table. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    Request request = exchange.request();
    List<String> values = new ArrayList<>(4);
    Node node = root.find(request.path(), 1, values);
    if (node == null) {
      notFound.handle(exchange);
      return;
    }
    Route route = node.route(request.method());
    if (route == null) {
      exchange.respond(Response.of(405).header("allow", node.allow()));
      return;
    }
    request.bindRoute(route.pattern);
    request.bindPathParameters(route.bind(values));
    route.handler.handle(exchange);
  }

  /** Collects routes; a duplicate or malformed pattern fails at once. */
  public static final class Builder {
    private final Node root = new Node();
    private Handler notFound = exchange -> exchange.fail(new HttpError(404, "no such resource"));

    private Builder() {}

    /** Adds a route. */
    public Builder route(String method, String pattern, Handler handler) {
      root.insert(method, pattern, handler);
      return this;
    }

    /** Adds a {@code GET} (and {@code HEAD}) route. */
    public Builder get(String pattern, Handler handler) {
      return route("GET", pattern, handler);
    }

    /** Adds a {@code POST} route. */
    public Builder post(String pattern, Handler handler) {
      return route("POST", pattern, handler);
    }

    /** Adds a {@code PUT} route. */
    public Builder put(String pattern, Handler handler) {
      return route("PUT", pattern, handler);
    }

    /** Adds a {@code PATCH} route. */
    public Builder patch(String pattern, Handler handler) {
      return route("PATCH", pattern, handler);
    }

    /** Adds a {@code DELETE} route. */
    public Builder delete(String pattern, Handler handler) {
      return route("DELETE", pattern, handler);
    }

    /** What answers paths that no pattern matches; by default a 404 through the error mapper. */
    public Builder notFound(Handler handler) {
      this.notFound = handler;
      return this;
    }

    /** The finished table. */
    public Router build() {
      return new Router(root, notFound);
    }
  }

  /** A handler and the names of its path parameters in order. */
  private record Route(RoutePattern pattern, Handler handler, List<String> names) {
    String[] bind(List<String> values) {
      String[] bound = new String[names.size() * 2];
      for (int i = 0; i < names.size(); i++) {
        bound[2 * i] = names.get(i);
        bound[2 * i + 1] = decode(values.get(i));
      }
      return bound;
    }

    private static String decode(String segment) {
      if (segment.indexOf('%') < 0) {
        return segment;
      }
      try {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        throw new HttpError(400, "malformed percent-encoding in path", e);
      }
    }
  }

  /** One segment position of the tree. */
  private static final class Node {
    private final Map<String, Node> literals = new HashMap<>();
    private @Nullable Node parameter;
    private @Nullable Node rest;
    private final Map<String, Route> routes = new TreeMap<>();

    void insert(String method, String pattern, Handler handler) {
      if (!pattern.startsWith("/")) {
        throw new IllegalArgumentException("route pattern must start with '/': " + pattern);
      }
      List<String> names = new ArrayList<>();
      Node node = this;
      String[] segments = pattern.substring(1).split("/", -1);
      for (int i = 0; i < segments.length; i++) {
        node = node.child(segments[i], i == segments.length - 1, names, pattern);
      }
      Route route = new Route(new RoutePattern(method, pattern), handler, List.copyOf(names));
      if (node.routes.putIfAbsent(method, route) != null) {
        throw new IllegalArgumentException("duplicate route: " + method + ' ' + pattern);
      }
    }

    private Node child(String segment, boolean last, List<String> names, String pattern) {
      if (!segment.startsWith("{") || !segment.endsWith("}")) {
        return literals.computeIfAbsent(segment, s -> new Node());
      }
      boolean takesRest = segment.endsWith("*}");
      if (takesRest && !last) {
        throw new IllegalArgumentException("{name*} must come last: " + pattern);
      }
      names.add(segment.substring(1, segment.length() - (takesRest ? 2 : 1)));
      Node next = takesRest ? rest : parameter;
      if (next == null) {
        next = new Node();
        if (takesRest) {
          rest = next;
        } else {
          parameter = next;
        }
      }
      return next;
    }

    /** Node of the path's remainder that starts at {@code from}; collects raw values on the way. */
    @Nullable Node find(String path, int from, List<String> values) {
      int slash = path.indexOf('/', from);
      String segment =
          slash < 0 ? path.substring(Math.min(from, path.length())) : path.substring(from, slash);
      Node found = descend(literals.get(segment), path, slash, values);
      if (found == null && parameter != null && !segment.isEmpty()) {
        values.add(segment);
        found = descend(parameter, path, slash, values);
        if (found == null) {
          values.removeLast();
        }
      }
      if (found == null && rest != null) {
        values.add(path.substring(Math.min(from, path.length())));
        found = rest;
      }
      return found;
    }

    private static @Nullable Node descend(
        @Nullable Node child, String path, int slash, List<String> values) {
      if (child == null) {
        return null;
      }
      if (slash < 0) {
        return child.routes.isEmpty() ? null : child;
      }
      return child.find(path, slash + 1, values);
    }

    @Nullable Route route(String method) {
      Route route = routes.get(method);
      return route == null && method.equals("HEAD") ? routes.get("GET") : route;
    }

    String allow() {
      List<String> methods = new ArrayList<>(routes.keySet());
      if (methods.contains("GET") && !methods.contains("HEAD")) {
        methods.add(methods.indexOf("GET") + 1, "HEAD");
      }
      return String.join(", ", methods);
    }
  }
}
