package app.seventv.api.accounts;

import app.seventv.api.accounts.ProviderClient.Profile;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What Kick tells applications about its channels. Every question takes a token of its own: they
 * are rare, and no token can be stale.
 */
public final class KickChannels {
  private final ProviderClient client;
  private final ConnectionProvider kick;
  private final URI channelsUrl;

  /**
   * @param kick our keys, and where accounts are read
   * @param channelsUrl where channels are found by name
   */
  public KickChannels(ProviderClient client, ConnectionProvider kick, URI channelsUrl) {
    this.client = client;
    this.kick = kick;
    this.channelsUrl = channelsUrl;
  }

  /** A channel's text about itself, and the account it belongs to. */
  public record Channel(String biography, Profile profile) {}

  boolean enabled() {
    return kick.enabled();
  }

  /**
   * Finds the channel with a name.
   *
   * @throws ApiException 404 if there is none, 500 LOAD_ERROR if Kick fails
   */
  Channel find(String name) {
    String token = applicationToken();
    JsonNode channels = get(channelsUrl, "slug", name, token).path("data");
    if (channels.isEmpty()) {
      throw ApiException.notFound("channel not found");
    }
    JsonNode channel = channels.get(0);
    String userId = ProviderClient.required(channel, "broadcaster_user_id");
    JsonNode account = get(kick.profileUrl(), "id", userId, token);
    Profile profile = ProviderClient.profile(kick, account);
    if (!profile.id().equals(userId)) {
      throw new ApiException(500, ErrorCode.LOAD_ERROR, "request failed");
    }
    String biography = ProviderClient.text(channel, "channel_description");
    return new Channel(biography == null ? "" : biography, profile);
  }

  private JsonNode get(URI address, String parameter, String value, String token) {
    String query = parameter + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    String separator = address.getQuery() == null ? "?" : "&";
    return client.send(
        HttpRequest.newBuilder(URI.create(address + separator + query))
            .timeout(ProviderClient.TIMEOUT)
            .header("authorization", "Bearer " + token)
            .header("accept", "application/json")
            .build());
  }

  private String applicationToken() {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "client_credentials");
    form.put("client_id", kick.clientId());
    form.put("client_secret", kick.clientSecret());
    return client.token(kick, form);
  }
}
