package app.seventv.events;

import app.seventv.core.config.Config;
import app.seventv.core.http.HttpLimits;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.ProxyProtocol;
import app.seventv.core.limits.AddressLimits;
import app.seventv.core.service.RunningService;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.service.ServiceKeys;
import app.seventv.core.tls.TlsOptions;
import app.seventv.events.dispatch.DispatchConverter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running service: listeners, loops with their sessions, and the bus. */
final class EventService implements RunningService {
  private static final Logger LOG = LoggerFactory.getLogger(EventService.class);

  private static final int MAX_REQUEST_HEAD_BYTES = 8 << 10;

  private static final int MAX_REQUEST_FIELDS = 100;

  /** For the whole of a request's head. */
  private static final Duration HEAD_TIMEOUT = Duration.ofSeconds(30);

  /** Ids that sessions can remember. */
  private static final int MAX_INTERNED_IDS = 1 << 18;

  private static final long HOUSEKEEPING_MS = 1_000;

  /** How long a successor tries to reach the bus before it leaves the predecessor in peace. */
  static final Duration TAKEOVER_BUS_LIMIT = Duration.ofSeconds(15);

  private static final Duration DRAIN_STEP = Duration.ofMillis(20);

  private static final int MS_PER_SECOND = 1_000;

  /** Share of the drain limit in which all sessions are told; the rest is for them to leave. */
  private static final double DRAIN_SHARE = 0.8;

  private final Population population = new Population();
  private final List<EventLoop> executors;
  private final List<SessionLoop> loops = new ArrayList<>();
  private final List<Future<?>> timers = new ArrayList<>();
  private final int drainSessionsPerSecond;
  private final boolean drainAsMaintenance;
  private final int resyncSessionsPerSecond;
  private final EventHub hub;
  private final EventEndpoint endpoint;
  private final ClientKinds clients;
  private final HttpServer server;
  private final BusLink bus;
  private final @Nullable Succession succession;

  private EventService(ServiceContext context) throws IOException {
    Config config = context.config();
    clients = new ClientKinds(config.get(EventKeys.KNOWN_APPS));
    EventFigures figures = new EventFigures(context.metrics(), clients);
    SessionOptions options = EventKeys.sessionOptions(config);
    executors = context.loops().loops();
    drainSessionsPerSecond = config.get(EventKeys.DRAIN_SESSIONS_PER_SECOND);
    drainAsMaintenance = config.get(EventKeys.DRAIN_AS_MAINTENANCE);
    resyncSessionsPerSecond = config.get(EventKeys.RESYNC_SESSIONS_PER_SECOND);
    EventKeys.memoryWarning(config).ifPresent(LOG::warn);
    hub = EventKeys.hub(config);
    Map<EventExecutor, SessionLoop> byExecutor = new HashMap<>();
    SplittableRandom random = new SplittableRandom();
    for (EventLoop executor : executors) {
      SessionLoop loop =
          new SessionLoop(
              executor,
              loops.size(),
              hub,
              options,
              population,
              figures,
              System::currentTimeMillis,
              random.split());
      loops.add(loop);
      byExecutor.put(executor, loop);
    }
    hub.loops(loops);
    for (int i = 0; i < loops.size(); i++) {
      timers.add(startTimer(executors.get(i), loops.get(i)));
    }
    endpoint =
        new EventEndpoint(
            byExecutor,
            population,
            config.get(EventKeys.CONNECTION_LIMIT).orElse(null),
            new Admission(config.get(EventKeys.HANDSHAKES_PER_SECOND), System::nanoTime),
            EventKeys.clientAddress(config),
            clients,
            config.get(EventKeys.SERVER_NAME));
    server = listen(context, endpoint);
    Interner interner = new Interner(MAX_INTERNED_IDS);
    BusConsumer consumer =
        new BusConsumer(
            new DispatchConverter(
                config.get(EventKeys.CDN_ORIGIN),
                config.get(EventKeys.LIFECYCLE_DISPATCHES),
                config.get(EventKeys.FULL_UPDATES)),
            hub,
            interner,
            config.get(EventKeys.EMPTY_DISPATCHES),
            figures,
            System::currentTimeMillis);
    bus =
        new BusLink(
            context,
            consumer,
            () -> hub.log().listening(System.currentTimeMillis()),
            hub.log()::suspend,
            this::resync);
    Optional<Path> handover = config.get(ServiceKeys.HANDOVER);
    succession =
        handover.isPresent() ? Succession.listen(handover.get(), hub, interner, bus) : null;
    timers.add(
        executors
            .getFirst()
            .scheduleAtFixedRate(
                () -> Thread.startVirtualThread(this::keepHouse),
                HOUSEKEEPING_MS,
                HOUSEKEEPING_MS,
                TimeUnit.MILLISECONDS));
    HubFigures.register(context.metrics(), hub, context.loops());
  }

  /** Starts the service. */
  static EventService start(ServiceContext context) throws IOException {
    return new EventService(context);
  }

  /** One timer for all sessions of a loop. */
  private static Future<?> startTimer(EventLoop executor, SessionLoop loop) {
    long startNs = System.nanoTime();
    long tickNs = TimeUnit.MILLISECONDS.toNanos(SessionLoop.TICK_MS);
    return executor.scheduleAtFixedRate(
        () -> loop.advance((int) ((System.nanoTime() - startNs) / tickNs)),
        tickNs,
        tickNs,
        TimeUnit.NANOSECONDS);
  }

  private void keepHouse() {
    hub.expire(System.currentTimeMillis());
    bus.checkDrops();
    clients.expire();
  }

  /** Events may have been missed: nobody can resume across that, and all are to start anew. */
  private void resync() {
    long gap = hub.log().markGap(System.currentTimeMillis());
    int ticks = ticks((double) population.open() / resyncSessionsPerSecond);
    LOG.warn("events may have been missed: {} sessions are told to reconnect", population.open());
    for (SessionLoop loop : loops) {
      loop.later(() -> loop.resync(ticks, gap));
    }
  }

  private static int ticks(double seconds) {
    return (int) (seconds * MS_PER_SECOND / SessionLoop.TICK_MS);
  }

  /** Whether events arrive. */
  boolean isSubscribed() {
    return bus.isSubscribed();
  }

  /** What the loops share. */
  EventHub hub() {
    return hub;
  }

  /** Sessions open on each loop; exact only while nobody comes or goes. */
  List<Integer> sessionsByLoop() {
    return loops.stream().map(SessionLoop::size).toList();
  }

  private static HttpServer listen(ServiceContext context, EventEndpoint endpoint)
      throws IOException {
    Config config = context.config();
    AddressLimits addressLimits = new AddressLimits(EventKeys.addressLimits(config));
    addressLimits.register(context.metrics());
    ProxyProtocol proxy = EventKeys.proxyProtocol(config);
    HttpServer.Builder builder =
        context
            .httpServer(endpoint)
            .errorMapper(new TextErrors())
            .limits(limits())
            .addressLimits(addressLimits, EventKeys.clientAddress(config));
    InetSocketAddress bind = config.get(EventKeys.BIND);
    Optional<TlsOptions> tls = EventKeys.tls(config);
    if (tls.isPresent()) {
      Optional<InetSocketAddress> secureBind = config.get(EventKeys.SECURE_BIND);
      if (secureBind.isPresent()) {
        builder.listen(HttpListener.plain(bind).withProxyProtocol(proxy));
      }
      builder.listen(HttpListener.tls(secureBind.orElse(bind), tls.get()).withProxyProtocol(proxy));
    } else {
      builder.listen(HttpListener.plain(bind).withProxyProtocol(proxy));
    }
    return builder.start();
  }

  /**
   * Request heads: at most 8 KiB (HTTP/2: 16), 100 fields and 30 s (event-api.md §2.1); the rest as
   * usual.
   */
  private static HttpLimits limits() {
    return HttpLimits.builder()
        .maxRequestLineBytes(MAX_REQUEST_HEAD_BYTES)
        .maxHeaderBytes(MAX_REQUEST_HEAD_BYTES)
        .maxHeaderFields(MAX_REQUEST_FIELDS)
        .headerTimeoutMs(HEAD_TIMEOUT.toMillis())
        .build();
  }

  /** Addresses bound: the plain one first where there are two. */
  List<InetSocketAddress> addresses() {
    return server.addresses();
  }

  @Override
  public void drain(Duration limit) throws InterruptedException {
    long deadlineNs = System.nanoTime() + limit.toNanos();
    if (succession == null || !succession.hasSuccessor()) {
      endpoint.startDraining(); // else late requests get a session, and the sweep tells it to go
    }
    try (SuccessionSender _ = succession == null ? null : succession.bequeath()) {
      drainUntil(deadlineNs);
    }
  }

  private void drainUntil(long deadlineNs) throws InterruptedException {
    long limitMs = TimeUnit.NANOSECONDS.toMillis(Math.max(0, deadlineNs - System.nanoTime()));
    double seconds =
        Math.min(
            limitMs * DRAIN_SHARE / MS_PER_SECOND,
            (double) population.open() / drainSessionsPerSecond);
    int ticks = ticks(seconds);
    LOG.info("draining {} sessions over {} s", population.open(), seconds);
    for (int i = 0; i < loops.size(); i++) {
      SessionLoop loop = loops.get(i);
      executors.get(i).execute(() -> loop.drain(ticks, drainAsMaintenance));
    }
    server.drain(Duration.ofMillis(limitMs)); // returns once all streams have ended
    while (!isDrained() && System.nanoTime() < deadlineNs) {
      Thread.sleep(DRAIN_STEP);
    }
  }

  /** Whether no session is left; one that just ends may be between two counts for a moment. */
  private boolean isDrained() throws InterruptedException {
    if (!population.isEmpty()) {
      return false;
    }
    for (EventLoop executor : executors) {
      executor.submit(() -> {}).await();
    }
    return population.isEmpty();
  }

  @Override
  public void awaitFitness() throws InterruptedException, TimeoutException {
    bus.awaitEvents(TAKEOVER_BUS_LIMIT);
  }

  @Override
  public void reload() {
    server.reloadCertificates();
  }

  @Override
  public void close() {
    timers.forEach(timer -> timer.cancel(false));
    server.close();
    if (succession != null) {
      succession.close();
    }
    bus.close();
  }
}
