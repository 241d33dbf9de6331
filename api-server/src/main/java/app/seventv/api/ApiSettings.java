package app.seventv.api;

import app.seventv.api.accounts.ConnectionProvider;
import app.seventv.api.accounts.KickChannels;
import app.seventv.api.accounts.ProviderClient;
import app.seventv.api.common.WellKnownIds;
import app.seventv.api.uploads.ImageTasks;
import app.seventv.api.v3rest.V3AuthRoutes;
import app.seventv.api.v3rest.V3StaticRoutes;
import app.seventv.api.v4rest.AuthRoutes;
import app.seventv.api.web.OriginPolicy;
import app.seventv.core.config.Config;
import app.seventv.model.Platform;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the parts of the API are told, out of the settings. */
final class ApiSettings {
  private final Config config;

  ApiSettings(Config config) {
    this.config = config;
  }

  ImageTasks imageTasks() {
    return new ImageTasks(
        config.get(ApiConfig.INPUT_DRIVE),
        config.get(ApiConfig.OUTPUT_DRIVE),
        config.get(ApiConfig.EVENT_QUEUE),
        config.get(ApiConfig.TOPIC_PREFIX));
  }

  AuthRoutes.Settings authSettings() {
    return new AuthRoutes.Settings(
        providers(),
        new OriginPolicy(ownOrigins()),
        config.get(ApiConfig.WEBSITE_ORIGIN),
        config.get(ApiConfig.DOMAIN));
  }

  V3AuthRoutes.Settings legacyAuthSettings() {
    return new V3AuthRoutes.Settings(
        providers(),
        new OriginPolicy(ownOrigins()),
        config.get(ApiConfig.API_ORIGIN),
        config.get(ApiConfig.OLD_WEBSITE_ORIGIN),
        config.get(ApiConfig.DOMAIN));
  }

  Map<String, ConnectionProvider> providers() {
    Map<String, ConnectionProvider> providers = new LinkedHashMap<>();
    for (Platform platform : Platform.values()) {
      ConnectionProvider provider = provider(platform);
      providers.put(provider.name(), provider);
    }
    return providers;
  }

  ConnectionProvider provider(Platform platform) {
    ApiConfig.Connection keys = ApiConfig.connection(platform);
    return new ConnectionProvider(
        platform,
        config.get(keys.enabled()),
        config.get(keys.clientId()),
        config.get(keys.clientSecret()).reveal(),
        config.get(keys.authorizeUrl()),
        config.get(keys.tokenUrl()),
        config.get(keys.profileUrl()));
  }

  KickChannels kickChannels(HttpClient http) {
    return new KickChannels(
        new ProviderClient(http), provider(Platform.KICK), config.get(ApiConfig.KICK_CHANNELS_URL));
  }

  List<URI> ownOrigins() {
    return List.of(
        config.get(ApiConfig.API_ORIGIN),
        config.get(ApiConfig.OLD_WEBSITE_ORIGIN),
        config.get(ApiConfig.WEBSITE_ORIGIN));
  }

  WellKnownIds wellKnownIds() {
    return new WellKnownIds(
        config.get(ApiConfig.BLOCKING_ROLE),
        config.get(ApiConfig.QUIET_ROLE),
        config.get(ApiConfig.SYSTEM_USER),
        config.get(ApiConfig.SUBSCRIPTION_PRODUCT));
  }

  V3StaticRoutes.Settings staticSettings() {
    return new V3StaticRoutes.Settings(
        config.get(ApiConfig.EXTENSION_CONFIGS),
        config.get(ApiConfig.CHATTERINO_STABLE),
        config.get(ApiConfig.CHATTERINO_BETA),
        config.get(ApiConfig.CHATTERINO_ARM_IS_EXPERIMENTAL));
  }

  List<URI> paintOrigins() {
    return config.get(ApiConfig.PAINT_IMAGE_ORIGINS).stream().map(URI::create).toList();
  }

  List<URI> corsOrigins() {
    List<URI> origins = new ArrayList<>(ownOrigins());
    config.get(ApiConfig.CORS_ORIGINS).forEach(origin -> origins.add(URI.create(origin)));
    return origins;
  }
}
