package app.seventv.cdn;

import app.seventv.cdn.disk.DiskOptions;
import app.seventv.cdn.peer.PeerOptions;
import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigCheck;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.Secret;
import app.seventv.core.http.ClientAddress;
import app.seventv.core.http.HttpLimits;
import app.seventv.core.http.ProxyProtocol;
import app.seventv.core.limits.AddressLimitOptions;
import app.seventv.core.limits.RequestLimitOptions;
import app.seventv.core.nats.NatsOptions;
import app.seventv.core.tls.TlsOptions;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Settings of the image edge (operations.md §3.2, cdn.md §9). */
record CdnOptions(Config config) {
  private static final Key<InetSocketAddress> BIND =
      Key.address("cdn.bind", "0.0.0.0:8000", "Address of the plain listener.");
  private static final Key<InetSocketAddress> SECURE_BIND =
      Key.address("cdn.secure_bind", "0.0.0.0:8443", "Address of TLS (TCP) and QUIC (UDP).");
  private static final Key<Integer> PUBLIC_PORT =
      Key.integer(
          "cdn.public_port",
          0,
          0,
          65_535,
          "Port of TLS and QUIC as clients see it, for alt-svc and redirects; 0: cdn.secure_bind's.");
  private static final Key<Boolean> HTTP3 =
      Key.bool("cdn.http3", false, "Whether HTTP/3 is offered on the secure address.");
  private static final Key<ProxyProtocol.Mode> PROXY_PROTOCOL = ProxyProtocol.mode("cdn");
  private static final Key<String> SERVER_NAME =
      Key.string("cdn.server_name", "SevenTV", "Value of the server header.");
  private static final Key<Boolean> ALLOW_INSECURE =
      Key.bool(
          "cdn.allow_insecure",
          false,
          "Whether the plain listener serves images although there is a certificate.");
  private static final Key<String> BUCKET_NAME =
      Key.string("cdn.bucket.name", "7tv-public", "Bucket with the images.");
  private static final Key<String> BUCKET_REGION =
      Key.string("cdn.bucket.region", "us-east-1", "Region of the bucket.");
  private static final Key<String> BUCKET_ENDPOINT =
      Key.string("cdn.bucket.endpoint", "http://localhost:9000", "Address of the object store.");
  private static final Key<String> ACCESS_KEY =
      Key.string("cdn.bucket.credentials.access_key", "", "Access key of the bucket.");
  private static final Key<Optional<Secret>> SECRET_KEY =
      Key.secret("cdn.bucket.credentials.secret_key", "Secret key of the bucket.");
  private static final Key<Long> CACHE_CAPACITY =
      Key.sizeBytes("cdn.cache_capacity", 1_000_000_000L, "Memory cache; 0 = unbounded.");
  private static final Key<Duration> MAX_AGE =
      Key.duration("cdn.max_age", Duration.ofDays(7), "Life of objects that do not say.");
  private static final Key<Integer> MAX_CONCURRENT_REQUESTS =
      Key.integer("cdn.max_concurrent_requests", 200, 1, 100_000, "Origin fetches at once.");
  private static final Key<Integer> ORIGIN_REQUEST_TIMEOUT =
      Key.integer("cdn.origin_request_timeout", 5, 1, 3_600, "Seconds for an origin fetch.");
  private static final Key<Integer> ORIGIN_HEDGE_DELAY =
      Key.integer(
          "cdn.origin_hedge_delay",
          1_000,
          1,
          3_600_000,
          "Milliseconds without an answer after which the origin is asked a second time.");
  private static final Key<Long> MAX_OBJECT_SIZE =
      Key.sizeBytes(
          "cdn.max_object_size",
          64L << 20,
          "Larger objects are passed on and not kept; at most 1 GiB.");
  private static final Key<Duration> STALE_WHILE_REVALIDATE =
      Key.duration(
          "cdn.stale_while_revalidate",
          Duration.ofHours(1),
          "How long past its life an object is served while a new one is fetched.");
  private static final Key<Duration> STALE_IF_ERROR =
      Key.duration(
          "cdn.stale_if_error",
          Duration.ofDays(1),
          "How long past its life an object is served if the origin fails.");
  private static final Key<Integer> EXPIRY_JITTER =
      Key.integer(
          "cdn.expiry_jitter", 10, 0, 90, "Percent of its life that an object may lose by chance.");
  private static final Key<Duration> MAX_AGE_WITHOUT_PURGES =
      Key.duration(
          "cdn.max_age_without_purges",
          Duration.ofMinutes(1),
          "Longest life of objects while purges cannot arrive.");
  private static final Key<Duration> UNREADY_AFTER =
      Key.duration(
          "cdn.unready_after",
          Duration.ofMinutes(5),
          "How long purges or the origin may be away before /readyz says no.");
  private static final Key<Boolean> FALLBACKS =
      Key.bool(
          "cdn.fallbacks",
          false,
          "Whether a missing static form is replaced by the plain one, and a static GIF by a PNG.");
  private static final Key<String> PURGE_SUBJECT =
      Key.string("cdn.purge_stream_subject", "cdn.purge", "Subject prefix of purges.");
  private static final Key<String> PURGE_STREAM =
      Key.string("cdn.purge_stream_name", "CdnPurge", "JetStream stream of purges.");
  private static final Key<Integer> SLOWEST_READER =
      Key.integer(
          "cdn.slowest_reader",
          256,
          0,
          1_000_000,
          "Bytes per second that a client must take on average; 0: any progress counts.");
  private static final Key<Integer> MAX_CONNECTIONS =
      Key.integer(
          "cdn.max_connections", 0, 0, Integer.MAX_VALUE, "Connections per listener; 0: no bound.");
  private static final Key<Optional<Secret>> PURGE_SECRET =
      Key.secret(
          "cdn.purge_secret", "Bearer token of POST /purge on the admin port; without it: none.");
  private static final Key<String> POD_NAME =
      Key.string("pod.name", "", "Name of this instance; also names its purge consumer.")
          .defaultFrom("POD_NAME");
  private static final Key<String> NODE_NAME =
      Key.string("pod.node_name", "", "Name of the host.").defaultFrom("NODE_NAME");

  /** Printable ASCII; space only inside (RFC 9110 §5.5). */
  private static final Pattern FIELD_VALUE = Pattern.compile("([!-~]([ -~]*[!-~])?)?");

  static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(PROXY_PROTOCOL)
          .add(BIND, SECURE_BIND, PUBLIC_PORT, HTTP3, SERVER_NAME, ALLOW_INSECURE)
          .add(BUCKET_NAME, BUCKET_REGION, BUCKET_ENDPOINT, ACCESS_KEY, SECRET_KEY)
          .add(CACHE_CAPACITY, MAX_AGE, MAX_CONCURRENT_REQUESTS, ORIGIN_REQUEST_TIMEOUT)
          .add(ORIGIN_HEDGE_DELAY, MAX_OBJECT_SIZE, STALE_WHILE_REVALIDATE, STALE_IF_ERROR)
          .add(EXPIRY_JITTER, MAX_AGE_WITHOUT_PURGES, UNREADY_AFTER, FALLBACKS)
          .add(PURGE_SUBJECT, PURGE_STREAM, PURGE_SECRET, POD_NAME, NODE_NAME)
          .add(SLOWEST_READER, MAX_CONNECTIONS)
          .include(NatsOptions.SCHEMA)
          .group("cdn.tls", TlsOptions.SCHEMA)
          .group("cdn.incoming_request", ClientAddress.SCHEMA)
          .ignore("not used", "cdn.tls.ca_cert", "cdn.tls.alpn_protocols")
          .ignore("event_loops sets the number of loops", "cdn.workers")
          .group("cdn.rate_limit", AddressLimitOptions.SCHEMA)
          .group("cdn.rate_limit", RequestLimitOptions.SCHEMA)
          .group("cdn.disk", DiskOptions.SCHEMA)
          .group("cdn.peers", PeerOptions.SCHEMA)
          .group("cdn.cloudflare", CloudflareOptions.SCHEMA)
          .check(CdnOptions::check)
          .startCheck(CdnOptions::checkStart)
          .build();

  /** What {@link #isPodName} wants of {@code pod.name}. */
  static final String POD_NAME_RULE = "must consist of letters, digits, - and _";

  private static final long MAX_MAX_OBJECT_SIZE = 1L << 30;

  /** What cannot be together. */
  private static void check(Config config, ConfigCheck.Problems problems) {
    ProxyProtocol.Mode mode = config.get(PROXY_PROTOCOL);
    CdnOptions options = new CdnOptions(config);
    if (mode != ProxyProtocol.Mode.OFF && options.clientAddress().trustedProxies().isEmpty()) {
      problems.add(PROXY_PROTOCOL, "needs cdn.incoming_request.trusted_proxies");
    }
    if (mode == ProxyProtocol.Mode.REQUIRED && options.http3() && hasTls(config)) {
      problems.add(PROXY_PROTOCOL, "cannot be required with cdn.http3: UDP does not carry it");
    }
    if (config.get(MAX_OBJECT_SIZE) > MAX_MAX_OBJECT_SIZE) {
      problems.add(MAX_OBJECT_SIZE, "is over 1 GiB");
    }
    if (config.get(PURGE_SECRET).filter(Secret::isBlank).isPresent()) {
      problems.add(PURGE_SECRET, "is empty: everybody could purge");
    }
    for (Key<String> field : List.of(SERVER_NAME, NODE_NAME)) {
      if (!FIELD_VALUE.matcher(config.get(field)).matches()) {
        problems.add(field, "must be printable ASCII without space around it: a header's value");
      }
    }
    if (!isHttpUrl(config.get(BUCKET_ENDPOINT))) {
      problems.add(BUCKET_ENDPOINT, "must be a URL of http or https");
    }
  }

  /** Without a name there can be settings, but no start. */
  private static void checkStart(Config config, ConfigCheck.Problems problems) {
    if (!isPodName(config.get(POD_NAME))) {
      problems.add(POD_NAME, POD_NAME_RULE);
    }
  }

  /** Whether a JetStream consumer can be called so (cdn.md §11, 14). */
  static boolean isPodName(String name) {
    return name.matches("[A-Za-z0-9_-]+");
  }

  private static boolean isHttpUrl(String text) {
    try {
      URI uri = new URI(text);
      return ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
          && uri.getHost() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  InetSocketAddress bind() {
    return config.get(BIND);
  }

  InetSocketAddress secureBind() {
    return config.get(SECURE_BIND);
  }

  /** The port that clients are told of (cdn.md §11, 11). */
  int publicPort() {
    int port = config.get(PUBLIC_PORT);
    return port == 0 ? secureBind().getPort() : port;
  }

  /** The certificates, or null for a plain server. */
  @Nullable TlsOptions tls() {
    return TlsOptions.from(config.group("cdn.tls")).orElse(null);
  }

  private static boolean hasTls(Config config) {
    return TlsOptions.isConfigured(config.group("cdn.tls"));
  }

  boolean http3() {
    return config.get(HTTP3);
  }

  boolean allowInsecure() {
    return config.get(ALLOW_INSECURE);
  }

  String serverName() {
    return config.get(SERVER_NAME);
  }

  String bucketName() {
    return config.get(BUCKET_NAME);
  }

  String bucketRegion() {
    return config.get(BUCKET_REGION);
  }

  String bucketEndpoint() {
    return config.get(BUCKET_ENDPOINT);
  }

  String accessKey() {
    return config.get(ACCESS_KEY);
  }

  String secretKey() {
    return config.get(SECRET_KEY).map(Secret::reveal).orElse("");
  }

  long cacheCapacityBytes() {
    return config.get(CACHE_CAPACITY);
  }

  Duration maxAge() {
    return config.get(MAX_AGE);
  }

  int maxOriginRequests() {
    return config.get(MAX_CONCURRENT_REQUESTS);
  }

  Duration originTimeout() {
    return Duration.ofSeconds(config.get(ORIGIN_REQUEST_TIMEOUT));
  }

  Duration originHedgeDelay() {
    return Duration.ofMillis(config.get(ORIGIN_HEDGE_DELAY));
  }

  int maxObjectBytes() {
    return Math.toIntExact(config.get(MAX_OBJECT_SIZE));
  }

  Freshness freshness(PurgeState purges, DoubleSupplier random) {
    return new Freshness(
        config.get(STALE_WHILE_REVALIDATE),
        config.get(STALE_IF_ERROR),
        config.get(EXPIRY_JITTER) / 100.0,
        config.get(MAX_AGE_WITHOUT_PURGES),
        purges,
        random);
  }

  Duration unreadyAfter() {
    return config.get(UNREADY_AFTER);
  }

  boolean fallbacks() {
    return config.get(FALLBACKS);
  }

  String purgeSubject() {
    return config.get(PURGE_SUBJECT);
  }

  String purgeStream() {
    return config.get(PURGE_STREAM);
  }

  /** What {@code POST /purge} asks for. */
  Optional<Secret> purgeSecret() {
    return config.get(PURGE_SECRET);
  }

  /** The disk cache, if there is to be one. */
  Optional<DiskOptions> disk() {
    return DiskOptions.from(config.group("cdn.disk"));
  }

  /** The other nodes, if they are to be asked. */
  Optional<PeerOptions> peers() {
    return PeerOptions.from(config.group("cdn.peers"));
  }

  /** Cloudflare's zones, if there are any to purge. */
  Optional<CloudflareOptions> cloudflare() {
    return CloudflareOptions.from(config.group("cdn.cloudflare"));
  }

  String podName() {
    return config.get(POD_NAME);
  }

  String nodeName() {
    return config.get(NODE_NAME);
  }

  AddressLimitOptions addressLimits() {
    return AddressLimitOptions.from(config.group("cdn.rate_limit"));
  }

  /** Requests and bytes per address; nothing if they are not limited. */
  Optional<RequestLimitOptions> requestLimits() {
    return Optional.of(RequestLimitOptions.from(config.group("cdn.rate_limit")))
        .filter(limits -> addressLimits().enabled() && limits.isLimiting());
  }

  /** Bounds of the HTTP servers. */
  HttpLimits httpLimits() {
    return HttpLimits.builder()
        .minWriteBytesPerSecond(config.get(SLOWEST_READER))
        .maxConnections(config.get(MAX_CONNECTIONS))
        .build();
  }

  /** What the TCP listeners expect first. */
  ProxyProtocol proxyProtocol() {
    return new ProxyProtocol(config.get(PROXY_PROTOCOL), clientAddress().trustedProxies());
  }

  ClientAddress clientAddress() {
    return ClientAddress.from(config.group("cdn.incoming_request"));
  }
}
