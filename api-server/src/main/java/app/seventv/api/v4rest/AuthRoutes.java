package app.seventv.api.v4rest;

import app.seventv.api.accounts.ConnectionProvider;
import app.seventv.api.accounts.LoginService;
import app.seventv.api.accounts.Pkce;
import app.seventv.api.accounts.ProviderClient;
import app.seventv.api.accounts.Sessions;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Transactions;
import app.seventv.api.data.UserLoader;
import app.seventv.api.web.ApiRequest;
import app.seventv.api.web.Cookies;
import app.seventv.api.web.Json;
import app.seventv.api.web.OriginPolicy;
import app.seventv.api.web.Pipeline;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.RateLimitResource;
import app.seventv.model.UserSession;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Sign-in, account linking and sign-out of the new site (api-v4.md §7.1). */
public final class AuthRoutes {
  private static final String VERIFIER_COOKIE = "seventv-verifier";
  private static final Duration VERIFIER_LIFETIME = Duration.ofMinutes(5);
  private static final int MAX_BODY_BYTES = 16 * 1024;

  /** A path on the same site, in the eyes of every browser. */
  private static final Pattern LOCAL = Pattern.compile("/(?![/\\\\])[^\\x00-\\x20\\\\]*");

  private final Map<String, ConnectionProvider> providers;
  private final ProviderClient client;
  private final LoginService logins;
  private final Sessions sessions;
  private final UserLoader users;
  private final Transactions transactions;
  private final OriginPolicy origins;
  private final URI websiteOrigin;
  private final String cookieDomain;
  private final SecureRandom random;

  /** Everything the routes need from outside. */
  public record Settings(
      Map<String, ConnectionProvider> providers,
      OriginPolicy origins,
      URI websiteOrigin,
      String cookieDomain) {}

  public AuthRoutes(
      Settings settings,
      ProviderClient client,
      LoginService logins,
      Sessions sessions,
      UserLoader users,
      Transactions transactions,
      SecureRandom random) {
    this.providers = settings.providers();
    this.origins = settings.origins();
    this.websiteOrigin = settings.websiteOrigin();
    this.cookieDomain = settings.cookieDomain();
    this.client = client;
    this.logins = logins;
    this.sessions = sessions;
    this.users = users;
    this.transactions = transactions;
    this.random = random;
  }

  /** Adds the routes. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.get("/v4/auth/login", pipeline.handler(0, request -> start(request, "login")));
    routes.get("/v4/auth/link", pipeline.handler(0, request -> start(request, "link")));
    routes.post("/v4/auth/login/finish", pipeline.handler(MAX_BODY_BYTES, this::finishLogin));
    routes.post("/v4/auth/link/finish", pipeline.handler(MAX_BODY_BYTES, this::finishLink));
    routes.post("/v4/auth/logout", pipeline.handler(MAX_BODY_BYTES, this::logout));
  }

  private Response start(ApiRequest request, String flow) {
    checkOrigins(request, "can only login from website");
    String returnTo = request.head().queryParameter("return_to");
    if (returnTo != null && !LOCAL.matcher(returnTo).matches() && !origins.allows(returnTo)) {
      throw new ApiException(403, ErrorCode.BAD_REQUEST, "return_to origin mismatch");
    }
    ConnectionProvider provider = provider(request.head().queryParameter("platform"));
    request.context().charge(RateLimitResource.LOGIN);
    requireEnabled(provider);
    String verifier = Pkce.boundVerifier(random, returnTo);
    request
        .cookies()
        .set(VERIFIER_COOKIE, verifier, cookieDomain, Cookies.SameSite.STRICT, VERIFIER_LIFETIME);
    String location =
        provider.authorizeAddress(
            redirectUri(request, flow, provider), returnTo, Pkce.challenge(verifier));
    return Response.of(303).header("location", location);
  }

  private Response finishLogin(ApiRequest request) {
    Account account = exchange(request, "login");
    String token = logins.login(account.provider().platform(), account.profile());
    return Json.response(200, Map.of("token", token));
  }

  private Response finishLink(ApiRequest request) {
    request.context().caller().requireUser();
    Account account = exchange(request, "link");
    logins.link(request.context().caller(), account.provider().platform(), account.profile());
    return Response.of(200);
  }

  /** Who the platform says it is. */
  private record Account(ConnectionProvider provider, ProviderClient.Profile profile) {}

  private Account exchange(ApiRequest request, String flow) {
    checkOrigins(request, "can only login from website");
    JsonNode body = json(request);
    ConnectionProvider chosen = provider(body.path("platform").asString());
    requireEnabled(chosen);
    String verifier = request.cookies().get(VERIFIER_COOKIE);
    if (verifier == null) {
      // Not every platform checks the verifier: without this anybody's code could be linked.
      throw ApiException.badRequest("sign-in was not started in this browser");
    }
    request.cookies().remove(VERIFIER_COOKIE, cookieDomain);
    JsonNode state = body.path("state");
    if (state.isString() && !Pkce.isBound(verifier, state.asString())) {
      // Somebody else's code: it came with another state than this browser was sent away with.
      throw ApiException.badRequest("state mismatch");
    }
    ProviderClient.Profile profile =
        client.exchange(
            chosen, body.path("code").asString(), verifier, redirectUri(request, flow, chosen));
    return new Account(chosen, profile);
  }

  private Response logout(ApiRequest request) {
    checkOrigins(request, "can only logout from website");
    Caller caller = request.context().caller();
    UserSession session = caller.session();
    LoadedUser user = caller.user();
    String token = request.head().queryParameter("token");
    if (session == null && token != null) {
      session = sessions.find(token);
      user = session == null ? null : users.fullById(session.userId());
      if (session == null || user == null) {
        throw new ApiException(401, ErrorCode.BAD_REQUEST, "invalid token");
      }
    }
    if (session != null) {
      sessions.delete(transactions, user, session);
    }
    request.cookies().remove(Pipeline.AUTH_COOKIE, cookieDomain);
    return Response.of(200);
  }

  private void checkOrigins(ApiRequest request, String refererText) {
    String referer = request.head().header("referer");
    if (referer != null && !origins.allows(referer)) {
      throw new ApiException(403, ErrorCode.BAD_REQUEST, refererText);
    }
    String origin = request.head().header("origin");
    if (origin != null && !origins.allows(origin)) {
      throw new ApiException(403, ErrorCode.BAD_REQUEST, "origin mismatch");
    }
  }

  /** Both halves of a sign-in compute it from their own referrer; the platform compares them. */
  private String redirectUri(ApiRequest request, String flow, ConnectionProvider provider) {
    URI referer = OriginPolicy.parse(request.head().header("referer"));
    URI origin = OriginPolicy.originOf(referer == null ? websiteOrigin : referer);
    return origin + "/" + flow + "/callback?platform=" + provider.name();
  }

  private ConnectionProvider provider(@Nullable String name) {
    ConnectionProvider provider = name == null ? null : providers.get(name);
    if (provider == null) {
      throw new HttpError(400, "invalid platform");
    }
    return provider;
  }

  private static void requireEnabled(ConnectionProvider provider) {
    if (!provider.enabled()) {
      throw ApiException.badRequest("unsupported platform");
    }
  }

  /** The framework-level refusals of api-v4.md §1.4: plain text, 415, 400 or 422. */
  private static JsonNode json(ApiRequest request) {
    String type = request.head().header("content-type");
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw new HttpError(415, "Expected request with `Content-Type: application/json`");
    }
    JsonNode body;
    try {
      body = Json.mapper().readTree(request.body());
    } catch (JacksonException e) {
      throw new HttpError(400, "Failed to parse the request body as JSON");
    }
    if (!body.path("platform").isString() || !body.path("code").isString()) {
      throw new HttpError(422, "Failed to deserialize the JSON body into the target type");
    }
    return body;
  }
}
