package app.seventv.cdn;

import app.seventv.core.content.CorsPolicy;
import app.seventv.core.http.ClientAddress;
import app.seventv.core.http.ErrorMapper;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Answers for images: canonical paths, cache, origin, header fields (cdn.md §2 and §3). */
final class ImageHandler {
  /** Every page may show and read every image (cdn.md §3.3). */
  private static final CorsPolicy CORS =
      CorsPolicy.builder()
          .everyOptionsIsPreflight()
          .anyOrigin()
          .methods("*")
          .allowedHeaders("*")
          .exposedHeaders("*")
          .build();

  private static final int FETCH_RETRIES = 2;

  private final CdnIdentity identity;
  private final ClientAddress clientAddress;
  private final ObjectStore store;
  private final CdnMetrics metrics;
  private final LongSupplier nanoClock;

  ImageHandler(
      CdnIdentity identity,
      ClientAddress clientAddress,
      ObjectStore store,
      CdnMetrics metrics,
      LongSupplier nanoClock) {
    this.identity = identity;
    this.clientAddress = clientAddress;
    this.store = store;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
  }

  /** Everything that the content listeners serve. */
  Handler routes(Handler status) {
    Router router =
        Router.builder()
            .get("/", status)
            .get("/emote/{id}/{file}", image(r -> ImagePath.emote(r.pathParameter("id"), file(r))))
            .get("/badge/{id}/{file}", image(r -> ImagePath.badge(r.pathParameter("id"), file(r))))
            .get(
                "/paint/{id}/layer/{layer}/{file}",
                image(r ->
                    ImagePath.paintLayer(r.pathParameter("id"), r.pathParameter("layer"), file(r))))
            .get(
                "/user/{id}/profile-picture/{picture}/{file}",
                image(r ->
                    ImagePath.profilePicture(
                        r.pathParameter("id"), r.pathParameter("picture"), file(r))))
            .notFound(exchange -> exchange.respond(empty(404)))
            .build();
    return exchange -> {
      Request request = exchange.request();
      if (CORS.isPreflight(request)) {
        exchange.respond(
            CORS.preflight(request).header("allow", "GET,HEAD").header("content-length", "0"));
        return;
      }
      exchange.beforeHead((code, headers) -> {
        commonFields(headers);
        CORS.apply(request, headers);
      });
      clientAddress.of(request);
      router.handle(exchange);
    };
  }

  private static String file(Request request) {
    return request.pathParameter("file");
  }

  private void commonFields(HttpHeaders headers) {
    headers.set("server", identity.serverName());
    headers.set("x-7tv-cdn-node", identity.node());
    headers.set("x-7tv-cdn-pod", identity.pod());
    String altSvc = identity.altSvc();
    if (altSvc != null) {
      headers.set("alt-svc", altSvc);
    }
    headers.set("x-content-type-options", "nosniff");
    headers.set("cross-origin-resource-policy", "cross-origin");
    headers.set("timing-allow-origin", "*");
    if ("GET, HEAD".equals(headers.get("allow"))) {
      headers.set("allow", "GET,HEAD");
    }
  }

  private Handler image(Function<Request, ImagePath> parser) {
    return exchange -> {
      ImagePath path = parser.apply(exchange.request());
      if (!isCanonical(exchange.request().path(), path.key())) {
        exchange.respond(
            empty(308).header("location", "/" + path.key()).header("cache-control", "no-cache"));
        return;
      }
      metrics.requested(path);
      CachedObject cached = store.cached(path.key());
      if (cached == null || !deliver(exchange, path, cached)) {
        fetch(exchange, path, FETCH_RETRIES);
      }
    };
  }

  private static boolean isCanonical(String rawPath, String key) {
    return rawPath.length() == key.length() + 1 && rawPath.endsWith(key);
  }

  /**
   * Fetches, or joins a fetch. Whoever joins in the moment in which an object that the cache turned
   * away is freed finds no body any more and tries once again.
   */
  private void fetch(Exchange exchange, ImagePath path, int retries) {
    store
        .fetch(path.key())
        .result()
        .whenComplete((object, failure) -> {
          // On the fetching thread, while the store still holds the body.
          if (object != null && deliver(exchange, path, object)) {
            return;
          }
          if (object != null && retries > 0) {
            fetch(exchange, path, retries - 1);
          } else {
            exchange.respond(failed(failure));
          }
        });
  }

  private static Response failed(@Nullable Throwable failure) {
    OriginFailure.Kind kind = CdnMetrics.kindOf(failure);
    Response response = empty(kind.status()).header("cache-control", "no-cache");
    return kind == OriginFailure.Kind.OVERLOADED ? response.header("retry-after", "1") : response;
  }

  /** Sends an object; false if it was evicted and freed in the meantime. */
  private boolean deliver(Exchange exchange, ImagePath path, CachedObject object) {
    ByteBuf body = object.retainBody();
    if (body == null) {
      return false;
    }
    Response response = empty(object.status());
    if (object.status() == 200) {
      String stored = object.contentType();
      response = Response.of(200, stored == null ? path.type().mediaType() : stored, body);
      response.header("content-length", object.contentLength());
    } else {
      body.release();
    }
    response.header("cache-control", object.cacheControl());
    if (!object.lifetime().isZero()) {
      long before = object.countDelivery();
      response
          .header("age", Long.toString(object.ageSeconds(nanoClock.getAsLong())))
          .header("x-7tv-cache", before == 0 ? "miss" : "hit")
          .header("x-7tv-cache-hits", Long.toString(before));
    }
    exchange.respond(response);
    return true;
  }

  private static Response empty(int status) {
    return Response.of(status).header("content-length", "0");
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
