package app.seventv.core.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Route table, compiled once into a tree of path segments.
 *
 * <p>Patterns are literal segments, {@code {name}} for one non-empty segment, and {@code {name*}}
 * at the end for the rest of the path. A literal beats a parameter beats a rest. A trailing slash
 * counts. {@code HEAD} falls back to {@code GET}, {@code OPTIONS} is answered with {@code Allow}; a
 * path known under other methods fails with 405 and {@code Allow}. An extended CONNECT finds routes
 * of websockets alone: any other 200 would tell its client that a tunnel is open (RFC 8441 §5).
 *
 * <p>Percent-encoded characters that need no encoding are the same as those characters (RFC 3986
 * §6.2.2.2); an encoded slash is part of its segment. Parameters are decoded; {@code %00} and
 * malformed encodings in them fail with 400, unless {@link Builder#undecodedParameters} leaves that
 * to the handlers.
 */
public final class Router implements Handler {
  private final RouteNode root;
  private final int maxParameters;
  private final boolean decodes;
  private final Handler notFound;

  private Router(RouteNode root, int maxParameters, boolean decodes, Handler notFound) {
    this.root = root;
    this.maxParameters = maxParameters;
    this.decodes = decodes;
    this.notFound = notFound;
  }

  /** A new, empty table. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    Request request = exchange.request();
    String path = PercentCoding.normalized(request.path());
    int[] bounds = new int[2 * maxParameters];
    RouteNode node = path.startsWith("/") ? root.find(path, 1, bounds, 0) : null;
    if (node == null) {
      notFound.handle(exchange);
      return;
    }
    RouteNode.Route route = node.route(request.method());
    if (route != null) {
      request.bindRoute(route.pattern());
      request.bindPathParameters(bind(route, path, bounds));
      route.handler().handle(exchange);
    } else if (request.method().equals("OPTIONS")) {
      exchange.respond(Response.of(204).header(HttpHeaderNames.ALLOW, node.allow() + ", OPTIONS"));
    } else {
      throw new HttpError(405, "the resource does not know this method")
          .with("allow", node.allow());
    }
  }

  private String[] bind(RouteNode.Route route, String path, int[] bounds) {
    List<String> names = route.names();
    String[] bound = new String[2 * names.size()];
    for (int i = 0; i < names.size(); i++) {
      bound[2 * i] = names.get(i);
      String segment = path.substring(bounds[2 * i], bounds[2 * i + 1]);
      bound[2 * i + 1] = decodes ? PercentCoding.decode(segment) : segment;
    }
    return bound;
  }

  /** Collects routes; a duplicate or malformed pattern fails at once. */
  public static final class Builder {
    private final RouteNode.Draft root = new RouteNode.Draft();
    private int maxParameters;
    private boolean decodes = true;
    private Handler notFound = exchange -> exchange.fail(new HttpError(404, "no such resource"));

    private Builder() {}

    /** Adds a route. */
    public Builder route(String method, String pattern, Handler handler) {
      if (!pattern.startsWith("/")) {
        throw new IllegalArgumentException("route pattern must start with '/': " + pattern);
      }
      List<String> names = new ArrayList<>();
      RouteNode.Draft node = root;
      String[] segments = pattern.substring(1).split("/", -1);
      for (int i = 0; i < segments.length; i++) {
        node = node.child(segments[i], i == segments.length - 1, names, pattern);
      }
      Set<String> distinct = new HashSet<>(names);
      if (distinct.size() < names.size()) {
        throw new IllegalArgumentException("parameter named twice: " + pattern);
      }
      maxParameters = Math.max(maxParameters, names.size());
      node.add(
          method,
          new RouteNode.Route(new RoutePattern(method, pattern), handler, List.copyOf(names)),
          pattern);
      return this;
    }

    /** Adds a {@code GET} (and {@code HEAD}) route. */
    public Builder get(String pattern, Handler handler) {
      return route("GET", pattern, handler);
    }

    /** Adds a route of websockets: {@code GET} in HTTP/1.1, extended CONNECT in HTTP/2 and 3. */
    public Builder webSocket(String pattern, Handler handler) {
      return get(pattern, handler).route("CONNECT", pattern, handler);
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

    /**
     * Handlers get parameters as they stand in the path, and decode and refuse them in their own
     * words; no encoding, however malformed, keeps a path from its route.
     */
    public Builder undecodedParameters() {
      this.decodes = false;
      return this;
    }

    /** The finished table. */
    public Router build() {
      return new Router(root.compile(), maxParameters, decodes, notFound);
    }
  }
}
