package app.seventv.devstack.login;

import app.seventv.devstack.login.LoginServer.Answer;
import com.sun.net.httpserver.HttpExchange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Who a token stands for, in the shapes of the four platforms, and Kick's channels. */
final class LoginAccounts {
  private final LoginServer server;
  private final ExpiringTokens<DevUser> tokens;
  private final ExpiringTokens<String> applications;

  /** What people wrote about themselves on Kick, by login. */
  private final Map<String, String> biographies = new ConcurrentHashMap<>();

  /**
   * @param tokens of people
   * @param applications tokens of applications, which stand for nobody
   */
  LoginAccounts(
      LoginServer server, ExpiringTokens<DevUser> tokens, ExpiringTokens<String> applications) {
    this.server = server;
    this.tokens = tokens;
    this.applications = applications;
  }

  void route() {
    server.route(DevLogin.PROFILE_PATH, "GET", this::profile);
    server.route(DevLogin.DISCORD_PROFILE_PATH, "GET", this::discordProfile);
    server.route(DevLogin.YOUTUBE_PROFILE_PATH, "GET", this::youtubeProfile);
    server.route(DevLogin.KICK_PROFILE_PATH, "GET", this::kickProfile);
    server.route(DevLogin.KICK_CHANNELS_PATH, "GET", this::kickChannels);
    server.route("/avatars/", "GET", this::avatar);
  }

  void writeBiography(DevUser user, String text) {
    biographies.put(user.login(), text);
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
    String slug = LoginServer.query(exchange).getOrDefault("slug", "");
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
    String id = LoginServer.query(exchange).getOrDefault("id", "");
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
                            server.at("/avatars/" + user.login() + ".svg").toString())))))
        .orElseGet(() -> Answer.error(401, "Unauthorized"));
  }

  private Answer profile(HttpExchange exchange) {
    if (!DevLogin.CLIENT_ID.equals(exchange.getRequestHeaders().getFirst("Client-Id"))
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
    row.put("profile_image_url", server.at("/avatars/" + user.get().login() + ".svg").toString());
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
}
