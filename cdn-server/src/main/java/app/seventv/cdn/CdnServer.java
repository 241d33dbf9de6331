package app.seventv.cdn;

import app.seventv.cdn.disk.DiskOptions;
import app.seventv.cdn.disk.DiskTier;
import app.seventv.cdn.peer.PeerClient;
import app.seventv.cdn.peer.PeerOptions;
import app.seventv.core.http.ClientAddress;
import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.JsonText;
import app.seventv.core.http.Response;
import app.seventv.core.limits.AddressLimits;
import app.seventv.core.limits.RequestLimits;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.metrics.SystemMetrics;
import app.seventv.core.nats.NatsOptions;
import app.seventv.core.service.AdminEndpoint;
import app.seventv.core.service.Health;
import app.seventv.core.service.RunningService;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.service.ServiceMain;
import app.seventv.core.tls.TlsOptions;
import com.sun.management.OperatingSystemMXBean;
import io.nats.client.Connection;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The image edge as a process (cdn.md). */
public final class CdnServer implements RunningService {
  /** How the harness starts this service. */
  public static final ServiceDefinition DEFINITION =
      ServiceDefinition.of("cdn", CdnServer.class, CdnOptions.SCHEMA, CdnServer::start);

  private static final Logger LOG = LoggerFactory.getLogger(CdnServer.class);

  private final Freshness freshness;
  private final ObjectCache cache;
  private final @Nullable DiskTier disk;
  private final @Nullable PeerTier peers;
  private final BoundedOrigin bounded;
  private final CircuitBreaker origin;
  private final ScheduledThreadPoolExecutor timerThread = timerThread();
  private final List<Tier> tiers;
  private final ObjectStore store;
  private final PurgeState purgeState = new PurgeState(System::nanoTime);
  private final CompletableFuture<Connection> nats;
  private final CdnPurging purges;
  private final List<HttpServer> servers = new ArrayList<>();

  private CdnServer(ServiceContext context, CdnOptions options) throws IOException {
    CdnMetrics metrics = new CdnMetrics(context.metrics());
    SystemMetrics.register(context.metrics());
    DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
    freshness = options.freshness(purgeState, random);
    cache =
        new ObjectCache(
            options.cacheCapacityBytes(),
            object -> freshness.usefulNs(object, System.nanoTime()),
            System::nanoTime);
    warnOfMemory(options.cacheCapacityBytes());
    Timers timers = Timers.of(timerThread);
    Duration timeout = options.originTimeout();
    bounded =
        new BoundedOrigin(
            new HedgedOrigin(new S3Origin(options), timeout, options.originHedgeDelay(), timers),
            options.maxOriginRequests(),
            timeout,
            timers);
    origin = new CircuitBreaker(bounded, System::nanoTime);
    disk = options.disk().map(this::disk).orElse(null);
    peers =
        options
            .peers()
            .map(o -> peers(o, options.maxObjectBytes(), context.metrics()))
            .orElse(null);
    tiers = tiers(disk, peers, purgeState);
    store =
        new ObjectStore(
            cache,
            tiers,
            origin,
            new ObjectStore.Settings(
                freshness,
                options.maxObjectBytes(),
                timeout,
                new PassLimit(options.maxOriginRequests())),
            metrics,
            System::nanoTime,
            timers);
    gauges(context.metrics());
    readiness(context.health(), options.unreadyAfter());
    nats = NatsOptions.connectInBackground(options.config(), "cdn");
    purges = new CdnPurging(options, store, disk, purgeState, nats, context.metrics());
    try {
      listen(context, options, metrics);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Bodies for which there is no memory are served, but each from the origin. */
  private static void warnOfMemory(long capacityBytes) {
    long machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    if (capacityBytes <= 0) {
      LOG.warn("cdn.cache_capacity is 0: the memory cache is not bounded");
    } else if (capacityBytes > machine) {
      LOG.warn(
          "cdn.cache_capacity of {} bytes is more than the memory of {} bytes here",
          capacityBytes,
          machine);
    }
  }

  /** One thread for deadlines: what they do is short. */
  private static ScheduledThreadPoolExecutor timerThread() {
    ScheduledThreadPoolExecutor timers =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("cdn-timers").daemon().factory());
    timers.setRemoveOnCancelPolicy(true);
    return timers;
  }

  /** Starts the service in a harness. */
  private static CdnServer start(ServiceContext context) throws IOException {
    return new CdnServer(context, new CdnOptions(context.config()));
  }

  private DiskTier disk(DiskOptions options) {
    return DiskTier.open(options, cache.memory(), key -> cache.contains('/' + key));
  }

  /** What lies between memory and origin, nearest first. */
  private static List<Tier> tiers(
      @Nullable DiskTier disk, @Nullable PeerTier peers, PurgeState purges) {
    List<Tier> tiers = new ArrayList<>();
    if (disk != null) {
      tiers.add(new DiskCacheTier(disk, purges, System::nanoTime, System::currentTimeMillis));
    }
    if (peers != null) {
      tiers.add(peers);
    }
    return tiers;
  }

  private PeerTier peers(PeerOptions options, int maxBodyBytes, Metrics metrics) {
    PeerClient client = new PeerClient(options, maxBodyBytes, cache.memory(), System::nanoTime);
    client.register(metrics);
    return new PeerTier(client, purgeState, System::nanoTime);
  }

  private void listen(ServiceContext context, CdnOptions options, CdnMetrics metrics)
      throws IOException {
    TlsOptions tls = options.tls();
    AddressLimits limits = new AddressLimits(options.addressLimits()); // one for all listeners
    limits.register(context.metrics());
    boolean http3 = tls != null && options.http3();
    String altSvc = http3 ? "h3=\":" + options.publicPort() + "\"; ma=2592000" : null;
    CdnIdentity identity =
        new CdnIdentity(options.serverName(), options.nodeName(), options.podName(), altSvc);
    ImageHandler images =
        new ImageHandler(
            new CdnHeaders(identity),
            options.clientAddress(),
            store,
            options.fallbacks(),
            metrics,
            System::nanoTime);
    Handler content =
        limited(context, options, images.routes(exchange -> exchange.respond(status(identity))));
    if (tls != null) {
      HttpListener secure = new HttpListener(options.secureBind(), tls, true, http3);
      servers.add(server(context, options, content, secure, limits));
    }
    Handler plain =
        tls != null && !options.allowInsecure()
            ? new RedirectHandler(options.serverName(), options.publicPort())
            : content;
    HttpListener open = HttpListener.plain(options.bind());
    servers.add(server(context, options, plain, open, limits));
    if (peers != null) {
      PeerOptions o = options.peers().orElseThrow();
      HttpListener internal = HttpListener.plain(o.bind());
      // Nodes come by no proxy, and want the object itself or nothing.
      ImageHandler exact =
          new ImageHandler(
              new CdnHeaders(identity),
              ClientAddress.OF_PEER,
              store,
              false,
              metrics,
              System::nanoTime);
      servers.add(
          context
              .httpServer(
                  peers.endpoint(
                      exact.routes(exchange -> exchange.respond(status(identity))),
                      o.secret(),
                      freshness::maxLifeSeconds))
              .errorMapper(ImageHandler.ERRORS)
              .listen(internal)
              .start());
    }
    servers.forEach(server -> LOG.info("listening on {}", server.addresses()));
  }

  private static Handler limited(ServiceContext context, CdnOptions options, Handler content) {
    return options
        .requestLimits()
        .<Handler>map(o -> {
          RequestLimits limits = new RequestLimits(o, System::nanoTime);
          limits.register(context.metrics());
          return new ClientBudget(content, limits, options.clientAddress());
        })
        .orElse(content);
  }

  private static HttpServer server(
      ServiceContext context,
      CdnOptions options,
      Handler handler,
      HttpListener listener,
      AddressLimits limits)
      throws IOException {
    return context
        .httpServer(handler)
        .errorMapper(
            handler instanceof RedirectHandler ? RedirectHandler.ERRORS : ImageHandler.ERRORS)
        .withoutAnnouncements() // CdnHeaders has them, with the port that clients see
        .addressLimits(limits, options.clientAddress())
        .limits(options.httpLimits())
        .listen(listener.withProxyProtocol(options.proxyProtocol()))
        .start();
  }

  private void gauges(Metrics metrics) {
    if (disk != null) {
      disk.register(metrics);
    }
    metrics.gauge("cache_inflight", "Origin fetches under way or waiting.", store::inflight);
    metrics.gauge("cache_entries", "Objects in memory.", cache::entries);
    metrics.gauge("cache_weight_bytes", "Weight of the objects in memory.", cache::weightBytes);
    metrics.gauge("cache_direct_bytes", "Off-heap memory of bodies.", cache::directBytes);
    metrics.gauge(
        "cache_resident_bytes",
        "Memory that the system has given for bodies, with the holes between them.",
        cache::residentBytes);
    metrics.counter("cache_evictions_total", "Objects that had to make room.", cache::evictions);
    metrics.counter(
        "cache_evicted_bytes_total", "Weight of those that had to.", cache::evictedBytes);
    metrics.counter(
        "cache_rejected_total", "Objects that were too large for their use.", cache::rejected);
    metrics.counter(
        "cache_exhausted_total", "Bodies not kept for want of memory.", cache::exhausted);
    metrics.gauge("cache_upstream_running", "Fetches that the origin answers.", bounded::running);
    metrics.gauge("cache_upstream_queued", "Fetches that wait for a turn.", bounded::waiting);
    metrics.gauge(
        "cache_upstream_open", "1 while a failing origin is given a rest.", this::originOpen);
    metrics.gauge("cdn_purge_connected", "1 while purges arrive.", this::purgesArrive);
  }

  /** A short absence is bridged by what is stored; a long one is not for this instance to hide. */
  private void readiness(Health health, Duration limit) {
    health.neverReportFailures(); // cdn.md §8; a restart would only lose the cache
    health.require(
        "origin",
        () -> {
          if (origin.openSeconds() > limit.toSeconds()) {
            throw new IllegalStateException("no good answer for " + origin.openSeconds() + " s");
          }
        });
    health.require(
        "purges",
        () -> {
          if (purgeState.lostSeconds() > limit.toSeconds()) {
            throw new IllegalStateException(
                "none can arrive for " + purgeState.lostSeconds() + " s");
          }
        });
  }

  private double originOpen() {
    return origin.isOpen() ? 1 : 0;
  }

  private double purgesArrive() {
    return purgeState.isConnected() ? 1 : 0;
  }

  /** {@code GET /} (cdn.md §2.1). */
  private Response status(CdnIdentity identity) {
    String json =
        "{\"message\":\"Welcome to the 7TV CDN!\",\"name\":"
            + JsonText.quote(identity.serverName())
            + ",\"pod_name\":"
            + JsonText.quote(identity.pod())
            + ",\"node_name\":"
            + JsonText.quote(identity.node())
            + ",\"size\":"
            + cache.weightBytes()
            + ",\"entries\":"
            + cache.entries()
            + ",\"remaining\":"
            + cache.remainingBytes()
            + ",\"inflight\":"
            + store.inflight()
            + "}";
    return Response.json(200, json.getBytes(StandardCharsets.UTF_8));
  }

  /** Ports bound: first the secure one if there is a certificate, then the plain one. */
  public List<Integer> ports() {
    return servers.stream().map(HttpServer::port).toList();
  }

  @Override
  public void drain(Duration limit) throws InterruptedException {
    // At once: none may accept, or use up the time of the others, while one waits for its clients.
    List<Thread> drains = new ArrayList<>();
    for (HttpServer server : servers) {
      drains.add(Thread.ofVirtual().name("drain").start(() -> drain(server, limit)));
    }
    for (Thread drain : drains) {
      drain.join();
    }
  }

  private static void drain(HttpServer server, Duration limit) {
    try {
      server.drain(limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does; the server is closed next
    }
  }

  @Override
  public Optional<AdminEndpoint> adminEndpoint() {
    return purges.endpoint();
  }

  @Override
  public void reload() {
    servers.forEach(HttpServer::reloadCertificates);
  }

  @Override
  public void close() {
    servers.forEach(HttpServer::close);
    purges.close();
    Connection connection = nats.isCompletedExceptionally() ? null : nats.getNow(null);
    if (connection != null) {
      try {
        connection.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    nats.cancel(false);
    tiers.forEach(Tier::close);
    origin.close();
    timerThread.shutdownNow();
    cache.clear();
  }

  /** Runs the service until it is told to stop. */
  public static void main(String[] args) {
    ServiceMain.run(args, DEFINITION);
  }
}
