package app.seventv.api.web;

import app.seventv.api.cache.DependencySet;
import app.seventv.api.cache.ResponseCache;
import app.seventv.api.cache.ResponseCache.Rendered;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.RequestContext;
import app.seventv.api.graphql.GraphqlEngine;
import app.seventv.api.graphql.GraphqlRequest;
import app.seventv.api.graphql.GraphqlRequests;
import app.seventv.api.uploads.Multipart;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The GraphQL endpoints: bodies in, answers out (api-v4.md §8, api-v3.md §11.1). */
public final class GraphqlRoutes {
  /** Largest request body. */
  public static final int MAX_BODY_BYTES = 1024 * 1024;

  private static final int MAX_KEPT_BODY_BYTES = 4096;

  private static final String OPERATIONS = "operations";

  private static final String EASTER_EGG = "forsen";

  private GraphqlRoutes() {}

  /** {@code POST /v4/gql}. */
  public static void registerV4(Router.Builder routes, Pipeline pipeline, GraphqlEngine engine) {
    routes.post("/v4/gql", pipeline.handler(MAX_BODY_BYTES, request -> post(request, engine)));
  }

  /** {@code /v3/gql} with any method. */
  public static void registerV3(
      Router.Builder routes, Pipeline pipeline, Reads reads, GraphqlEngine engine) {
    routes.get("/v3/gql", pipeline.handler(0, request -> get(request, engine)));
    for (String method : List.of("POST", "PUT", "PATCH", "DELETE")) {
      routes.route(
          method,
          "/v3/gql",
          pipeline.handler(
              MAX_BODY_BYTES,
              (request, body) -> reads.find(request, Body.of(body)),
              request -> keeping(request, reads, engine)));
    }
  }

  /**
   * A request's body as the name of its answer: clients say the same thing in the same bytes. Large
   * ones name nothing.
   */
  private record Body(ByteBuffer bytes) implements ResponseCache.Weighty {
    private static final int OBJECT_BYTES = 80;

    @Override
    public int weight() {
      return bytes.capacity() + OBJECT_BYTES;
    }

    static @Nullable Body of(byte[] body) {
      return body.length > MAX_KEPT_BODY_BYTES ? null : new Body(ByteBuffer.wrap(body));
    }
  }

  private static Response keeping(ApiRequest request, Reads reads, GraphqlEngine engine) {
    try {
      GraphqlRequests requests = requests(request);
      // What a multipart body says depends on a header, too.
      Body name = requests.batch() || multipart(request) != null ? null : Body.of(request.body());
      GraphqlRequest first = requests.items().getFirst();
      return name != null && Reads.isOrdinary(request.context().caller()) && engine.keeps(first)
          ? reads.answer(request.head(), name, () -> render(first, request.context(), engine))
          : run(request, engine, requests);
    } catch (GraphqlRequests.Malformed e) {
      return Response.text(400, String.valueOf(e.getMessage()));
    }
  }

  private static GraphqlRequests requests(ApiRequest request) {
    String multipart = multipart(request);
    return GraphqlRequests.parse(
        multipart == null ? request.body() : operations(multipart, request.body()));
  }

  /** The content type if it says that there are several parts, else null. */
  private static @Nullable String multipart(ApiRequest request) {
    String type = request.head().header(HttpHeaderNames.CONTENT_TYPE);
    return type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart/") ? type : null;
  }

  /**
   * The requests in a multipart body (graphql-multipart-request-spec). No argument takes a file, so
   * a body with files is refused.
   */
  private static byte[] operations(String contentType, byte[] body) {
    byte[] operations;
    try {
      operations = Multipart.parse(contentType, body, Set.of(OPERATIONS, "map")).get(OPERATIONS);
    } catch (ApiException e) {
      throw new GraphqlRequests.Malformed("Invalid request: " + e.text());
    }
    if (operations == null) {
      throw new GraphqlRequests.Malformed("Invalid request: missing part `operations`");
    }
    return operations;
  }

  private static Rendered render(GraphqlRequest one, RequestContext context, GraphqlEngine engine) {
    DependencySet dependencies = new DependencySet();
    Map<String, @Nullable Object> answer = engine.execute(one, context.keeping(dependencies));
    if (answer.containsKey("errors")) {
      dependencies.until(Instant.EPOCH);
    }
    byte[] json = Json.mapper().writeValueAsBytes(answer);
    return new Rendered(new JsonWriter(json.length).raw(json), dependencies);
  }

  private static Response post(ApiRequest request, GraphqlEngine engine) {
    try {
      return run(request, engine, requests(request));
    } catch (GraphqlRequests.Malformed e) {
      return Response.text(400, String.valueOf(e.getMessage()));
    }
  }

  /** Refused where a browser could be made to send it for somebody else. */
  private static Response get(ApiRequest request, GraphqlEngine engine) {
    Request head = request.head();
    if (head.header("cookie") != null
        || head.header("origin") != null
        || head.header("referer") != null) {
      throw ApiException.badRequest("GET requests must not carry cookies or come from a page");
    }
    String query = head.queryParameter("query");
    if (query == null) {
      return Response.text(400, "Invalid request: missing field `query`");
    }
    String operation = head.queryParameter("operation_name");
    try {
      GraphqlRequest one =
          new GraphqlRequest(
              query,
              operation == null ? head.queryParameter("operationName") : operation,
              GraphqlRequests.variables(head.queryParameter("variables")));
      return run(request, engine, new GraphqlRequests(List.of(one), false));
    } catch (GraphqlRequests.Malformed e) {
      return Response.text(400, String.valueOf(e.getMessage()));
    }
  }

  private static Response run(ApiRequest request, GraphqlEngine engine, GraphqlRequests requests) {
    boolean egg = !requests.batch() && requests.items().getFirst().query().equals(EASTER_EGG);
    Object answer = egg ? Map.of("data", "forsen1") : engine.execute(requests, request.context());
    return Json.response(200, answer);
  }
}
