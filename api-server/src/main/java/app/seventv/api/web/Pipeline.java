package app.seventv.api.web;

import app.seventv.api.accounts.LoginService;
import app.seventv.api.accounts.Sessions;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.Countries;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.RateLimiter;
import app.seventv.api.common.RequestContext;
import app.seventv.api.data.UserLoader;
import app.seventv.core.http.Blocking;
import app.seventv.core.http.Handler;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.model.RateLimitResource;
import app.seventv.model.UserSession;
import com.mongodb.MongoException;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What happens around every endpoint, in the order of api-v4.md §1.1: client address, cookies,
 * session, global rate limit; then the endpoint; then the headers that these left behind, on errors
 * too.
 */
public final class Pipeline {
  /** Cookie of the legacy login, read and removed here. */
  public static final String AUTH_COOKIE = "seventv-auth";

  private final Executor executor;
  private final ClientIp clientIp;
  private final Sessions sessions;
  private final UserLoader users;
  private final RateLimiter limiter;
  private final Countries countries;
  private final Optional<String> countryHeader;
  private final OriginPolicy credentials;
  private final String cookieDomain;
  private final ApiErrors errors = new ApiErrors();

  /**
   * @param executor runs each request, a virtual thread each
   * @param countryHeader in which proxies name the client's country, if they do
   * @param credentials origins whose pages may change things with a visitor's cookie
   * @param cookieDomain domain of our cookies
   */
  public Pipeline(
      Executor executor,
      ClientIp clientIp,
      Sessions sessions,
      UserLoader users,
      RateLimiter limiter,
      Countries countries,
      Optional<String> countryHeader,
      OriginPolicy credentials,
      String cookieDomain) {
    this.executor = executor;
    this.clientIp = clientIp;
    this.sessions = sessions;
    this.users = users;
    this.limiter = limiter;
    this.countries = countries;
    this.countryHeader = countryHeader;
    this.credentials = credentials;
    this.cookieDomain = cookieDomain;
  }

  /**
   * Wraps an endpoint.
   *
   * @param maxBodyBytes largest accepted body
   */
  public Handler handler(int maxBodyBytes, Endpoint endpoint) {
    return Blocking.handler(
        executor, maxBodyBytes, (request, body) -> answer(request, body, endpoint));
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
    session.decorate(response);
    return response;
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
        return Caller.anonymous(users.anonymousPermissions(), ip);
      } catch (MongoException e) {
        throw ApiException.loadFailed("failed to load user", e);
      }
    }

    private @Nullable Caller find(String token, InetAddress ip) {
      try {
        UserSession session = sessions.find(token);
        LoadedUser user = session == null ? null : users.fullById(session.userId());
        // A ban counts at once: it ends sessions as an expiry does.
        if (session == null || user == null || !LoginService.mayLogin(user)) {
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

    void decorate(Response response) {
      if (context != null) {
        context.rateLimitHeaders().forEach(response::header);
      }
      if (cookies != null) {
        cookies.changes().forEach(cookie -> response.addHeader("set-cookie", cookie));
      }
      if (authFailed) {
        response.header("x-auth-failure", "true");
      }
    }
  }
}
