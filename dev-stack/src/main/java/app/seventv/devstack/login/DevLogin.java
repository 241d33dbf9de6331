package app.seventv.devstack.login;

import app.seventv.devstack.login.LoginServer.Answer;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A login provider for development: answers the three requests of a Twitch login (api-v4.md §7.1,
 * api-v3.md §4.5) for a few invented people. The authorize page lets the developer choose who to
 * be; with {@code &user=LOGIN} it redirects at once. Codes work once and only for a while, PKCE
 * (RFC 7636, S256) is checked when the request carries a challenge.
 *
 * <p>It redirects only to this machine, and listens only on 127.0.0.1.
 */
public final class DevLogin implements AutoCloseable {
  /** The client id it accepts. */
  public static final String CLIENT_ID = "dev-client-id";

  /** The client secret it accepts. */
  public static final String CLIENT_SECRET = "dev-client-secret";

  /** Path of the page that asks who to be. */
  public static final String AUTHORIZE_PATH = "/oauth2/authorize";

  /** Path that exchanges a code for a token. */
  public static final String TOKEN_PATH = "/oauth2/token";

  /** Path that tells who a token stands for. */
  public static final String PROFILE_PATH = "/helix/users";

  /** Where Kick's sign-in starts; like Kick it insists on PKCE. */
  public static final String KICK_AUTHORIZE_PATH = "/kick/oauth/authorize";

  /** The account in Discord's shape. */
  public static final String DISCORD_PROFILE_PATH = "/discord/users/@me";

  /** The account in YouTube's shape. */
  public static final String YOUTUBE_PROFILE_PATH = "/youtube/v3/channels";

  /** The account in Kick's shape. */
  public static final String KICK_PROFILE_PATH = "/kick/public/v1/users";

  /** Kick's public channels by name, for applications. */
  public static final String KICK_CHANNELS_PATH = "/kick/public/v1/channels";

  private static final Duration CODE_LIFETIME = Duration.ofMinutes(5);
  private static final Duration TOKEN_LIFETIME = Duration.ofHours(4);
  private static final int MAX_CODES = 1_000;
  private static final int MAX_TOKENS = 10_000;
  private static final int MAX_FORM_BYTES = 16 * 1024;
  private static final Set<String> LOCAL_HOSTS = Set.of("localhost", "127.0.0.1");

  /** What a code was given for; the exchange must repeat it. */
  private record Grant(DevUser user, String redirectUri, String challenge, String scope) {}

  private final LoginServer server;
  private final ExpiringTokens<Grant> codes;
  private final ExpiringTokens<DevUser> tokens;
  private final ExpiringTokens<String> applications;
  private final LoginAccounts accounts;

  private DevLogin(LoginServer server, InstantSource clock) {
    SecureRandom random = new SecureRandom();
    this.server = server;
    this.codes = new ExpiringTokens<>(clock, random, CODE_LIFETIME, MAX_CODES);
    this.tokens = new ExpiringTokens<>(clock, random, TOKEN_LIFETIME, MAX_TOKENS);
    this.applications = new ExpiringTokens<>(clock, random, TOKEN_LIFETIME, MAX_TOKENS);
    this.accounts = new LoginAccounts(server, tokens, applications);
  }

  /**
   * Starts the provider.
   *
   * @param port TCP port on 127.0.0.1, 0 = any free one
   * @param clock for expiry
   * @throws IOException when the port is taken
   */
  public static DevLogin start(int port, InstantSource clock) throws IOException {
    LoginServer server = new LoginServer(port);
    DevLogin login = new DevLogin(server, clock);
    server.route(AUTHORIZE_PATH, "GET", login::authorize);
    server.route(KICK_AUTHORIZE_PATH, "GET", login::kickAuthorize);
    server.route(TOKEN_PATH, "POST", login::token);
    login.accounts.route();
    server.start();
    return login;
  }

  /** Port it listens on. */
  public int port() {
    return server.port();
  }

  /** Address for {@code connections.twitch.authorize_url}. */
  public URI authorizeUrl() {
    return at(AUTHORIZE_PATH);
  }

  /** Address for {@code connections.twitch.token_url}. */
  public URI tokenUrl() {
    return at(TOKEN_PATH);
  }

  /** Address for {@code connections.twitch.profile_url}. */
  public URI profileUrl() {
    return at(PROFILE_PATH);
  }

  /** Changes what a person says about itself on Kick. */
  public void writeBiography(DevUser user, String text) {
    accounts.writeBiography(user, text);
  }

  @Override
  public void close() {
    server.close();
  }

  /** Address of one of the paths above. */
  public URI at(String path) {
    return server.at(path);
  }

  // --- requests -----------------------------------------------------------------------------

  private Answer authorize(HttpExchange exchange) {
    Map<String, String> query = LoginServer.query(exchange);
    String redirectUri = query.getOrDefault("redirect_uri", "");
    if (!CLIENT_ID.equals(query.get("client_id"))) {
      return Answer.error(400, "invalid client");
    }
    if (!"code".equals(query.get("response_type"))) {
      return Answer.error(400, "unsupported response type");
    }
    if (!isLocal(redirectUri)) {
      return Answer.error(400, "redirect_uri must be on localhost or 127.0.0.1");
    }
    String challenge = query.getOrDefault("code_challenge", "");
    if (!challenge.isEmpty() && !"S256".equals(query.get("code_challenge_method"))) {
      return Answer.error(400, "code_challenge_method must be S256");
    }
    String login = query.get("user");
    if (login == null) {
      return Answer.html(LoginPage.render(exchange.getRequestURI().getRawQuery()));
    }
    Optional<DevUser> user = DevUser.byLogin(login);
    if (user.isEmpty()) {
      return Answer.error(400, "no such user");
    }
    String scope = query.getOrDefault("scope", "");
    String code = codes.issue(new Grant(user.get(), redirectUri, challenge, scope));
    StringBuilder target = new StringBuilder(redirectUri);
    target.append(redirectUri.contains("?") ? '&' : '?').append("code=").append(code);
    target.append("&scope=").append(encode(scope));
    String state = query.get("state");
    if (state != null) {
      target.append("&state=").append(encode(state));
    }
    return Answer.redirect(target.toString());
  }

  private Answer kickAuthorize(HttpExchange exchange) {
    return LoginServer.query(exchange).getOrDefault("code_challenge", "").isEmpty()
        ? Answer.error(400, "code_challenge is required")
        : authorize(exchange);
  }

  private Answer token(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_FORM_BYTES + 1);
    if (body.length > MAX_FORM_BYTES) {
      return Answer.error(413, "form too large");
    }
    Map<String, String> form = LoginServer.parseForm(new String(body, StandardCharsets.UTF_8));
    if (!CLIENT_ID.equals(form.get("client_id"))) {
      return Answer.error(400, "invalid client");
    }
    if (!CLIENT_SECRET.equals(form.get("client_secret"))) {
      return Answer.error(403, "invalid client secret");
    }
    if ("client_credentials".equals(form.get("grant_type"))) {
      return Answer.json(
          200,
          Map.of(
              "access_token",
              applications.issue(CLIENT_ID),
              "expires_in",
              TOKEN_LIFETIME.toSeconds(),
              "token_type",
              "Bearer"));
    }
    if (!"authorization_code".equals(form.get("grant_type"))) {
      return Answer.error(400, "missing grant type");
    }
    Optional<Grant> grant = codes.take(form.getOrDefault("code", ""));
    if (grant.isEmpty()) {
      return Answer.error(400, "Invalid authorization code");
    }
    if (!grant.get().redirectUri().equals(form.get("redirect_uri"))) {
      return Answer.error(400, "Parameter redirect_uri does not match registered URI");
    }
    String challenge = grant.get().challenge();
    if (!challenge.isEmpty() && !challenge.equals(s256(form.getOrDefault("code_verifier", "")))) {
      return Answer.error(400, "Invalid code verifier");
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("access_token", tokens.issue(grant.get().user()));
    answer.put("expires_in", TOKEN_LIFETIME.toSeconds());
    answer.put("scope", List.of(grant.get().scope().split(" ", -1)));
    answer.put("token_type", "bearer");
    return Answer.json(200, answer);
  }

  private static boolean isLocal(String redirectUri) {
    try {
      URI uri = URI.create(redirectUri);
      return uri.getHost() != null && LOCAL_HOSTS.contains(uri.getHost());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String s256(String verifier) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
