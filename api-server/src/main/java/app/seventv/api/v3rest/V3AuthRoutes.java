package app.seventv.api.v3rest;

import app.seventv.api.accounts.ConnectionProvider;
import app.seventv.api.accounts.CsrfTokens;
import app.seventv.api.accounts.LoginService;
import app.seventv.api.accounts.ProviderClient;
import app.seventv.api.accounts.Sessions;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.common.Operation;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transactions;
import app.seventv.api.data.UserLoader;
import app.seventv.api.web.ApiRequest;
import app.seventv.api.web.Cookies;
import app.seventv.api.web.OriginPolicy;
import app.seventv.api.web.Pipeline;
import app.seventv.core.http.Request;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.Platform;
import app.seventv.model.RateLimitResource;
import app.seventv.model.UserSession;
import java.net.URI;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sign-in and sign-out of the old site, by redirects and cookies (api-v3.md §4.5, §4.6). */
public final class V3AuthRoutes {
  private static final String CSRF_COOKIE = "seventv-csrf";

  private final Settings settings;
  private final ProviderClient client;
  private final CsrfTokens csrf;
  private final LoginService logins;
  private final Sessions sessions;
  private final Store store;
  private final UserLoader users;
  private final Transactions transactions;
  private final InstantSource clock;

  /** What the configuration says. */
  public record Settings(
      Map<String, ConnectionProvider> providers,
      OriginPolicy origins,
      URI apiOrigin,
      URI oldWebsiteOrigin,
      String cookieDomain) {}

  public V3AuthRoutes(
      Settings settings,
      ProviderClient client,
      CsrfTokens csrf,
      LoginService logins,
      Sessions sessions,
      Store store,
      UserLoader users,
      Transactions transactions,
      InstantSource clock) {
    this.settings = settings;
    this.client = client;
    this.csrf = csrf;
    this.logins = logins;
    this.sessions = sessions;
    this.store = store;
    this.users = users;
    this.transactions = transactions;
    this.clock = clock;
  }

  /** Adds the routes. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.get("/v3/auth", pipeline.handler(0, this::auth));
    routes.get("/v3/auth/logout", pipeline.handler(0, request -> logout(request, 307)));
    routes.post("/v3/auth/logout", pipeline.handler(1024, request -> logout(request, 204)));
  }

  @Operation(
      value = "GET /v3/auth",
      needs = Permission.USER_LOGIN,
      who = "whoever the platform vouches for; linking needs a session")
  private Response auth(ApiRequest request) {
    String platform = request.head().queryParameter("platform");
    ConnectionProvider provider =
        platform == null
            ? null
            : settings.providers().get(platform.equals("youtube") ? "google" : platform);
    if (provider == null) {
      throw ApiException.badRequest("invalid platform");
    }
    boolean isCallback = request.flag("callback").orElse(false);
    boolean isLink = request.flag("link_connection").orElse(false);
    request.context().charge(RateLimitResource.LOGIN);
    if (!provider.enabled()) {
      throw ApiException.badRequest("unsupported platform");
    }
    UserSession session = session(request); // whatever it is for: a bad token is refused
    return isCallback
        ? finish(request, provider, session)
        : start(request, provider, isLink, session);
  }

  private Response start(
      ApiRequest request,
      ConnectionProvider provider,
      boolean isLink,
      @Nullable UserSession session) {
    Id linkTo = null;
    if (isLink) {
      if (session == null) {
        throw new ApiException(400, ErrorCode.LACKING_PRIVILEGES, "you are not logged in");
      }
      linkTo = session.id();
    }
    CsrfTokens.Issued issued = csrf.issue(linkTo);
    request.cookies().set(CSRF_COOKIE, issued.token(), domain(), Cookies.SameSite.NONE);
    return redirect(
        provider.legacyAuthorizeAddress(redirectUri(provider), issued.state(), issued.challenge()));
  }

  private Response finish(
      ApiRequest request, ConnectionProvider provider, @Nullable UserSession session) {
    String code = request.head().queryParameter("code");
    String state = request.head().queryParameter("state");
    String cookie = request.cookies().get(CSRF_COOKIE);
    CsrfTokens.Verified verified =
        cookie == null || state == null ? null : csrf.verify(cookie, state);
    if (code == null || verified == null) {
      throw ApiException.badRequest("invalid csrf");
    }
    ProviderClient.Profile profile =
        client.exchange(provider, code, verified.verifier(), redirectUri(provider));
    String shown = legacyName(provider.platform());
    Id linkTo = verified.sessionId();
    if (linkTo != null) {
      logins.linkOrRefresh(caller(request, linkTo), provider.platform(), profile);
      return callback("platform=" + shown + "&linked=true");
    }
    Sessions.Started started = logins.loginAtomically(provider.platform(), profile, session);
    request
        .cookies()
        .set(
            Pipeline.AUTH_COOKIE,
            started.token(),
            domain(),
            Cookies.SameSite.NONE,
            started.session().expiresAt());
    request.cookies().remove(CSRF_COOKIE, domain());
    return callback("platform=" + shown + "&token=" + started.token());
  }

  /** The caller as the session that the linking began with. */
  private Caller caller(ApiRequest request, Id sessionId) {
    UserSession session = store.sessions().byId(sessionId);
    LoadedUser user =
        session == null || session.expiresAt().isBefore(clock.instant())
            ? null
            : users.fullById(session.userId());
    if (session == null || user == null) {
      throw new ApiException(401, ErrorCode.BAD_REQUEST, "invalid session");
    }
    return Caller.of(user, session, request.context().caller().ip());
  }

  @Operation(
      value = {"GET /v3/auth/logout", "POST /v3/auth/logout"},
      who = "pages of our own origins",
      noConflict = "signing out twice is no error")
  private Response logout(ApiRequest request, int status) {
    for (String name : new String[] {"referer", "origin"}) {
      String value = request.head().header(name);
      if (value != null && !settings.origins().allows(value)) {
        throw new ApiException(403, ErrorCode.BAD_REQUEST, "can only logout from website");
      }
    }
    if (isForeign(request.head())) {
      throw new ApiException(403, ErrorCode.BAD_REQUEST, "can only logout from website");
    }
    UserSession session = session(request);
    if (session != null) {
      sessions.delete(transactions, users.fullById(session.userId()), session);
    }
    request.cookies().remove(Pipeline.AUTH_COOKIE, domain());
    return status == 307
        ? Response.of(307)
            .header("location", settings.oldWebsiteOrigin() + "/auth/callback#logout=true")
        : Response.of(status);
  }

  /** A page may keep both fields to itself, but not that it is of another site (Fetch Metadata). */
  private static boolean isForeign(Request request) {
    return request.header("referer") == null
        && request.header("origin") == null
        && "cross-site".equals(request.header("sec-fetch-site"));
  }

  /** The session of cookie or header, else of the query's token. */
  private @Nullable UserSession session(ApiRequest request) {
    UserSession session = request.context().caller().session();
    String token = request.head().queryParameter("token");
    if (session != null || token == null) {
      return session;
    }
    UserSession named = sessions.find(token);
    if (named == null) {
      throw new ApiException(401, ErrorCode.BAD_REQUEST, "invalid token");
    }
    return named;
  }

  private String redirectUri(ConnectionProvider provider) {
    return settings.apiOrigin()
        + "/v3/auth?callback=true&platform="
        + legacyName(provider.platform());
  }

  private Response callback(String fragment) {
    return redirect(settings.oldWebsiteOrigin() + "/auth/callback#" + fragment);
  }

  private static Response redirect(String location) {
    return Response.of(303).header("location", location);
  }

  private String domain() {
    return "." + settings.cookieDomain();
  }

  /** The old API's name of a platform; used in both steps, so that they agree. */
  private static String legacyName(Platform platform) {
    return platform == Platform.GOOGLE ? "youtube" : platform.name().toLowerCase(Locale.ROOT);
  }
}
