package app.seventv.core.http;

import app.seventv.core.trace.TraceContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Head of a request: everything but the body. Header names compare without case. */
public final class Request {
  /** More query parameters than this are ignored. */
  static final int MAX_QUERY_PARAMETERS = 256;

  private static final String[] NO_PARAMETERS = {};

  private String method;
  private String path;
  private String rawQuery;
  private HttpHeaders headers;
  private Connection connection;
  private final @Nullable String connectProtocol;
  private String[] pathParameters = NO_PARAMETERS;
  private @Nullable Map<String, List<String>> queryParameters;
  private @Nullable RoutePattern route;
  private @Nullable TraceContext trace;
  private RequestIds ids = RequestIds.DEFAULT;
  private volatile @Nullable String id;

  /**
   * @param method method token, e.g. {@code GET}
   * @param target origin form of the request target (RFC 9112 §3.2.1)
   */
  public Request(String method, String target, HttpHeaders headers, Connection connection) {
    this(method, target, headers, connection, null);
  }

  /**
   * @param connectProtocol {@code :protocol} of an extended CONNECT (RFC 8441 §4, RFC 9220 §3)
   */
  Request(
      String method,
      String target,
      HttpHeaders headers,
      Connection connection,
      @Nullable String connectProtocol) {
    this.method = method;
    int question = target.indexOf('?');
    this.path = question < 0 ? target : target.substring(0, question);
    this.rawQuery = question < 0 ? "" : target.substring(question + 1);
    this.headers = headers;
    this.connection = connection;
    this.connectProtocol = connectProtocol;
  }

  /** Makes this another request: only for {@link SpareExchange}, which knows that none holds it. */
  void renew(String newMethod, String target, HttpHeaders newHeaders, Connection newConnection) {
    method = newMethod;
    int question = target.indexOf('?');
    path = question < 0 ? target : target.substring(0, question);
    rawQuery = question < 0 ? "" : target.substring(question + 1);
    headers = newHeaders;
    connection = newConnection;
    pathParameters = NO_PARAMETERS;
    queryParameters = null;
    route = null;
    trace = null;
    id = null;
  }

  /** Method token, case-sensitive. */
  public String method() {
    return method;
  }

  /** Path as sent, percent-encoding kept. */
  public String path() {
    return path;
  }

  /** Query as sent, without the question mark; empty when there is none. */
  public String rawQuery() {
    return rawQuery;
  }

  /** Path and query as sent. */
  public String target() {
    return rawQuery.isEmpty() ? path : path + '?' + rawQuery;
  }

  /** All header fields. */
  public HttpHeaders headers() {
    return headers;
  }

  /** First value of a header field, or null. */
  public @Nullable String header(CharSequence name) {
    return headers.get(name);
  }

  /** Transport facts. */
  public Connection connection() {
    return connection;
  }

  /**
   * Protocol that an extended CONNECT of HTTP/2 or HTTP/3 asks for ({@code websocket}), or null for
   * every other request (RFC 8441 §4, RFC 9220 §3).
   */
  public @Nullable String connectProtocol() {
    return connectProtocol;
  }

  /** Host and optional port: {@code :authority} or the {@code Host} field. */
  public @Nullable String authority() {
    return headers.get("host");
  }

  /** First decoded value of a query parameter, or null. */
  public @Nullable String queryParameter(String name) {
    List<String> values = queryParameters().get(name);
    return values == null || values.isEmpty() ? null : values.getFirst();
  }

  /** Decoded query parameters in the order of their first appearance. */
  public Map<String, List<String>> queryParameters() {
    Map<String, List<String>> parsed = queryParameters;
    if (parsed == null) {
      try {
        parsed =
            QueryStringDecoder.builder()
                .hasPath(false)
                .maxParams(MAX_QUERY_PARAMETERS)
                .build(rawQuery)
                .parameters();
      } catch (IllegalArgumentException e) {
        throw new HttpError(400, "malformed query string", e);
      }
      queryParameters = parsed;
    }
    return parsed;
  }

  /**
   * Decoded value that the router bound to {@code {name}}.
   *
   * @throws IllegalArgumentException if the matched pattern has no such parameter
   */
  public String pathParameter(String name) {
    for (int i = 0; i < pathParameters.length; i += 2) {
      if (pathParameters[i].equals(name)) {
        return pathParameters[i + 1];
      }
    }
    throw new IllegalArgumentException("route has no parameter {" + name + "}");
  }

  /** Called by the router: alternating names and values. */
  void bindPathParameters(String[] namesAndValues) {
    this.pathParameters = namesAndValues;
  }

  /** Route that the router matched, or null before and without that. */
  public @Nullable RoutePattern route() {
    return route;
  }

  /** Called by who chooses the handler; one instance per route of a small fixed set. */
  public void bindRoute(RoutePattern matched) {
    this.route = matched;
  }

  /**
   * Id of the request: {@code x-request-id} of a trusted proxy, else a new one. Costs nothing until
   * somebody asks.
   */
  public String id() {
    String known = id;
    return known == null ? firstId() : known;
  }

  /** The loop and a handler's thread may ask at the same time and must hear the same. */
  private synchronized String firstId() {
    String known = id;
    if (known == null) {
      known = ids.idOf(this);
      id = known;
    }
    return known;
  }

  /** Whether the client is to learn the id. */
  boolean showsId() {
    return ids.inResponse();
  }

  /** Called by the exchange. */
  void bindIds(RequestIds source) {
    this.ids = source;
  }

  /** Place of this request in its trace: the span of the server; null when traces are off. */
  public @Nullable TraceContext trace() {
    return trace;
  }

  /** Called by who makes the spans, before the handler runs. */
  public void bindTrace(TraceContext context) {
    this.trace = context;
  }

  @Override
  public String toString() {
    return method + ' ' + path;
  }
}
