package app.seventv.api;

import app.seventv.api.common.WellKnownIds;
import app.seventv.core.config.CidrBlock;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.Secret;
import app.seventv.core.config.ValueType;
import app.seventv.core.config.ValueTypes;
import app.seventv.core.mongo.MongoOptions;
import app.seventv.core.nats.NatsOptions;
import app.seventv.model.Id;
import app.seventv.model.Platform;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Every setting of the API (operations.md §3.1, and keys of our own). */
public final class ApiConfig {
  /** Where Stripe delivers from, as it publishes. */
  private static final List<String> STRIPE_ADDRESSES =
      List.of(
          "3.18.12.63/32",
          "3.130.192.231/32",
          "13.235.14.237/32",
          "13.235.122.149/32",
          "18.211.135.69/32",
          "35.154.171.200/32",
          "52.15.183.38/32",
          "54.88.130.119/32",
          "54.88.130.237/32",
          "54.187.174.169/32",
          "54.187.205.235/32",
          "54.187.216.72/32");

  public static final Key<InetSocketAddress> BIND =
      Key.address("api.bind", "0.0.0.0:8080", "Address of the public listener.");
  public static final Key<URI> WEBSITE_ORIGIN =
      Key.url("api.website_origin", "https://7tv.app", "Origin of the website.");
  public static final Key<URI> OLD_WEBSITE_ORIGIN =
      Key.url("api.old_website_origin", "https://old.7tv.app", "Origin of the old website.");
  public static final Key<URI> API_ORIGIN =
      Key.url("api.api_origin", "https://7tv.io", "Origin of this API.");
  public static final Key<URI> CDN_ORIGIN =
      Key.url("api.cdn_origin", "https://cdn.7tv.app/", "Base of every image address.");
  public static final Key<String> DOMAIN =
      Key.string("api.domain", "7tv.io", "Domain of the cookies.");
  public static final Key<List<String>> CORS_ORIGINS =
      Key.strings(
          "api.cors_allowed_credential_origins",
          List.of("https://twitch.tv", "https://kick.com", "https://dashboard.twitch.tv"),
          "Origins that may send cookies, beside the websites.");
  public static final Key<Integer> INSTANCES =
      Key.integer(
          "api.instances", 1, 1, 1000, "Number of API processes that share the rate limits.");

  /** The default is what some sets of a thousand emotes have with everything in them. */
  public static final Key<Integer> GRAPHQL_MAX_FIELDS =
      Key.integer(
          "api.graphql_max_fields",
          1_000_000,
          1_000,
          100_000_000,
          "Most fields in the GraphQL answers to one request, over all items of a batch.");

  public static final Key<Integer> RESPONSE_CACHE_MB =
      Key.integer(
          "api.cache.responses_mb",
          256,
          0,
          1 << 20,
          "Most memory outside of the heap for whole answers, in MiB; 0 keeps none.");
  public static final Key<Integer> ENTITY_CACHE_MB =
      Key.integer(
          "api.cache.entities_mb",
          128,
          0,
          1 << 20,
          "Most heap for users, emotes and emote sets, in MiB; 0 keeps none.");
  public static final Key<Duration> CACHE_MAX_AGE =
      Key.duration(
          "api.cache.max_age",
          Duration.ofMinutes(10),
          "Longest time that an answer, and each part that it is made of, is kept in memory."
              + " Changes end it at once; while nobody tells of them nothing is used.");
  public static final Key<List<String>> IP_HEADERS =
      Key.strings("api.incoming_request.ip_headers", List.of(), "Headers that name the client.");
  public static final Key<List<CidrBlock>> TRUSTED_PROXIES =
      Key.of(
          "api.incoming_request.trusted_proxies",
          ValueTypes.CIDR.list(),
          List.of(),
          "Networks whose headers are believed.");
  public static final Key<List<CidrBlock>> TRUSTED_RANGES =
      Key.of(
          "api.incoming_request.trusted_ranges",
          ValueTypes.CIDR.list(),
          List.of(),
          "Networks that may connect without a proxy.");
  public static final Key<Secret> JWT_SECRET =
      Key.secret("jwt.secret", ApiChecks.PUBLIC_SECRET, "Key of access tokens; must be changed.");
  public static final Key<String> JWT_ISSUER =
      Key.string("jwt.issuer", "seventv-api", "Issuer of access tokens.");
  public static final Key<Duration> DATABASE_TIMEOUT =
      Key.duration(
          "database.timeout",
          Duration.ofSeconds(10),
          "Longest time that one operation of MongoDB may take, with the wait for a server, a"
              + " connection and all attempts; the request is answered with 504 then. 0s sets no"
              + " limit; timeoutMS in database.uri wins.");
  public static final Key<Duration> DATABASE_SELECTION_TIMEOUT =
      Key.duration(
          "database.server_selection_timeout",
          Duration.ofSeconds(5),
          "Longest part of that time that is spent waiting for a server that can be reached;"
              + " serverSelectionTimeoutMS in database.uri wins.");
  public static final Key<Optional<String>> NATS_USERNAME =
      Key.optional("nats.username", ValueTypes.STRING, "User name at NATS.");
  public static final Key<Optional<Secret>> NATS_PASSWORD =
      Key.secret("nats.password", "Password at NATS.");
  public static final Key<Optional<Secret>> NATS_TOKEN =
      Key.secret("nats.token", "Token at NATS, instead of name and password.");
  public static final Key<URI> TYPESENSE_URI =
      Key.url("typesense.uri", "http://localhost:8108", "Address of Typesense.");
  public static final Key<Optional<Secret>> TYPESENSE_API_KEY =
      Key.secret("typesense.api_key", "Key of Typesense.");
  public static final Key<List<String>> IMAGE_PROCESSOR_ADDRESS =
      Key.strings(
          "image_processor.address", List.of(), "Addresses host:port of the image processor.");
  public static final Key<String> EVENT_QUEUE =
      Key.string("image_processor.event_queue_name", "nats", "Queue that results go to.");
  public static final Key<String> TOPIC_PREFIX =
      Key.string(
          "image_processor.event_queue_topic_prefix",
          "image_processor",
          "Prefix of the results' subjects.");
  public static final Key<String> INPUT_DRIVE =
      Key.string("image_processor.input_drive_name", "s3", "Drive of originals.");
  public static final Key<String> OUTPUT_DRIVE =
      Key.string("image_processor.output_drive_name", "s3", "Drive of public files.");
  public static final Key<String> PURGE_SUBJECT =
      Key.string("cdn.purge_stream_subject", "cdn.purge", "Subject prefix of CDN purges.");

  public static final Key<List<String>> PAINT_IMAGE_ORIGINS =
      Key.strings(
          "api.paint_image_origins",
          List.of("https://7tv.app", "https://cdn.7tv.app"),
          "Origins that images of paints are fetched from.");
  public static final Key<String> CHATTERINO_STABLE =
      Key.string("api.chatterino.stable_version", "7.5.3", "Latest Chatterino.");
  public static final Key<Optional<String>> CHATTERINO_BETA =
      Key.optional("api.chatterino.beta_version", ValueTypes.STRING, "Latest beta of Chatterino.");
  public static final Key<Boolean> CHATTERINO_ARM_IS_EXPERIMENTAL =
      Key.bool(
          "api.chatterino.windows_on_arm_is_experimental",
          true,
          "Whether Chatterino for Windows on ARM is called experimental.");
  public static final Key<Optional<Path>> EXTENSION_CONFIGS =
      Key.optional(
          "api.extension_configs",
          ValueTypes.PATH,
          "Folder with extension.json and extension-nightly.json to serve instead of ours.");
  public static final Key<Secret> RECAPTCHA_SECRET =
      Key.secret("api.recaptcha_secret_key", "", "Key of reCAPTCHA; nobody passes without it.");
  public static final Key<URI> RECAPTCHA_URL =
      Key.url(
          "api.recaptcha_url",
          "https://www.google.com/recaptcha/api/siteverify",
          "Where captchas are verified.");
  public static final Key<URI> STRIPE_API_BASE =
      Key.url("stripe.api_base", "https://api.stripe.com", "Address of Stripe.");
  public static final Key<Secret> STRIPE_API_KEY =
      Key.secret("stripe.api_key", "sk_test", "Key of Stripe.");
  public static final Key<Secret> STRIPE_WEBHOOK_SECRET =
      Key.secret("stripe.webhook_secret", "whsec_test", "Key of Stripe's deliveries.");
  public static final Key<List<CidrBlock>> STRIPE_WEBHOOK_ADDRESSES =
      Key.of(
          "stripe.webhook_addresses",
          ValueTypes.CIDR.list(),
          STRIPE_ADDRESSES.stream().map(CidrBlock::parse).toList(),
          "Networks that Stripe delivers from, beside this machine.");
  public static final Key<Integer> STRIPE_CONCURRENT_REQUESTS =
      Key.integer(
          "stripe.concurrent_requests", 50, 1, 10_000, "Most requests to Stripe at a time.");

  public static final Key<URI> PAYPAL_API_BASE =
      Key.url("paypal.api_base", "https://api.paypal.com", "Address of PayPal.");
  public static final Key<URI> PAYPAL_CERTIFICATE_BASE =
      Key.url(
          "paypal.certificate_base",
          "https://api.paypal.com/",
          "What addresses of certificates start with; others are not believed.");
  public static final Key<String> PAYPAL_CLIENT_ID =
      Key.string("paypal.client_id", "client_id", "Our id at PayPal.");
  public static final Key<Secret> PAYPAL_CLIENT_SECRET =
      Key.secret("paypal.client_secret", "client_secret", "Our secret at PayPal.");
  public static final Key<String> PAYPAL_WEBHOOK_ID =
      Key.string("paypal.webhook_id", "webhook_id", "Id of our webhook at PayPal.");
  public static final Key<Optional<Path>> GIFT_CAMPAIGNS =
      Key.optional(
          "api.gift_campaigns",
          ValueTypes.PATH,
          "JSON file of what presents earn in certain times, instead of ours.");
  public static final Key<Optional<Path>> GEOIP_PATH =
      Key.optional(
          "geoip.path", ValueTypes.PATH, "MaxMind database of countries, GeoLite2-Country.mmdb.");
  public static final Key<Optional<String>> COUNTRY_HEADER =
      Key.optional(
          "geoip.country_header",
          ValueTypes.STRING,
          "Header in which trusted proxies name the country, CF-IPCountry at Cloudflare.");
  public static final Key<URI> KICK_CHANNELS_URL =
      Key.url(
          "connections.kick.channels_url",
          "https://api.kick.com/public/v1/channels",
          "Where channels and their biographies are found by name.");
  public static final Key<Integer> PRESENCES_PER_MINUTE =
      Key.integer(
          "api.presences_per_minute",
          300,
          1,
          1_000_000,
          "Presence writes of one user or address, where roles do not say.");

  private static final ValueType<Id> ID = ValueTypes.STRING.map("an id", Id::parse, Id::toString);

  public static final Key<Id> BLOCKING_ROLE =
      Key.of(
          "api.ids.blocking_role",
          ID,
          WellKnownIds.DEFAULTS.blockingRole(),
          "Role whose holders may not sign in.");
  public static final Key<Id> QUIET_ROLE =
      Key.of(
          "api.ids.quiet_role",
          ID,
          WellKnownIds.DEFAULTS.quietRole(),
          "Role whose holders have no activity to show.");
  public static final Key<Id> SYSTEM_USER =
      Key.of(
          "api.ids.system_user",
          ID,
          WellKnownIds.DEFAULTS.systemUser(),
          "User shown as the actor of what nobody did.");
  public static final Key<Id> SUBSCRIPTION_PRODUCT =
      Key.of(
          "api.ids.subscription_product",
          ID,
          WellKnownIds.DEFAULTS.subscriptionProduct(),
          "Product that subscribers are subscribed to.");

  private static final Map<Platform, Connection> CONNECTIONS = connections();

  /** All of them. */
  public static final ConfigSchema SCHEMA = schema();

  private ApiConfig() {}

  /** Settings of one platform that people sign in with. */
  public record Connection(
      Key<Boolean> enabled,
      Key<String> clientId,
      Key<Secret> clientSecret,
      Key<URI> authorizeUrl,
      Key<URI> tokenUrl,
      Key<URI> profileUrl) {}

  public static Connection connection(Platform platform) {
    return Objects.requireNonNull(CONNECTIONS.get(platform));
  }

  private static Map<Platform, Connection> connections() {
    Map<Platform, Connection> all = new EnumMap<>(Platform.class);
    all.put(
        Platform.TWITCH,
        connection(
            Platform.TWITCH,
            "https://id.twitch.tv/oauth2/authorize",
            "https://id.twitch.tv/oauth2/token",
            "https://api.twitch.tv/helix/users"));
    all.put(
        Platform.DISCORD,
        connection(
            Platform.DISCORD,
            "https://discord.com/oauth2/authorize",
            "https://discord.com/api/v10/oauth2/token",
            "https://discord.com/api/v10/users/@me"));
    all.put(
        Platform.GOOGLE,
        connection(
            Platform.GOOGLE,
            "https://accounts.google.com/o/oauth2/v2/auth?access_type=offline"
                + "&include_granted_scopes=true",
            "https://oauth2.googleapis.com/token",
            "https://youtube.googleapis.com/youtube/v3/channels?part=snippet&mine=true"));
    all.put(
        Platform.KICK,
        connection(
            Platform.KICK,
            "https://id.kick.com/oauth/authorize",
            "https://id.kick.com/oauth/token",
            "https://api.kick.com/public/v1/users"));
    return all;
  }

  private static Connection connection(
      Platform platform, String authorizeUrl, String tokenUrl, String profileUrl) {
    String prefix = "connections." + platform.name().toLowerCase(Locale.ROOT) + ".";
    return new Connection(
        Key.bool(prefix + "enabled", false, "Whether people may sign in with it."),
        Key.string(prefix + "client_id", "client_id", "Our id there."),
        Key.secret(prefix + "client_secret", "client_secret", "Our secret there."),
        Key.url(prefix + "authorize_url", authorizeUrl, "Where browsers are sent."),
        Key.url(prefix + "token_url", tokenUrl, "Where codes are exchanged."),
        Key.url(prefix + "profile_url", profileUrl, "Where accounts are read."));
  }

  private static ConfigSchema schema() {
    ConfigSchema.Builder schema =
        ConfigSchema.builder()
            .add(
                BIND,
                WEBSITE_ORIGIN,
                OLD_WEBSITE_ORIGIN,
                API_ORIGIN,
                CDN_ORIGIN,
                DOMAIN,
                CORS_ORIGINS,
                INSTANCES,
                GRAPHQL_MAX_FIELDS,
                RESPONSE_CACHE_MB,
                ENTITY_CACHE_MB,
                CACHE_MAX_AGE,
                IP_HEADERS,
                TRUSTED_PROXIES,
                TRUSTED_RANGES)
            .add(JWT_SECRET, JWT_ISSUER)
            .check(ApiChecks::checkJwtSecret)
            .include(MongoOptions.SCHEMA)
            .add(DATABASE_TIMEOUT, DATABASE_SELECTION_TIMEOUT)
            .check(NatsOptions::checkServers)
            .add(NatsOptions.SERVERS, NATS_USERNAME, NATS_PASSWORD, NATS_TOKEN)
            .add(TYPESENSE_URI, TYPESENSE_API_KEY)
            .add(RECAPTCHA_SECRET, RECAPTCHA_URL)
            .add(PAINT_IMAGE_ORIGINS, EXTENSION_CONFIGS)
            .add(CHATTERINO_STABLE, CHATTERINO_BETA, CHATTERINO_ARM_IS_EXPERIMENTAL)
            .add(STRIPE_API_BASE, STRIPE_API_KEY, STRIPE_CONCURRENT_REQUESTS)
            .add(PAYPAL_API_BASE, PAYPAL_CERTIFICATE_BASE)
            .add(PAYPAL_CLIENT_ID, PAYPAL_CLIENT_SECRET, PAYPAL_WEBHOOK_ID)
            .add(GIFT_CAMPAIGNS, GEOIP_PATH, COUNTRY_HEADER)
            .add(KICK_CHANNELS_URL, PRESENCES_PER_MINUTE)
            .add(BLOCKING_ROLE, QUIET_ROLE, SYSTEM_USER, SUBSCRIPTION_PRODUCT)
            .add(STRIPE_WEBHOOK_SECRET, STRIPE_WEBHOOK_ADDRESSES)
            .add(
                IMAGE_PROCESSOR_ADDRESS,
                EVENT_QUEUE,
                TOPIC_PREFIX,
                INPUT_DRIVE,
                OUTPUT_DRIVE,
                PURGE_SUBJECT)
            .ignore("locks, limits and leaderboards live in MongoDB", "redis")
            .ignore("the event loops are set by event_loops", "api.workers")
            .ignore(
                "names are looked up again whenever a connection is lost",
                "image_processor.resolve_interval")
            .ignore("the subject is fixed", "api.nats_event_subject")
            .ignore(
                "not served yet",
                "export_schema_path",
                "clickhouse",
                "geoip.download",
                "nats.tls",
                "cdn.purge_stream_name",
                "cdn.cloudflare_cdn_zone_id",
                "cdn.cloudflare_api_token");
    for (Connection connection : CONNECTIONS.values()) {
      schema.add(
          connection.enabled(),
          connection.clientId(),
          connection.clientSecret(),
          connection.authorizeUrl(),
          connection.tokenUrl(),
          connection.profileUrl());
    }
    return schema.build();
  }
}
