package app.seventv.api.web;

import app.seventv.api.cache.ResponseCache;
import app.seventv.api.cache.ResponseCache.Answer;
import app.seventv.api.cache.ResponseCache.Rendered;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.LoadedUser;
import app.seventv.core.content.Compression;
import app.seventv.core.content.ConditionalResponse;
import app.seventv.core.content.ContentCoding;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.model.Permission;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@link Read reads} from memory, with tags, so that a client that has an answer already is
 * told so in a few bytes. Answers may be stored anywhere but must be asked for each time: a change
 * shows at once.
 */
public final class Reads {
  private static final String EVERYBODY = "no-cache";
  private static final String THIS_VIEWER = "private, no-cache";

  /** Ways to say what is liked that are remembered, and how long they may be. */
  private static final int MAX_CODINGS = 256;

  private static final int MAX_CODING_CHARACTERS = 100;

  private final ConcurrentHashMap<String, Liked> codings = new ConcurrentHashMap<>();
  private final ResponseCache cache;
  private final Compression compression;
  private final Compression gzip;

  /** What a client likes best, and whether it likes gzip as well. */
  private record Liked(ContentCoding coding, boolean gzip) {}

  /**
   * @param gzip offers gzip alone
   */
  public Reads(ResponseCache cache, Compression compression, Compression gzip) {
    this.cache = cache;
    this.compression = compression;
    this.gzip = gzip;
  }

  /** The answer if it is in memory; null also for a request that is refused. */
  @Nullable Answer find(Request request, Read read) {
    try {
      return cache.find(key(request, read.subject(request)));
    } catch (ApiException e) {
      return null;
    }
  }

  /** As {@link #find(Request, Read)} for a subject that is known; null gives null. */
  @Nullable Answer find(Request request, @Nullable Object subject) {
    return subject == null ? null : cache.find(key(request, subject));
  }

  /** The answer to an ordinary viewer's request that is no plain read. */
  Response answer(Request request, Object subject, Supplier<Rendered> render) {
    return response(cache.get(key(request, subject), render));
  }

  /** An answer without tags, whose body it takes. */
  static Response response(Answer answer) {
    HttpHeaders headers = Response.newHeaders();
    answer.representation().describe(headers);
    headers.remove(HttpHeaderNames.ETAG); // validators are for reads
    headers.remove(HttpHeaderNames.ACCEPT_RANGES);
    headers.set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
    return Response.of(200, headers, answer.body());
  }

  private ResponseCache.Key key(Request request, Object subject) {
    Liked liked = liked(request);
    return new ResponseCache.Key(subject, liked.coding, liked.gzip);
  }

  /** Answers from memory or the database; may block. */
  void answer(Exchange exchange, Read read, Caller caller, Consumer<HttpHeaders> decorate) {
    ResponseCache.Key key = key(exchange.request(), read.subject(exchange.request()));
    boolean ordinary = isOrdinary(caller);
    Answer answer =
        ordinary
            ? cache.get(key, () -> read.render(key.subject(), caller, key.gzip()))
            : cache.uncached(key.coding(), read.render(key.subject(), caller, false));
    send(exchange, answer, ordinary, decorate);
  }

  /** What a client likes best; clients say it in few ways, which are remembered. */
  private Liked liked(Request request) {
    String wanted = request.header(HttpHeaderNames.ACCEPT_ENCODING);
    if (wanted == null) {
      return new Liked(ContentCoding.IDENTITY, false);
    }
    boolean isAll = request.headers().getAll(HttpHeaderNames.ACCEPT_ENCODING).size() == 1;
    Liked known = isAll ? codings.get(wanted) : null;
    if (known != null) {
      return known;
    }
    ContentCoding best = compression.negotiate(request.headers());
    // Who weighs codings means it; who only lists them takes any.
    boolean alsoGzip =
        isAll && wanted.indexOf(';') < 0 && gzip.negotiate(request.headers()) == ContentCoding.GZIP;
    Liked liked = new Liked(best, best == ContentCoding.GZIP || alsoGzip);
    if (isAll && codings.size() < MAX_CODINGS && wanted.length() <= MAX_CODING_CHARACTERS) {
      codings.put(wanted, liked);
    }
    return liked;
  }

  /** Whether somebody sees what everybody sees: hidden users make the only difference. */
  static boolean isOrdinary(Caller caller) {
    LoadedUser user = caller.user();
    return !caller.has(Permission.USER_VIEW_HIDDEN) && (user == null || !user.isHidden());
  }

  /**
   * Sends an answer, whose body it takes.
   *
   * @param ordinary whether it is what everybody gets
   * @param decorate adds the fields that belong to the request rather than to the answer
   */
  void send(Exchange exchange, Answer answer, boolean ordinary, Consumer<HttpHeaders> decorate) {
    HttpHeaders headers = Response.newHeaders();
    headers.set(HttpHeaderNames.CACHE_CONTROL, ordinary ? EVERYBODY : THIS_VIEWER);
    headers.set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
    decorate.accept(headers);
    if (headers.contains(HttpHeaderNames.SET_COOKIE) || headers.contains("x-auth-failure")) {
      // A shared cache would sign the next visitors out, whoever they are.
      headers.set(HttpHeaderNames.CACHE_CONTROL, THIS_VIEWER);
    }
    ConditionalResponse.answer(exchange, answer.representation(), headers, answer.body());
  }
}
