package app.seventv.cdn;

import app.seventv.core.content.ConditionalResponse;
import app.seventv.core.http.ClientAddress;
import app.seventv.core.http.ErrorMapper;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers for images: canonical paths, cache, origin, header fields (cdn.md §2 and §3).
 *
 * <p>A request whose path is that of an object in memory is answered at once: what is in memory is
 * there under its canonical path, so such a path needs neither routing nor parsing.
 */
final class ImageHandler {
  /** A replacement is good for as long as we believe that the object itself is missing. */
  static final String FALLBACK_CACHE_CONTROL = "public, max-age=10, s-maxage=10";

  private static final String ALLOW = "GET,HEAD";

  /** Fields of a whole answer from memory, with those that the server adds. */
  private static final int HIT_FIELDS = 22;

  /** Fields of the last answer that was given at once, which has been sent. */
  private static final FastThreadLocal<HttpHeaders> FIELDS_OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected HttpHeaders initialValue() {
          return Response.newHeaders(CdnHeaders.OWN_FIELDS);
        }
      };

  private final CdnHeaders headers;
  private final ClientAddress clientAddress;
  private final ObjectStore store;
  private final boolean fallbacks;
  private final CdnMetrics metrics;
  private final LongSupplier nanoClock;

  /**
   * @param fallbacks whether another form is served in place of one that does not exist
   */
  ImageHandler(
      CdnHeaders headers,
      ClientAddress clientAddress,
      ObjectStore store,
      boolean fallbacks,
      CdnMetrics metrics,
      LongSupplier nanoClock) {
    this.headers = headers;
    this.clientAddress = clientAddress;
    this.store = store;
    this.fallbacks = fallbacks;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
  }

  /** Everything that the content listeners serve. */
  Handler routes(Handler status) {
    Router.Builder routes = Router.builder().undecodedParameters();
    known(routes, "/", status);
    for (ImagePath.Kind kind : ImagePath.Kind.values()) {
      known(routes, kind.route().pattern(), image(kind::parse));
    }
    routes.notFound(exchange ->
        exchange.respond(
            exchange.request().method().equals("OPTIONS")
                ? CdnHeaders.preflight(null)
                : empty(404)));
    Router router = routes.build();
    return new Handler() {
      @Override
      public @Nullable Response answerAtOnce(Request request) {
        return refusal(request) == null ? hit(request, FIELDS_OF_LOOP.get()) : null;
      }

      @Override
      public void handle(Exchange exchange) throws Exception {
        answer(exchange, router);
      }
    };
  }

  private void answer(Exchange exchange, Router router) throws Exception {
    Request request = exchange.request();
    HttpError refusal = refusal(request);
    if (refusal != null) {
      refuse(exchange, refusal);
      return;
    }
    Response hit = hit(request, Response.newHeaders(CdnHeaders.OWN_FIELDS));
    if (hit != null) {
      exchange.respond(hit);
      return;
    }
    if (conditionalHit(exchange, request)) {
      return;
    }
    if (!request.method().equals("OPTIONS")) {
      commonFields(exchange);
    }
    router.handle(exchange);
  }

  /** Why a request is refused that does not come by a trusted proxy (cdn.md §3.4), or null. */
  private @Nullable HttpError refusal(Request request) {
    if (clientAddress.trustedProxies().isEmpty()) {
      return null;
    }
    try {
      clientAddress.of(request);
      return null;
    } catch (HttpError refused) {
      return refused;
    }
  }

  /** Answers with the reason: a body without a type. */
  private void refuse(Exchange exchange, HttpError refused) {
    commonFields(exchange);
    byte[] reason = refused.clientMessage().getBytes(StandardCharsets.UTF_8);
    exchange.respond(
        Response.of(refused.status(), Response.newHeaders(), Unpooled.wrappedBuffer(reason)));
  }

  private void commonFields(Exchange exchange) {
    exchange.beforeHead((code, fields) -> {
      headers.common(fields);
      if (code == 405) {
        fields.set(HttpHeaderNames.ALLOW, ALLOW); // as cdn.md §3.1 spells it
      }
    });
  }

  private static void known(Router.Builder routes, String pattern, Handler handler) {
    routes.get(pattern, handler);
    routes.route("OPTIONS", pattern, e -> e.respond(CdnHeaders.preflight(ALLOW)));
  }

  /** Whether the request asks for the whole object without conditions. */
  static boolean isPlain(HttpHeaders request) {
    return !(request.contains(HttpHeaderNames.IF_NONE_MATCH)
        || request.contains(HttpHeaderNames.IF_MODIFIED_SINCE)
        || request.contains(HttpHeaderNames.RANGE)
        || request.contains(HttpHeaderNames.IF_MATCH)
        || request.contains(HttpHeaderNames.IF_UNMODIFIED_SINCE));
  }

  /**
   * The answer from memory to a request without conditions, or null.
   *
   * @param spare fields of a whole, fresh object go there
   */
  private @Nullable Response hit(Request request, HttpHeaders spare) {
    if (!isPlain(request.headers())) {
      return null;
    }
    long nowNs = nanoClock.getAsLong();
    CachedObject object = inMemory(request, nowNs);
    ByteBuf body = object == null ? null : object.retainBody();
    if (object == null || body == null) {
      return null;
    }
    ImagePath.ImageType type = count(request, body);
    if (object.status() == 200 && store.isFresh(object, nowNs) && request.method().equals("GET")) {
      headers.freshHit(spare, object, contentType(object, type), nowNs);
      return Response.of(200, spare, body);
    }
    HttpHeaders fields = hitFields(object, nowNs);
    headers.common(fields);
    if (object.status() != 200) {
      fields.add(HttpHeaderNames.CONTENT_LENGTH, "0");
      body.release();
      return Response.of(object.status(), fields, Unpooled.EMPTY_BUFFER);
    }
    describe(fields, object, type);
    if (request.method().equals("HEAD")) {
      fields.add(HttpHeaderNames.CONTENT_LENGTH, object.lengthText());
    }
    return Response.of(200, fields, body);
  }

  /** Answers a request with conditions from memory; false if that is not possible. */
  private boolean conditionalHit(Exchange exchange, Request request) {
    if (isPlain(request.headers())) {
      return false;
    }
    long nowNs = nanoClock.getAsLong();
    CachedObject object = inMemory(request, nowNs);
    ByteBuf body = object == null ? null : object.retainBody();
    if (object == null || body == null) {
      return false;
    }
    ImagePath.ImageType type = count(request, body);
    HttpHeaders fields = hitFields(object, nowNs);
    if (object.status() != 200) {
      headers.common(fields);
      fields.add(HttpHeaderNames.CONTENT_LENGTH, "0");
      body.release();
      exchange.respond(Response.of(object.status(), fields, Unpooled.EMPTY_BUFFER));
    } else {
      commonFields(exchange);
      ConditionalResponse.answer(
          exchange, object.representation(contentType(object, type)), fields, body);
    }
    return true;
  }

  private @Nullable CachedObject inMemory(Request request, long nowNs) {
    String method = request.method();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return null;
    }
    CachedObject object = store.cached(request.path(), nowNs);
    return object == null || (object.status() != 200 && fallbacks) ? null : object;
  }

  /** Counts a request that is answered from memory, and returns the type that it asks for. */
  private ImagePath.ImageType count(Request request, ByteBuf body) {
    ImagePath.Kind kind = ImagePath.kindOf(request.path());
    ImagePath.ImageType type = ImagePath.typeOf(request.path());
    request.bindRoute(kind.route());
    metrics.requested(kind, type);
    metrics.hitBytes(body.readableBytes());
    return type;
  }

  /** Fields of an answer from memory that is not simply a whole, fresh object. */
  private HttpHeaders hitFields(CachedObject object, long nowNs) {
    HttpHeaders fields = Response.newHeaders(HIT_FIELDS);
    long staleNs =
        store.isFresh(object, nowNs) ? 0 : nowNs - object.fetchedAtNs() - object.freshNs();
    headers.hit(fields, staleNs / 1_000_000_000L);
    headers.caching(fields, object, nowNs);
    return fields;
  }

  /** Sets the fields that describe the bytes. */
  void describe(HttpHeaders fields, CachedObject object, ImagePath.ImageType type) {
    fields.add(HttpHeaderNames.CONTENT_TYPE, contentType(object, type));
    fields.add(HttpHeaderNames.ACCEPT_RANGES, "bytes");
    headers.validators(fields, object);
  }

  /** The stored media type, or the one of the file name (cdn.md §11, 7). */
  String contentType(CachedObject object, ImagePath.ImageType type) {
    String stored = object.contentType();
    return stored == null ? type.mediaType() : stored;
  }

  private Handler image(Function<Request, ImagePath> parser) {
    return exchange -> {
      ImagePath path = parser.apply(exchange.request());
      if (!isCanonical(exchange.request().path(), path.key())) {
        exchange.respond(
            empty(308)
                .header(HttpHeaderNames.LOCATION, "/" + path.key())
                .header(HttpHeaderNames.CACHE_CONTROL, "no-cache"));
        return;
      }
      metrics.requested(path.kind(), path.type());
      deliver(exchange, path, false);
    };
  }

  /** Answers with an object that is not in memory. */
  void deliver(Exchange exchange, ImagePath path, boolean fallback) {
    new ImageDelivery(exchange, path, this, nanoClock.getAsLong(), fallback).start();
  }

  private static boolean isCanonical(String rawPath, String key) {
    return rawPath.length() == key.length() + 1 && rawPath.endsWith(key);
  }

  /** What is served in place of an object that does not exist, or null. */
  @Nullable ImagePath fallbackOf(ImagePath path) {
    return fallbacks ? path.fallback() : null;
  }

  ObjectStore store() {
    return store;
  }

  CdnHeaders headers() {
    return headers;
  }

  CdnMetrics metrics() {
    return metrics;
  }

  long nowNs() {
    return nanoClock.getAsLong();
  }

  private static Response empty(int status) {
    return Response.of(status).header(HttpHeaderNames.CONTENT_LENGTH, "0");
  }

  /** Errors as this service words them: the reason as plain text, or nothing. */
  static final ErrorMapper ERRORS =
      (request, failure) -> {
        if (failure instanceof HttpError error && error.status() == 405) {
          return empty(405);
        }
        if (failure instanceof HttpError error && !error.clientMessage().isEmpty()) {
          byte[] text = error.clientMessage().getBytes(StandardCharsets.UTF_8);
          return Response.of(error.status(), "text/plain; charset=utf-8", text);
        }
        return ErrorMapper.PROBLEM_JSON.map(request, failure);
      };
}
