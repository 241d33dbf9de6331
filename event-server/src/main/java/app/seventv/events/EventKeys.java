package app.seventv.events;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigCheck;
import app.seventv.core.config.ConfigSchema;
import app.seventv.core.config.Key;
import app.seventv.core.config.ValueTypes;
import app.seventv.core.http.ClientAddress;
import app.seventv.core.http.ProxyProtocol;
import app.seventv.core.limits.AddressLimitOptions;
import app.seventv.core.nats.NatsOptions;
import app.seventv.core.service.ServiceKeys;
import app.seventv.core.tls.TlsOptions;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** The settings of the service (operations.md §3.3). */
final class EventKeys {
  static final Key<InetSocketAddress> BIND =
      Key.address("event_api.bind", "0.0.0.0:8000", "Address to listen on.");

  static final Key<Optional<InetSocketAddress>> SECURE_BIND =
      Key.optional(
          "event_api.secure_bind",
          ValueTypes.ADDRESS,
          "Address of a TLS listener beside a plain one; without it, a certificate turns TLS on"
              + " at event_api.bind.");

  static final Key<String> SERVER_NAME =
      Key.string("event_api.server_name", "SevenTV", "Value of the server header.");

  static final Key<Duration> HEARTBEAT_INTERVAL =
      Key.durationTable(
          "event_api.heartbeat_interval",
          Duration.ofSeconds(45),
          "Shortest time between heartbeats; each session adds up to 10 %.");

  static final Key<Duration> TTL =
      Key.durationTable(
          "event_api.ttl",
          Duration.ofHours(1),
          "Shortest life of a session before it must reconnect; each adds up to 10 %.");

  static final Key<Integer> SUBSCRIPTION_LIMIT =
      Key.integer(
          "event_api.subscription_limit",
          500,
          -1,
          30_000,
          "Topics per session, -1 for any number.");

  static final Key<Optional<Integer>> CONNECTION_LIMIT =
      Key.optional(
          "event_api.connection_limit",
          ValueTypes.integer(0, Integer.MAX_VALUE),
          "Sessions of this instance; more are refused with 503.");

  static final Key<Long> MAX_PENDING_BYTES =
      Key.sizeBytes(
          "event_api.max_pending_bytes",
          1 << 20,
          "Bytes a client may leave unread before its session is ended.");

  static final Key<Integer> DRAIN_SESSIONS_PER_SECOND =
      Key.integer(
          "event_api.drain_sessions_per_second",
          2_000,
          1,
          1_000_000,
          "Sessions told to reconnect per second on shutdown; faster if drain_time is too short.");

  static final Key<URI> CDN_ORIGIN =
      Key.url("event_api.cdn_origin", "https://cdn.7tv.app", "Base of image addresses.");

  static final Key<String> POD_NAME =
      Key.string("pod.name", "", "Name of this instance that clients see.").defaultFrom("POD_NAME");

  static final Key<String> POD_NODE_NAME =
      Key.string("pod.node_name", "", "Name of the host.").defaultFrom("NODE_NAME");

  private static final Duration MAX_HEARTBEAT = Duration.ofDays(1);
  private static final Duration MAX_TTL = Duration.ofDays(365);

  private static final String TLS = "event_api.tls";

  private static final String RATE_LIMIT = "event_api.rate_limit";

  private static final Key<ProxyProtocol.Mode> PROXY_PROTOCOL = ProxyProtocol.mode("event_api");

  private static final String INCOMING_REQUEST = "event_api.incoming_request";

  static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(
              ServiceKeys.DRAIN_TIME.withDefault(Duration.ofSeconds(30)),
              BIND,
              SECURE_BIND,
              PROXY_PROTOCOL,
              SERVER_NAME,
              HEARTBEAT_INTERVAL,
              TTL,
              SUBSCRIPTION_LIMIT,
              CONNECTION_LIMIT,
              MAX_PENDING_BYTES,
              DRAIN_SESSIONS_PER_SECOND,
              CDN_ORIGIN,
              POD_NAME,
              POD_NODE_NAME)
          .group(TLS, TlsOptions.SCHEMA)
          .group(RATE_LIMIT, AddressLimitOptions.SCHEMA)
          .group(INCOMING_REQUEST, ClientAddress.SCHEMA)
          .include(NatsOptions.SCHEMA)
          .ignore("every event loop listens", "event_api.workers")
          .ignore("not used", "event_api.tls.ca_cert", "event_api.tls.alpn_protocols")
          .ignore("the bridge is part of the API", "event_api.bridge_url")
          .check(EventKeys::checkTls)
          .check(EventKeys::checkTimes)
          .build();

  private EventKeys() {}

  private static void checkTls(Config config, ConfigCheck.Problems problems) {
    if (config.get(SECURE_BIND).isPresent() && !TlsOptions.isConfigured(config.group(TLS))) {
      problems.add(SECURE_BIND, "needs " + TLS + ".cert");
    }
  }

  private static void checkTimes(Config config, ConfigCheck.Problems problems) {
    checkTime(config, HEARTBEAT_INTERVAL, MAX_HEARTBEAT, problems);
    checkTime(config, TTL, MAX_TTL, problems);
  }

  private static void checkTime(
      Config config, Key<Duration> key, Duration max, ConfigCheck.Problems problems) {
    Duration value = config.get(key);
    if (value.toMillis() < SessionLoop.TICK_MS || value.compareTo(max) > 0) {
      problems.add(key, "must be from " + SessionLoop.TICK_MS + " ms to " + max.toHours() + " h");
    }
  }

  /** Certificates and the like; nothing for a plain server. */
  static Optional<TlsOptions> tls(Config config) {
    return TlsOptions.from(config.group(TLS));
  }

  static AddressLimitOptions addressLimits(Config config) {
    return AddressLimitOptions.from(config.group(RATE_LIMIT));
  }

  /** What the listeners expect first. */
  static ProxyProtocol proxyProtocol(Config config) {
    return new ProxyProtocol(config.get(PROXY_PROTOCOL), clientAddress(config).trustedProxies());
  }

  static ClientAddress clientAddress(Config config) {
    return ClientAddress.from(config.group(INCOMING_REQUEST));
  }

  static SessionOptions sessionOptions(Config config) {
    return new SessionOptions(
        Math.toIntExact(config.get(HEARTBEAT_INTERVAL).toMillis()),
        config.get(TTL).toMillis(),
        config.get(SUBSCRIPTION_LIMIT),
        config.get(MAX_PENDING_BYTES),
        config.get(POD_NAME));
  }
}
