package app.seventv.api.v3rest;

import app.seventv.api.accounts.LoginService;
import app.seventv.api.accounts.ManualProofs;
import app.seventv.api.accounts.ProviderClient;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Caller;
import app.seventv.api.common.Operation;
import app.seventv.api.web.ApiRequest;
import app.seventv.api.web.Pipeline;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.model.Permission;
import app.seventv.model.Platform;
import app.seventv.model.RateLimitResource;
import java.util.regex.Pattern;

/** Sign-in and linking by a code in a Kick biography (api-v3.md §4.7). */
public final class V3ManualAuthRoutes {
  private static final Pattern CHANNEL = Pattern.compile("[A-Za-z0-9_-]{1,100}");

  private final ManualProofs proofs;
  private final LoginService logins;

  public V3ManualAuthRoutes(ManualProofs proofs, LoginService logins) {
    this.proofs = proofs;
    this.logins = logins;
  }

  /** Adds the route. */
  public void register(Router.Builder routes, Pipeline pipeline) {
    routes.get("/v3/auth/manual", pipeline.handler(0, this::manual));
  }

  @Operation(
      value = "GET /v3/auth/manual",
      needs = Permission.USER_LOGIN,
      who = "whoever can write the channel's biography; linking needs a token in the header")
  private Response manual(ApiRequest request) {
    String platform = request.head().queryParameter("platform");
    String channel = request.head().queryParameter("id");
    if (platform == null || !platform.equalsIgnoreCase(Platform.KICK.name())) {
      throw ApiException.badRequest("invalid platform");
    }
    if (channel == null || !CHANNEL.matcher(channel).matches()) {
      throw ApiException.badRequest("invalid id");
    }
    if (!proofs.enabled()) {
      throw ApiException.badRequest("unsupported platform");
    }
    Caller caller = request.context().caller();
    if (caller.session() != null && request.cookies().get(Pipeline.AUTH_COOKIE) != null) {
      // A browser adds the cookie to requests of any page: a page could link its own account.
      throw ApiException.forbidden("cookies are not taken here");
    }
    request.context().charge(RateLimitResource.LOGIN);
    String program = request.head().header("user-agent");
    ManualProofs.Asker asker = new ManualProofs.Asker(caller, program == null ? "" : program);
    Response response =
        "1".equals(request.head().queryParameter("verify"))
            ? Response.of(200).header("x-access-token", verify(asker, channel))
            : Response.text(200, proofs.code(asker, channel));
    return response.header("cache-control", "no-store");
  }

  private String verify(ManualProofs.Asker asker, String channel) {
    ProviderClient.Profile profile = proofs.verify(asker, channel);
    Caller caller = asker.caller();
    if (caller.session() != null) {
      logins.linkOrRefresh(caller, Platform.KICK, profile);
      return logins.newToken(caller.session());
    }
    return logins.loginAtomically(Platform.KICK, profile, null).token();
  }
}
