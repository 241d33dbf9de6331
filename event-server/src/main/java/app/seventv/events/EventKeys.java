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
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings of the service (operations.md §3.3). */
final class EventKeys {
  private static final long HEAP_BYTES = Runtime.getRuntime().maxMemory();

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

  static final Key<Duration> WRITE_TIMEOUT =
      Key.durationTable(
          "event_api.write_timeout",
          Duration.ofSeconds(30),
          "How long a client may take in nothing of what is queued before its session is ended.");

  static final Key<Integer> COMMANDS_PER_SECOND =
      Key.integer(
          "event_api.commands_per_second",
          20,
          1,
          100_000,
          "Commands per second that a session may go on sending; more end it with 4005.");

  static final Key<Integer> COMMAND_BURST =
      Key.integer(
          "event_api.command_burst",
          1_200,
          120,
          1_000_000,
          "Commands that a session may send at once, above that rate.");

  static final Key<Integer> HANDSHAKES_PER_SECOND =
      Key.integer(
          "event_api.handshakes_per_second",
          0,
          0,
          10_000_000,
          "New sessions per second on this instance; more are refused with 503 and told when to"
              + " come back; 0 for any number.");

  static final Key<List<String>> KNOWN_APPS =
      Key.strings(
          "event_api.known_apps",
          List.of("7tv-extension", "7tv-extension-nightly", "Chatterino", "chatterino", "okhttp"),
          "Applications that figures tell apart, others count as other; empty: any.");

  static final Key<Boolean> EMPTY_DISPATCHES =
      Key.bool(
          "event_api.empty_dispatches",
          true,
          "Whether clients are told that something happened to an object without being told what;"
              + " reveals sign-ins and the like.");

  static final Key<Boolean> LIFECYCLE_DISPATCHES =
      Key.bool(
          "event_api.lifecycle_dispatches",
          true,
          "Whether there are dispatches about what is made, deleted, given and taken, of types"
              + " that nobody was sent before; only who subscribed to these gets them.");

  static final Key<Boolean> FULL_UPDATES =
      Key.bool(
          "event_api.full_updates",
          false,
          "Whether emote.update tells also of processing, deletion and flags, about which it used"
              + " to be empty.");

  static final Key<Duration> PRESENCE_LIFETIME =
      Key.durationTable(
          "event_api.presence_lifetime",
          Duration.ofMinutes(10),
          "How long a user counts as present in a channel.");

  static final Key<Integer> PRESENCE_ENTRIES =
      Key.integer(
          "event_api.presence_entries",
          200_000,
          0,
          100_000_000,
          "Presences remembered; the eldest are forgotten first.");

  static final Key<Long> PRESENCE_BYTES =
      Key.sizeBytes(
          "event_api.presence_bytes",
          HeapShares.presenceBytes(HEAP_BYTES),
          "Heap of all presences that are remembered; by default 256 MiB, at most a fifth of the"
              + " heap.");

  static final Key<Integer> JOIN_PRESENCES =
      Key.integer(
          "event_api.join_presences",
          50,
          0,
          10_000,
          "Recent presences sent to a session that joins a channel; 0 sends none.");

  static final Key<Long> JOIN_BYTES =
      Key.sizeBytes("event_api.join_bytes", 128 << 10, "Bytes of them.");

  static final Key<Duration> RESUME_LIFETIME =
      Key.durationTable(
          "event_api.resume_lifetime",
          Duration.ofSeconds(150),
          "How long a session can be resumed after its end.");

  static final Key<Integer> RESUME_SESSIONS =
      Key.integer(
          "event_api.resume_sessions",
          200_000,
          0,
          100_000_000,
          "Ended sessions that can be resumed; the eldest are forgotten first; 0 turns it off.");

  static final Key<Long> RESUME_BYTES =
      Key.sizeBytes(
          "event_api.resume_bytes",
          HeapShares.resumeBytes(HEAP_BYTES),
          "Heap of the events kept for sessions that are resumed; by default 128 MiB, at most a"
              + " tenth of the heap.");

  static final Key<Integer> RESYNC_SESSIONS_PER_SECOND =
      Key.integer(
          "event_api.resync_sessions_per_second",
          1_000,
          1,
          1_000_000,
          "Sessions told to reconnect per second after the bus was away.");

  static final Key<Boolean> SSE_CLOSE_DATA =
      Key.bool(
          "event_api.sse_close_data",
          false,
          "Whether the close event of a stream carries data, so that browsers report it.");

  static final Key<Duration> SSE_RETRY =
      Key.durationTable(
          "event_api.sse_retry",
          Duration.ofSeconds(2),
          "Shortest pause that a stream ended for a restart asks for; each adds up to as much"
              + " again; 0 asks for none.");

  static final Key<Integer> DRAIN_SESSIONS_PER_SECOND =
      Key.integer(
          "event_api.drain_sessions_per_second",
          2_000,
          1,
          1_000_000,
          "Sessions told to reconnect per second on shutdown; faster if drain_time is too short.");

  static final Key<Boolean> DRAIN_AS_MAINTENANCE =
      Key.bool(
          "event_api.drain_as_maintenance",
          false,
          "Whether sessions are told on shutdown that maintenance begins (4007: come back after"
              + " minutes) and not that the server restarts (4006: come back at once).");

  static final Key<URI> CDN_ORIGIN =
      Key.url("event_api.cdn_origin", "https://cdn.7tv.app", "Base of image addresses.");

  static final Key<String> POD_NAME =
      Key.string("pod.name", "", "Name of this instance that clients see.").defaultFrom("POD_NAME");

  static final Key<String> POD_NODE_NAME =
      Key.string("pod.node_name", "", "Name of the host.").defaultFrom("NODE_NAME");

  private static final Duration MAX_HEARTBEAT = Duration.ofDays(1);

  /** What the wheel of deadlines reaches. */
  private static final Duration MAX_WRITE_TIMEOUT = Duration.ofSeconds(100);

  private static final Duration MAX_TTL = Duration.ofDays(365);

  private static final String TLS = "event_api.tls";

  private static final String RATE_LIMIT = "event_api.rate_limit";

  private static final Key<ProxyProtocol.Mode> PROXY_PROTOCOL = ProxyProtocol.mode("event_api");

  private static final String INCOMING_REQUEST = "event_api.incoming_request";

  static final ConfigSchema SCHEMA =
      ConfigSchema.builder()
          .add(
              ServiceKeys.DRAIN_TIME.withDefault(Duration.ofMinutes(3)),
              BIND,
              SECURE_BIND,
              PROXY_PROTOCOL,
              SERVER_NAME,
              HEARTBEAT_INTERVAL,
              TTL,
              SUBSCRIPTION_LIMIT,
              CONNECTION_LIMIT,
              MAX_PENDING_BYTES,
              WRITE_TIMEOUT,
              COMMANDS_PER_SECOND,
              COMMAND_BURST,
              HANDSHAKES_PER_SECOND,
              KNOWN_APPS,
              EMPTY_DISPATCHES,
              LIFECYCLE_DISPATCHES,
              FULL_UPDATES,
              PRESENCE_LIFETIME,
              PRESENCE_ENTRIES,
              PRESENCE_BYTES,
              JOIN_PRESENCES,
              JOIN_BYTES,
              RESUME_LIFETIME,
              RESUME_SESSIONS,
              RESUME_BYTES,
              RESYNC_SESSIONS_PER_SECOND,
              SSE_CLOSE_DATA,
              SSE_RETRY,
              DRAIN_SESSIONS_PER_SECOND,
              DRAIN_AS_MAINTENANCE,
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

  /** What the loops share. */
  static EventHub hub(Config config) {
    return new EventHub(
        new SessionIds(new SecureRandom()),
        new DispatchLog(config.get(RESUME_LIFETIME).toMillis(), config.get(RESUME_BYTES)),
        new ParkedSessions(config.get(RESUME_LIFETIME).toMillis(), config.get(RESUME_SESSIONS)),
        new PresenceStore(
            config.get(PRESENCE_LIFETIME).toMillis(),
            config.get(PRESENCE_ENTRIES),
            config.get(PRESENCE_BYTES)));
  }

  /** What would make the heap run out, if anything. */
  static Optional<String> memoryWarning(Config config) {
    return HeapShares.warning(config.get(PRESENCE_BYTES), config.get(RESUME_BYTES), HEAP_BYTES);
  }

  private static void checkTls(Config config, ConfigCheck.Problems problems) {
    if (config.get(SECURE_BIND).isPresent() && !TlsOptions.isConfigured(config.group(TLS))) {
      problems.add(SECURE_BIND, "needs " + TLS + ".cert");
    }
  }

  private static void checkTimes(Config config, ConfigCheck.Problems problems) {
    checkTime(config, HEARTBEAT_INTERVAL, MAX_HEARTBEAT, problems);
    checkTime(config, TTL, MAX_TTL, problems);
    checkTime(config, WRITE_TIMEOUT, MAX_WRITE_TIMEOUT, problems);
  }

  private static void checkTime(
      Config config, Key<Duration> key, Duration max, ConfigCheck.Problems problems) {
    Duration value = config.get(key);
    if (value.toMillis() < SessionLoop.TICK_MS || value.compareTo(max) > 0) {
      problems.add(key, "must be from " + SessionLoop.TICK_MS + " ms to " + max.toSeconds() + " s");
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
        Math.toIntExact(config.get(WRITE_TIMEOUT).toMillis()),
        config.get(COMMANDS_PER_SECOND),
        config.get(COMMAND_BURST),
        config.get(JOIN_PRESENCES),
        config.get(JOIN_BYTES),
        config.get(POD_NAME),
        config.get(SSE_CLOSE_DATA),
        Math.toIntExact(config.get(SSE_RETRY).toMillis()));
  }
}
