package app.seventv.cdn;

import app.seventv.core.http.Handler;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.JsonText;
import app.seventv.core.http.Response;
import app.seventv.core.limits.AddressLimits;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.nats.NatsOptions;
import app.seventv.core.service.RunningService;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.service.ServiceMain;
import app.seventv.core.tls.TlsOptions;
import io.nats.client.Connection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The image edge as a process (cdn.md). */
public final class CdnServer implements RunningService {
  /** How the harness starts this service. */
  public static final ServiceDefinition DEFINITION =
      ServiceDefinition.of("cdn", CdnServer.class, CdnOptions.SCHEMA, CdnServer::start);

  private static final Logger LOG = LoggerFactory.getLogger(CdnServer.class);

  private final ObjectCache cache;
  private final S3Origin origin;
  private final List<Tier> tiers;
  private final ObjectStore store;
  private final PurgeState purgeState = new PurgeState(System::nanoTime);
  private final CompletableFuture<Connection> nats;
  private final @Nullable PurgeConsumer purges;
  private final List<HttpServer> servers = new ArrayList<>();

  private CdnServer(ServiceContext context, CdnOptions options) throws IOException {
    CdnMetrics metrics = new CdnMetrics(context.metrics());
    cache = new ObjectCache(options.cacheCapacityBytes(), System::nanoTime);
    origin = new S3Origin(options, System::nanoTime);
    tiers = tiers();
    store =
        new ObjectStore(
            cache,
            tiers,
            new BoundedOrigin(origin, options.maxOriginRequests()),
            metrics,
            System::nanoTime);
    gauges(context.metrics());
    nats =
        NatsOptions.connectInBackground(
            options.config(), "cdn", event -> LOG.info("NATS: {}", event));
    purges = purgeConsumer(options);
    try {
      listen(context, options, metrics);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Starts the service in a harness. */
  private static CdnServer start(ServiceContext context) throws IOException {
    return new CdnServer(context, new CdnOptions(context.config()));
  }

  /** What lies between memory and origin, nearest first. */
  private static List<Tier> tiers() {
    return List.of();
  }

  private @Nullable PurgeConsumer purgeConsumer(CdnOptions options) {
    String pod = options.podName();
    if (!pod.matches("[A-Za-z0-9_-]+")) {
      // It becomes the name of a JetStream consumer (cdn.md §11, 14).
      throw new IllegalArgumentException(
          "pod.name must consist of letters, digits, - and _: '" + pod + "'");
    }
    return new PurgeConsumer(
        nats, options.purgeStream(), options.purgeSubject(), pod, store, purgeState);
  }

  private void listen(ServiceContext context, CdnOptions options, CdnMetrics metrics)
      throws IOException {
    TlsOptions tls = options.tls();
    AddressLimits limits = new AddressLimits(options.addressLimits()); // one for all listeners
    limits.register(context.metrics());
    boolean http3 = tls != null && options.http3();
    int securePort = options.secureBind().getPort();
    String altSvc = http3 ? "h3=\":" + securePort + "\"; ma=2592000" : null;
    CdnIdentity identity =
        new CdnIdentity(options.serverName(), options.nodeName(), options.podName(), altSvc);
    ImageHandler images =
        new ImageHandler(identity, options.clientAddress(), store, metrics, System::nanoTime);
    Handler content = images.routes(exchange -> exchange.respond(status(identity)));
    if (tls != null) {
      HttpListener secure = new HttpListener(options.secureBind(), tls, true, http3);
      servers.add(server(context, options, content, secure, limits));
    }
    Handler plain =
        tls != null && !options.allowInsecure()
            ? new RedirectHandler(options.serverName(), securePort)
            : content;
    HttpListener open = HttpListener.plain(options.bind());
    servers.add(server(context, options, plain, open, limits));
    servers.forEach(server -> LOG.info("listening on {}", server.addresses()));
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
        .errorMapper(ImageHandler.ERRORS)
        .addressLimits(limits, options.clientAddress())
        .listen(listener.withProxyProtocol(options.proxyProtocol()))
        .start();
  }

  private void gauges(Metrics metrics) {
    metrics.gauge("cache_inflight", "Origin fetches under way or waiting.", store::inflight);
    metrics.gauge("cache_entries", "Objects in memory.", cache::entries);
    metrics.gauge("cache_weight_bytes", "Weight of the objects in memory.", cache::weightBytes);
    metrics.gauge("cache_direct_bytes", "Off-heap memory of bodies.", origin::directBytes);
    metrics.counter("cache_evictions_total", "Objects that had to make room.", cache::evictions);
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
    for (HttpServer server : servers) {
      server.drain(limit);
    }
  }

  @Override
  public void reload() {
    servers.forEach(HttpServer::reloadCertificates);
  }

  @Override
  public void close() {
    servers.forEach(HttpServer::close);
    if (purges != null) {
      purges.close();
    }
    Connection connection = nats.getNow(null);
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
    cache.clear();
  }

  /** Runs the service until it is told to stop. */
  public static void main(String[] args) {
    ServiceMain.run(args, DEFINITION);
  }
}
