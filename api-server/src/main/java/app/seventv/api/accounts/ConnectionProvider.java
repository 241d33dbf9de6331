package app.seventv.api.accounts;

import app.seventv.model.Platform;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One platform that people sign in with (api-v4.md §7.1).
 *
 * @param authorizeUrl where the browser is sent; may carry fixed query parameters
 * @param tokenUrl where codes are exchanged
 * @param profileUrl where the account is read
 */
public record ConnectionProvider(
    Platform platform,
    boolean enabled,
    String clientId,
    String clientSecret,
    URI authorizeUrl,
    URI tokenUrl,
    URI profileUrl) {

  /** The name in paths and bodies, e.g. {@code twitch}. */
  public String name() {
    return platform.name().toLowerCase(Locale.ROOT);
  }

  /** The address that starts a sign-in. */
  public String authorizeAddress(String redirectUri, @Nullable String state, String challenge) {
    return address(redirectUri, scope(), state, challenge);
  }

  private String address(
      String redirectUri, String scope, @Nullable String state, String challenge) {
    String base = authorizeUrl.toString();
    return base
        + (base.contains("?") ? "&" : "?")
        + "client_id="
        + encode(clientId)
        + "&redirect_uri="
        + encode(redirectUri)
        + "&response_type=code&scope="
        + encode(scope)
        + (state == null ? "" : "&state=" + encode(state))
        + "&code_challenge_method=S256&code_challenge="
        + encode(challenge);
  }

  /** The address that starts a sign-in of the old API. */
  public String legacyAuthorizeAddress(String redirectUri, String state, String challenge) {
    return address(redirectUri, legacyScope(), state, challenge);
  }

  /** The old API never asks for an e-mail address. */
  private String legacyScope() {
    return switch (platform) {
      case TWITCH -> "";
      case DISCORD -> "identify";
      case GOOGLE, KICK -> scope();
    };
  }

  private String scope() {
    return switch (platform) {
      case TWITCH -> "user:read:email";
      case DISCORD -> "identify email";
      case GOOGLE -> "https://www.googleapis.com/auth/youtube.readonly";
      case KICK -> "user:read";
    };
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
