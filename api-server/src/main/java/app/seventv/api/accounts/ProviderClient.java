package app.seventv.api.accounts;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Talks to the platforms: exchanges a code, reads the account behind it. */
public final class ProviderClient {
  static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient http;

  public ProviderClient(HttpClient http) {
    this.http = http;
  }

  /** An account on a platform. */
  public record Profile(
      String id,
      String username,
      String displayName,
      @Nullable String avatarUrl,
      @Nullable String email) {}

  /**
   * Exchanges {@code code} and reads the profile.
   *
   * @throws ApiException 500 LOAD_ERROR if the platform fails, 400 if it names no user
   */
  public Profile exchange(
      ConnectionProvider provider, String code, String verifier, String redirectUri) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "authorization_code");
    form.put("code", code);
    form.put("code_verifier", verifier);
    form.put("client_id", provider.clientId());
    form.put("client_secret", provider.clientSecret());
    form.put("redirect_uri", redirectUri);
    String accessToken = token(provider, form);
    HttpRequest profileRequest =
        HttpRequest.newBuilder(provider.profileUrl())
            .timeout(TIMEOUT)
            .header("authorization", "Bearer " + accessToken)
            .header("client-id", provider.clientId())
            .header("accept", "application/json")
            .build();
    return profile(provider, send(profileRequest));
  }

  /** An access token in exchange for {@code form}. */
  String token(ConnectionProvider provider, Map<String, String> form) {
    HttpRequest request =
        HttpRequest.newBuilder(provider.tokenUrl())
            .timeout(TIMEOUT)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(encode(form)))
            .build();
    return required(send(request), "access_token");
  }

  /** The JSON answer; whatever goes wrong is 500 LOAD_ERROR. */
  JsonNode send(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() / 100 != 2) {
        throw new ApiException(500, ErrorCode.LOAD_ERROR, "request failed");
      }
      return JSON.readTree(response.body());
    } catch (IOException | JacksonException e) {
      throw ApiException.loadFailed("request failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiException.loadFailed("request failed", e);
    }
  }

  static Profile profile(ConnectionProvider provider, JsonNode answer) {
    return switch (provider.platform()) {
      case TWITCH -> {
        JsonNode user = first(answer.path("data"));
        yield profile(
            user, "id", "login", "display_name", text(user, "profile_image_url"), "email");
      }
      case DISCORD -> profile(answer, "id", "username", "username", discordAvatar(answer), "email");
      case KICK -> {
        JsonNode user = first(answer.path("data"));
        yield profile(user, "user_id", "name", "name", text(user, "profile_picture"), "email");
      }
      case GOOGLE -> {
        JsonNode channel = first(answer.path("items"));
        JsonNode snippet = channel.path("snippet");
        String title = required(snippet, "title");
        String custom = text(snippet, "customUrl");
        String avatar = text(snippet.path("thumbnails").path("default"), "url");
        yield new Profile(
            required(channel, "id"), custom == null ? title : custom, title, avatar, null);
      }
    };
  }

  private static Profile profile(
      JsonNode user,
      String id,
      String username,
      String displayName,
      @Nullable String avatar,
      String email) {
    return new Profile(
        required(user, id),
        required(user, username),
        required(user, displayName),
        avatar,
        text(user, email));
  }

  private static @Nullable String discordAvatar(JsonNode user) {
    String hash = text(user, "avatar");
    if (hash == null) {
      return null;
    }
    return "https://cdn.discordapp.com/avatars/"
        + required(user, "id")
        + "/"
        + hash
        + (hash.startsWith("a_") ? ".gif" : ".png");
  }

  private static JsonNode first(JsonNode list) {
    if (list.isEmpty()) {
      throw new ApiException(
          400, ErrorCode.LOAD_ERROR, "3rd party platform did not return user data");
    }
    return list.get(0);
  }

  static String required(JsonNode node, String name) {
    String value = text(node, name);
    if (value == null) {
      throw new ApiException(500, ErrorCode.LOAD_ERROR, "request failed");
    }
    return value;
  }

  /** A text, or a number as text (Kick's ids are numbers). */
  static @Nullable String text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isString() || value.isIntegralNumber() ? value.asString() : null;
  }

  private static String encode(Map<String, String> form) {
    return form.entrySet().stream()
        .map(entry ->
            entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }
}
