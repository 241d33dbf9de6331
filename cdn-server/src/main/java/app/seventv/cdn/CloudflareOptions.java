package app.seventv.cdn;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.Secret;
import app.seventv.core.config.ValueTypes;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * The {@code cloudflare} option group: zones in front of this CDN whose caches are purged too.
 *
 * @param api address of Cloudflare's API
 * @param token its bearer token, which needs the permission to purge
 * @param zones what is purged
 * @param consumer durable JetStream consumer that all nodes with a token share
 * @param batch entries of one call
 * @param callsPerSecond calls to the API
 */
record CloudflareOptions(
    URI api, Secret token, List<Zone> zones, String consumer, int batch, int callsPerSecond) {
  /**
   * A zone.
   *
   * @param id its id at Cloudflare
   * @param origins addresses under which it serves images, as {@code https://cdn.7tv.app}
   */
  record Zone(String id, List<String> origins) {}

  private static final Key<URI> API =
      Key.url("api", "https://api.cloudflare.com", "Address of Cloudflare's API.");
  private static final Key<Optional<Secret>> TOKEN =
      Key.secret("token", "API token that may purge; without it Cloudflare is left alone.");
  private static final Key<String> ZONE =
      Key.required("zone", ValueTypes.STRING, "Id of the zone.");
  private static final Key<List<String>> ORIGINS =
      Key.strings("origins", List.of(), "Where the zone serves images: https://cdn.7tv.app.");
  private static final Key<List<Config>> ZONES =
      Key.tables("zones", ConfigSchema.of(ZONE, ORIGINS), "Zones to purge.");
  private static final Key<String> CONSUMER =
      Key.string("consumer", "cloudflare", "Durable consumer that all nodes share.");
  private static final Key<Integer> BATCH =
      Key.integer("batch", 30, 1, 500, "Entries of one call; Cloudflare's limit is the plan's.");
  private static final Key<Integer> CALLS =
      Key.integer("calls_per_second", 5, 1, 1_000, "Calls to the API per second.");

  static final ConfigSchema SCHEMA = ConfigSchema.of(API, TOKEN, ZONES, CONSUMER, BATCH, CALLS);

  CloudflareOptions {
    zones = List.copyOf(zones);
  }

  /** The group's values; nothing without a token or without zones. */
  static Optional<CloudflareOptions> from(Config group) {
    List<Zone> zones =
        group.get(ZONES).stream()
            .map(table -> new Zone(table.get(ZONE), List.copyOf(table.get(ORIGINS))))
            .toList();
    return group
        .get(TOKEN)
        .filter(_ -> !zones.isEmpty())
        .map(token ->
            new CloudflareOptions(
                group.get(API),
                token,
                zones,
                group.get(CONSUMER),
                group.get(BATCH),
                group.get(CALLS)));
  }
}
