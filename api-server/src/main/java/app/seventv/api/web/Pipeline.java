package app.seventv.api.web;

import app.seventv.api.accounts.Sessions;
import app.seventv.api.accounts.SignInRule;
import app.seventv.api.cache.CachedUsers;
import app.seventv.api.cache.ResponseCache.Answer;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.Countries;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.RateLimiter;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.UserLoader;
import app.seventv.core.http.Blocking;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.Handler;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.model.Permission;
import app.seventv.model.Permissions;
import app.seventv.model.RateLimitResource;
import app.seventv.model.UserSession;
import com.mongodb.MongoException;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happens around every endpoint, in the order of api-v4.md §1.1: client address, cookies,
 * session, global rate limit; then the endpoint; then the headers that these left behind, on errors
 * too.
 */
public final class Pipeline {
  /** Cookie of the legacy login, read and removed here. */
  public static final String AUTH_COOKIE = "seventv-auth";

  private static final byte[] NO_BODY = {};

  private final Executor executor;
  private final ClientIp clientIp;
  private final Sessions sessions;
  private final SignInRule rule;
  private final UserLoader users;
  private final CachedUsers cachedUsers;
  private final Reads reads;
  private final RateLimiter limiter;
  private final Countries countries;
  private final Optional<String> countryHeader;
  private final OriginPolicy credentials;
  private final String cookieDomain;
  private final ApiErrors errors = new ApiErrors();

  /**
   * @param executor runs each request, a virtual thread each
   * @param cachedUsers knows what everybody may do
   * @param reads answers reads from memory
   * @param countryHeader in which proxies name the client's country, if they do
   * @param credentials origins whose pages may change things with a visitor's cookie
   * @param cookieDomain domain of our cookies
   */
  public Pipeline(
      Executor executor,
      ClientIp clientIp,
      Sessions sessions,
      SignInRule rule,
      UserLoader users,
      CachedUsers cachedUsers,
      Reads reads,
      RateLimiter limiter,
      Countries countries,
      Optional<String> countryHeader,
      OriginPolicy credentials,
      String cookieDomain) {
    this.executor = executor;
    this.clientIp = clientIp;
    this.sessions = sessions;
    this.rule = rule;
    this.users = users;
    this.cachedUsers = cachedUsers;
    this.reads = reads;
    this.limiter = limiter;
    this.countries = countries;
    this.countryHeader = countryHeader;
    this.credentials = credentials;
    this.cookieDomain = cookieDomain;
  }

  /**
   * Wraps an endpoint.
   *
   * @param maxBodyBytes largest accepted body; 0 for an endpoint without one: what comes all the
   *     same is not looked at, because some clients send {@code {}} with every request
   */
  public Handler handler(int maxBodyBytes, Endpoint endpoint) {
    if (maxBodyBytes == 0) {
      return exchange ->
          Blocking.run(
              executor,
              exchange,
              () -> exchange.respond(answer(exchange.request(), NO_BODY, endpoint)));
    }
    return Blocking.handler(
        executor, maxBodyBytes, (request, body) -> answer(request, body, endpoint));
  }

  /** Wraps a read whose answers are kept in memory. */
  public Handler handler(Read read) {
    return exchange -> {
      boolean answered =
          answerAtOnce(
              exchange,
              () -> reads.find(exchange.request(), read),
              (answer, session) -> reads.send(exchange, answer, true, session::decorate));
      if (!answered) {
        Blocking.run(executor, exchange, () -> answer(exchange, read));
      }
    };
  }

  /** Finds an answer in memory. */
  @FunctionalInterface
  public interface Finder {
    /** The answer, or null if it has to be made. */
    @Nullable Answer find(Request request, byte[] body);
  }

  /** Wraps an endpoint some of whose answers are kept in memory. */
  public Handler handler(int maxBodyBytes, Finder finder, Endpoint endpoint) {
    return exchange ->
        exchange.readBody(
            maxBodyBytes,
            buffer -> {
              byte[] body = ByteBufUtil.getBytes(buffer);
              buffer.release();
              Request request = exchange.request();
              boolean answered =
                  answerAtOnce(
                      exchange,
                      () -> finder.find(request, body),
                      (answer, session) ->
                          exchange.respond(session.decorate(Reads.response(answer))));
              if (!answered) {
                Blocking.run(
                    executor, exchange, () -> exchange.respond(answer(request, body, endpoint)));
              }
            });
  }

  /**
   * Answers somebody unknown on the event loop, if the answer is in memory: most requests, by far.
   */
  private boolean answerAtOnce(
      Exchange exchange, Supplier<@Nullable Answer> finder, BiConsumer<Answer, Session> sender) {
    Request request = exchange.request();
    HttpHeaders headers = request.headers();
    if (headers.contains(HttpHeaderNames.COOKIE)
        || headers.contains(HttpHeaderNames.AUTHORIZATION)) {
      return false;
    }
    Permissions permissions = cachedUsers.anonymousPermissionsIfPresent();
    if (permissions == null || permissions.has(Permission.USER_VIEW_HIDDEN)) {
      return false;
    }
    Answer answer = finder.get();
    if (answer == null) {
      return false;
    }
    Session session = new Session(request);
    try {
      session.anonymous(permissions);
      session.context().charge(RateLimitResource.GLOBAL);
    } catch (RuntimeException e) {
      answer.body().release();
      exchange.respond(session.decorate(errors.map(request, e)));
      return true;
    }
    sender.accept(answer, session);
    return true;
  }

  private void answer(Exchange exchange, Read read) {
    Request request = exchange.request();
    Session session = new Session(request);
    try {
      session.read();
      session.context().charge(RateLimitResource.GLOBAL);
      reads.answer(exchange, read, session.context().caller(), session::decorate);
    } catch (Exception e) {
      exchange.respond(session.decorate(errors.map(request, e)));
    }
  }

  private Response answer(Request request, byte[] body, Endpoint endpoint) {
    Session session = new Session(request);
    Response response;
    try {
      session.read();
      RequestContext context = session.context();
      context.charge(RateLimitResource.GLOBAL);
      response = endpoint.handle(new ApiRequest(request, body, context, session.cookies()));
    } catch (Exception e) {
      response = errors.map(request, e);
    }
    return session.decorate(response);
  }

  /** The session layer's state for one request (api-v4.md §3.2). */
  private final class Session {
    private final Request request;
    private @Nullable Cookies cookies;
    private @Nullable RequestContext context;
    private boolean authFailed;

    Session(Request request) {
      this.request = request;
    }

    Cookies cookies() {
      return Objects.requireNonNull(cookies);
    }

    RequestContext context() {
      return Objects.requireNonNull(context);
    }

    void read() {
      InetAddress peer = request.connection().peer().getAddress();
      InetAddress ip = clientIp.resolve(request, peer);
      cookies = Cookies.read(request.headers());
      context = new RequestContext(caller(cookies, ip), limiter, () -> country(peer, ip));
    }

    /** Only proxies are believed about it. */
    private @Nullable String country(InetAddress peer, InetAddress ip) {
      String named =
          countryHeader.isPresent() && clientIp.isProxy(peer)
              ? Countries.valid(request.header(countryHeader.get()))
              : null;
      return named == null ? countries.of(ip) : named;
    }

    private Caller caller(Cookies jar, InetAddress ip) {
      String token = token(jar);
      if (token == null) {
        return anonymous(ip);
      }
      Caller known = find(token, ip);
      if (known != null) {
        return known;
      }
      jar.remove(AUTH_COOKIE, cookieDomain);
      boolean ignored = "true".equals(request.header("x-ignore-auth-failure")) || isLegacyLogin();
      if (!ignored) {
        throw new ApiException(401, ErrorCode.LOGIN_REQUIRED, "invalid session");
      }
      authFailed = true;
      return anonymous(ip);
    }

    private Caller anonymous(InetAddress ip) {
      try {
        return Caller.anonymous(cachedUsers.anonymousPermissions(), ip);
      } catch (MongoException e) {
        throw ApiException.loadFailed("failed to load user", e);
      }
    }

    private @Nullable Caller find(String token, InetAddress ip) {
      try {
        UserSession session = sessions.find(token);
        LoadedUser user = session == null ? null : users.fullById(session.userId());
        // A ban counts at once: it ends sessions as an expiry does.
        if (session == null || user == null || !rule.allows(user)) {
          return null;
        }
        sessions.touch(session);
        return Caller.of(user, session, ip);
      } catch (MongoException e) {
        throw ApiException.loadFailed("failed to load session", e);
      }
    }

    /** The cookie wins, even when it is invalid (P42), unless a foreign page sent it. */
    private @Nullable String token(Cookies jar) {
      String token = isForeignChange() ? null : jar.get(AUTH_COOKIE);
      if (token == null) {
        token = request.header("authorization");
        if (token != null && token.startsWith("Bearer ")) {
          token = token.substring("Bearer ".length());
        }
      }
      return token == null ? null : token.replaceAll("^\"+|\"+$", "");
    }

    /** Whether a page of another origin wants more than to read. */
    private boolean isForeignChange() {
      String origin = request.header("origin");
      return origin != null && !request.method().equals("GET") && !credentials.allows(origin);
    }

    private boolean isLegacyLogin() {
      return request.method().equals("GET")
          && (request.path().equals("/v3/auth") || request.path().startsWith("/v3/auth/"));
    }

    /** Somebody who sent neither cookie nor token. */
    void anonymous(Permissions permissions) {
      InetAddress peer = request.connection().peer().getAddress();
      InetAddress ip = clientIp.resolve(request, peer);
      context =
          new RequestContext(Caller.anonymous(permissions, ip), limiter, () -> country(peer, ip));
    }

    Response decorate(Response response) {
      decorate(response.headers());
      return response;
    }

    void decorate(HttpHeaders headers) {
      if (context != null) {
        context.rateLimitHeaders().forEach(headers::set);
      }
      if (request.headers().contains(HttpHeaderNames.ORIGIN)) {
        exposeRateLimits(headers);
      }
      if (cookies != null) {
        cookies.changes().forEach(cookie -> headers.add("set-cookie", cookie));
      }
      if (authFailed) {
        headers.set("x-auth-failure", "true");
      }
    }

    /** Pages may read what they are told of limits; of which ones differs (api-v3.md §16). */
    private static void exposeRateLimits(HttpHeaders headers) {
      StringJoiner names = new StringJoiner(",");
      Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
      while (all.hasNext()) {
        String name = all.next().getKey().toString();
        if (name.startsWith(RateLimiter.HEADER_PREFIX)) {
          names.add(name);
        }
      }
      if (names.length() > 0) {
        headers.add(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, names.toString());
      }
    }
  }
}
