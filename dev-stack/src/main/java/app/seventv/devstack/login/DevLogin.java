package app.seventv.devstack.login;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

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

  private static final Logger LOG = LoggerFactory.getLogger(DevLogin.class);
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Duration CODE_LIFETIME = Duration.ofMinutes(5);
  private static final Duration TOKEN_LIFETIME = Duration.ofHours(4);
  private static final int MAX_CODES = 1_000;
  private static final int MAX_TOKENS = 10_000;
  private static final int MAX_FORM_BYTES = 16 * 1024;
  private static final int ACCEPT_BACKLOG = 64;
  private static final Set<String> LOCAL_HOSTS = Set.of("localhost", "127.0.0.1");

  /** What a code was given for; the exchange must repeat it. */
  private record Grant(DevUser user, String redirectUri, String challenge, String scope) {}

  private final HttpServer server;
  private final ExecutorService threads;
  private final ExpiringTokens<Grant> codes;
  private final ExpiringTokens<DevUser> tokens;

  /** Tokens of applications, which stand for nobody. */
  private final ExpiringTokens<String> applications;

  /** What people wrote about themselves on Kick, by login. */
  private final Map<String, String> biographies = new ConcurrentHashMap<>();

  private DevLogin(HttpServer server, InstantSource clock) {
    SecureRandom random = new SecureRandom();
    this.server = server;
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
    this.codes = new ExpiringTokens<>(clock, random, CODE_LIFETIME, MAX_CODES);
    this.tokens = new ExpiringTokens<>(clock, random, TOKEN_LIFETIME, MAX_TOKENS);
    this.applications = new ExpiringTokens<>(clock, random, TOKEN_LIFETIME, MAX_TOKENS);
  }

  /**
   * Starts the provider.
   *
   * @param port TCP port on 127.0.0.1, 0 = any free one
   * @param clock for expiry
   * @throws IOException when the port is taken
   */
  public static DevLogin start(int port, InstantSource clock) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    HttpServer server = HttpServer.create(address, ACCEPT_BACKLOG);
    DevLogin login = new DevLogin(server, clock);
    login.route(AUTHORIZE_PATH, "GET", login::authorize);
    login.route(TOKEN_PATH, "POST", login::token);
    login.route(KICK_AUTHORIZE_PATH, "GET", login::kickAuthorize);
    login.route(PROFILE_PATH, "GET", login::profile);
    login.route(DISCORD_PROFILE_PATH, "GET", login::discordProfile);
    login.route(YOUTUBE_PROFILE_PATH, "GET", login::youtubeProfile);
    login.route(KICK_PROFILE_PATH, "GET", login::kickProfile);
    login.route(KICK_CHANNELS_PATH, "GET", login::kickChannels);
    login.route("/avatars/", "GET", login::avatar);
    server.setExecutor(login.threads);
    server.start();
    return login;
  }

  /** Port it listens on. */
  public int port() {
    return server.getAddress().getPort();
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
    biographies.put(user.login(), text);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  /** Address of one of the paths above. */
  public URI at(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  // --- requests -----------------------------------------------------------------------------

  private Answer authorize(HttpExchange exchange) {
    Map<String, String> query = parseForm(exchange.getRequestURI().getRawQuery());
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
    String query = exchange.getRequestURI().getRawQuery();
    return parseForm(query).getOrDefault("code_challenge", "").isEmpty()
        ? Answer.error(400, "code_challenge is required")
        : authorize(exchange);
  }

  private Answer token(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_FORM_BYTES + 1);
    if (body.length > MAX_FORM_BYTES) {
      return Answer.error(413, "form too large");
    }
    Map<String, String> form = parseForm(new String(body, StandardCharsets.UTF_8));
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

  /** The person of the request's token. */
  private Optional<DevUser> person(HttpExchange exchange) {
    return bearer(exchange).flatMap(tokens::find);
  }

  private static Optional<String> bearer(HttpExchange exchange) {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    String scheme = "Bearer ";
    return authorization == null || !authorization.startsWith(scheme)
        ? Optional.empty()
        : Optional.of(authorization.substring(scheme.length()));
  }

  private boolean isApplication(HttpExchange exchange) {
    return bearer(exchange).flatMap(applications::find).isPresent();
  }

  /** Kick answers with an empty list for a name that nobody has. */
  private Answer kickChannels(HttpExchange exchange) {
    if (!isApplication(exchange)) {
      return Answer.error(401, "Unauthorized");
    }
    String slug = parseForm(exchange.getRequestURI().getRawQuery()).getOrDefault("slug", "");
    List<Map<String, Object>> channels =
        DevUser.byLogin(slug).stream()
            .map(user ->
                Map.<String, Object>of(
                    "broadcaster_user_id",
                    Long.parseLong(user.id()),
                    "slug",
                    user.login(),
                    "channel_description",
                    biographies.getOrDefault(user.login(), "")))
            .toList();
    return Answer.json(200, Map.of("data", channels));
  }

  private Answer discordProfile(HttpExchange exchange) {
    return person(exchange)
        .map(user -> Answer.json(200, Map.of("id", user.id(), "username", user.login())))
        .orElseGet(() -> Answer.error(401, "401: Unauthorized"));
  }

  private Answer youtubeProfile(HttpExchange exchange) {
    return person(exchange)
        .map(user -> {
          Map<String, Object> snippet =
              Map.of("title", user.displayName(), "customUrl", "@" + user.login());
          return Answer.json(
              200, Map.of("items", List.of(Map.of("id", "UC" + user.id(), "snippet", snippet))));
        })
        .orElseGet(() -> Answer.error(401, "Invalid Credentials"));
  }

  private Answer kickProfile(HttpExchange exchange) {
    String id = parseForm(exchange.getRequestURI().getRawQuery()).getOrDefault("id", "");
    Optional<DevUser> named =
        isApplication(exchange)
            ? DevUser.ALL.stream().filter(user -> user.id().equals(id)).findFirst()
            : person(exchange);
    return named
        .map(user ->
            Answer.json(
                200,
                Map.of(
                    "data",
                    List.of(
                        Map.of(
                            "user_id",
                            Long.parseLong(user.id()),
                            "name",
                            user.displayName(),
                            "profile_picture",
                            at("/avatars/" + user.login() + ".svg").toString())))))
        .orElseGet(() -> Answer.error(401, "Unauthorized"));
  }

  private Answer profile(HttpExchange exchange) {
    if (!CLIENT_ID.equals(exchange.getRequestHeaders().getFirst("Client-Id"))
        || exchange.getRequestHeaders().getFirst("Authorization") == null) {
      return Answer.error(401, "OAuth token or Client-Id is missing");
    }
    Optional<DevUser> user = person(exchange);
    if (user.isEmpty()) {
      return Answer.error(401, "Invalid OAuth token");
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", user.get().id());
    row.put("login", user.get().login());
    row.put("display_name", user.get().displayName());
    row.put("type", "");
    row.put("broadcaster_type", "");
    row.put("description", user.get().note());
    row.put("profile_image_url", at("/avatars/" + user.get().login() + ".svg").toString());
    row.put("offline_image_url", "");
    row.put("view_count", 0);
    row.put("email", user.get().email());
    row.put("created_at", "2020-01-01T00:00:00Z");
    return Answer.json(200, Map.of("data", List.of(row)));
  }

  private Answer avatar(HttpExchange exchange) {
    String file = exchange.getRequestURI().getPath().substring("/avatars/".length());
    return DevUser.ALL.stream()
        .filter(user -> file.equals(user.login() + ".svg"))
        .findFirst()
        .map(user -> new Answer(200, "image/svg+xml", LoginPage.avatar(user), ""))
        .orElseGet(() -> Answer.error(404, "no such avatar"));
  }

  // --- plumbing -----------------------------------------------------------------------------

  @FunctionalInterface
  private interface Action {
    Answer answer(HttpExchange exchange) throws IOException;
  }

  private record Answer(int status, String contentType, String body, String location) {
    static Answer json(int status, Object value) {
      return new Answer(status, "application/json", JSON.writeValueAsString(value), "");
    }

    static Answer html(String page) {
      return new Answer(200, "text/html; charset=utf-8", page, "");
    }

    static Answer redirect(String location) {
      return new Answer(302, "text/plain", "", location);
    }

    /** Twitch's shape of an error. */
    static Answer error(int status, String message) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("status", status);
      body.put("message", message);
      return json(status, body);
    }
  }

  private void route(String path, String method, Action action) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            boolean known = exchange.getRequestURI().getPath().equals(path) || path.endsWith("/");
            boolean allowed = exchange.getRequestMethod().equals(method);
            Answer answer =
                !known
                    ? Answer.error(404, "not found")
                    : allowed ? action.answer(exchange) : Answer.error(405, "use " + method);
            send(exchange, answer);
          } catch (IOException | RuntimeException e) {
            LOG.warn("{} {} failed: {}", method, path, e.toString());
          }
        });
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.contentType());
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    if (!answer.location().isEmpty()) {
      exchange.getResponseHeaders().set("Location", answer.location());
    }
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
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

  private static Map<String, String> parseForm(@Nullable String raw) {
    Map<String, String> values = new HashMap<>();
    if (raw == null || raw.isEmpty()) {
      return values;
    }
    for (String pair : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      values.putIfAbsent(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
    }
    return values;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
