package app.seventv.cdn;

import app.seventv.cdn.Fill.Source;
import app.seventv.core.content.ConditionalResponse;
import app.seventv.core.content.EntityTag;
import app.seventv.core.content.Preconditions;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** Answers one request for an image that is not in memory, once it is fetched. */
final class ImageDelivery implements FillWaiter {
  /** Looks into the cache after a fetch that has ended just now, before it gives up. */
  private static final int MAX_ATTEMPTS = 4;

  private final Exchange exchange;
  private final ImagePath path;
  private final ImageHandler handler;
  private final boolean simple;
  private final long startNs;
  private final boolean fallback;
  private boolean collapsed;
  private int attempts;
  private volatile @Nullable Fill joined;
  private @Nullable FillStream stream;
  private boolean answered;

  /**
   * @param fallback whether this is another object in place of the one asked for
   */
  ImageDelivery(
      Exchange exchange, ImagePath path, ImageHandler handler, long startNs, boolean fallback) {
    this.exchange = exchange;
    this.path = path;
    this.handler = handler;
    this.simple = ImageHandler.isPlain(exchange.request().headers());
    this.startNs = startNs;
    this.fallback = fallback;
  }

  /** Begins or joins the fetch. */
  void start() {
    if (handler.store().isLarge(path.key())) {
      pass();
      return;
    }
    exchange.onEnd(() -> {
      Fill mine = joined;
      if (mine != null) {
        mine.leave(this);
      }
    });
    handler.store().fetch(path.key(), this);
  }

  private boolean isHead() {
    return exchange.request().method().equals("HEAD");
  }

  private long elapsedNs() {
    return handler.nowNs() - startNs;
  }

  @Override
  public void filling(Fill fill) {
    if (!simple || answered) {
      return;
    }
    CachedObject object = fill.object();
    if (isHead()) {
      answered = true;
      HttpHeaders headers = head(object, "fwd=uri-miss");
      headers.set(HttpHeaderNames.CONTENT_LENGTH, object.lengthText());
      exchange.respond(Response.of(200, headers, Unpooled.EMPTY_BUFFER));
      return;
    }
    ByteBuf block = object.retainBody();
    if (block != null) {
      answered = true;
      HttpHeaders headers = head(object, "fwd=uri-miss");
      headers.set(HttpHeaderNames.CONTENT_LENGTH, object.lengthText());
      handler.metrics().missBytes(object.length());
      stream = new FillStream(exchange, fill, block, headers);
    }
  }

  private HttpHeaders head(CachedObject object, String forwarded) {
    HttpHeaders headers = Response.newHeaders();
    handler.describe(headers, object, path.type());
    caching(headers, object);
    handler
        .headers()
        .forwarded(headers, collapsed ? forwarded + "; collapsed" : forwarded, elapsedNs());
    return headers;
  }

  @Override
  public void joined(Fill fill, boolean behindAnother) {
    joined = fill;
    collapsed = behindAnother;
  }

  @Override
  public void advanced() {
    FillStream client = stream;
    if (client != null) {
      client.advanced();
    }
  }

  @Override
  public void done(CachedObject object, Source source) {
    FillStream begun = stream;
    if (begun != null && source == Source.STALE) {
      broken(begun, object);
      return;
    }
    if (answered) {
      advanced();
      return;
    }
    if (object.status() != 200) {
      notFound(object);
      return;
    }
    ByteBuf body = object.retainBody();
    if (body == null) {
      // Turned away by the cache and freed before this waiter's turn.
      again();
      return;
    }
    answered = true;
    deliver(object, body, source);
  }

  /** The new version has failed: who has not begun to read it gets the old one. */
  private void broken(FillStream begun, CachedObject old) {
    ByteBuf body = old.retainBody();
    begun.breakOff(unanswered -> {
      if (body == null) { // never, as it is held for the time of the call
        exchange.fail(new IllegalStateException("an old copy is gone while it is served"));
      } else if (unanswered) {
        deliver(old, body, Source.STALE);
      } else {
        body.release();
      }
    });
  }

  /** Answers with a complete object, whose body's reference it takes. */
  private void deliver(CachedObject object, ByteBuf body, Source source) {
    HttpHeaders headers = Response.newHeaders();
    caching(headers, object);
    switch (source) {
      case TIER -> handler.headers().tierHit(headers, elapsedNs());
      case ORIGIN -> forwarded(headers, "fwd=uri-miss");
      case REVALIDATED -> forwarded(headers, "fwd=stale; fwd-status=304");
      case STALE -> forwarded(headers, "fwd=stale; detail=origin-failed");
    }
    handler.metrics().missBytes(object.length());
    String type = handler.contentType(object, path.type());
    if (simple) {
      handler.describe(headers, object, path.type());
      if (isHead()) {
        headers.set(HttpHeaderNames.CONTENT_LENGTH, object.lengthText());
      }
      exchange.respond(Response.of(200, headers, body));
    } else if (exchange.executor().inEventLoop()) {
      ConditionalResponse.answer(exchange, object.representation(type), headers, body);
    } else {
      exchange
          .executor()
          .execute(() ->
              ConditionalResponse.answer(exchange, object.representation(type), headers, body));
    }
  }

  private void caching(HttpHeaders headers, CachedObject object) {
    handler.headers().caching(headers, object, handler.nowNs());
    if (fallback && !object.lifetime().isZero()) {
      headers.set(HttpHeaderNames.CACHE_CONTROL, ImageHandler.FALLBACK_CACHE_CONTROL);
    }
  }

  private void forwarded(HttpHeaders headers, String parameters) {
    handler
        .headers()
        .forwarded(headers, collapsed ? parameters + "; collapsed" : parameters, elapsedNs());
  }

  private void notFound(CachedObject nothing) {
    answered = true;
    ImagePath other = handler.fallbackOf(path);
    if (other != null) {
      exchange.executor().execute(() -> handler.deliver(exchange, other, true));
      return;
    }
    HttpHeaders headers = Response.newHeaders();
    headers.set(HttpHeaderNames.CONTENT_LENGTH, "0");
    handler.headers().caching(headers, nothing, handler.nowNs());
    forwarded(headers, "fwd=uri-miss");
    exchange.respond(Response.of(nothing.status(), headers, Unpooled.EMPTY_BUFFER));
  }

  private void again() {
    if (++attempts < MAX_ATTEMPTS) {
      // Off the ended fill's lock.
      exchange.executor().execute(() -> handler.store().fetch(path.key(), this));
    } else {
      failed(new OriginFailure(OriginFailure.Kind.OVERLOADED, "evicted again and again"));
    }
  }

  @Override
  public void failed(OriginFailure failure) {
    FillStream begun = stream;
    if (begun != null) {
      begun.breakOff(unanswered -> {
        if (unanswered) {
          refuse(failure);
        }
      });
    } else if (!answered) {
      answered = true;
      refuse(failure);
    }
  }

  private void refuse(OriginFailure failure) {
    OriginFailure.Kind kind = failure.kind();
    Response response =
        Response.of(kind.status())
            .header(HttpHeaderNames.CONTENT_LENGTH, "0")
            .header(HttpHeaderNames.CACHE_CONTROL, "no-cache");
    if (kind.status() == 503) {
      response.header(HttpHeaderNames.RETRY_AFTER, "1");
    }
    forwarded(response.headers(), "fwd=uri-miss; detail=" + kind.detail());
    exchange.respond(response);
  }

  @Override
  public void tooLarge(OriginAnswer.@Nullable Found answer) {
    if (answer == null) {
      pass();
    } else {
      passOn(answer);
    }
  }

  private void pass() {
    handler
        .store()
        .pass(path.key())
        .whenComplete((answer, failure) -> {
          switch (answer) {
            case null -> failed(OriginFailure.of(failure));
            case OriginAnswer.Found found -> passOn(found);
            case OriginAnswer.NotFound none ->
                done(CachedObject.notFound(handler.nowNs()), Source.ORIGIN);
            case OriginAnswer.NotModified same ->
                failed(new OriginFailure(OriginFailure.Kind.ERROR, "304 without a condition"));
          }
        });
  }

  /** Answers with what is not kept: it is too large, or there is no memory for it now. */
  private void passOn(OriginAnswer.Found found) {
    answered = true;
    CachedObject object = CachedObject.found(found.head(), Unpooled.EMPTY_BUFFER, handler.nowNs());
    HttpHeaders headers = Response.newHeaders();
    String why = handler.store().isLarge(path.key()) ? "large" : "no-memory";
    handler.headers().forwarded(headers, "fwd=bypass; detail=" + why, elapsedNs());
    caching(headers, object);
    if (!simple && !isWanted(object, headers)) {
      found.discard();
      return;
    }
    handler.describe(headers, object, path.type());
    headers.remove(HttpHeaderNames.ACCEPT_RANGES);
    if (found.length() >= 0) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(found.length()));
    }
    if (isHead()) {
      found.discard();
      exchange.start(200, headers).end(); // a response told as a whole would have the length 0
    } else if (handler.store().passes().enter()) {
      exchange.onEnd(handler.store().passes()::leave);
      found.body().subscribe(new PassStream(handler.store().timers(), exchange, headers));
    } else {
      found.discard();
      refuse(
          new OriginFailure(
              OriginFailure.Kind.OVERLOADED,
              handler.store().passes().maxRunning() + " bodies pass that are not kept"));
    }
  }

  /** Whether the conditions ask for the object; else the answer is given. */
  private boolean isWanted(CachedObject object, HttpHeaders headers) {
    EntityTag tag = EntityTag.parse(object.etag());
    switch (Preconditions.evaluate(exchange.request(), tag, object.lastModified())) {
      case NOT_MODIFIED -> {
        handler.headers().validators(headers, object);
        exchange.respond(Response.of(304, headers, Unpooled.EMPTY_BUFFER));
        return false;
      }
      case FAILED -> {
        exchange.fail(new HttpError(412, "the object is not in the state that was assumed"));
        return false;
      }
      case PROCEED -> {}
    }
    return true;
  }
}
