package app.seventv.events;

import app.seventv.core.config.Config;
import app.seventv.core.http.ErrorMapper;
import app.seventv.core.http.HttpError;
import app.seventv.core.http.HttpLimits;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.ProxyProtocol;
import app.seventv.core.http.Response;
import app.seventv.core.limits.AddressLimits;
import app.seventv.core.nats.NatsOptions;
import app.seventv.core.service.RunningService;
import app.seventv.core.service.ServiceContext;
import app.seventv.core.tls.TlsOptions;
import app.seventv.events.dispatch.DispatchConverter;
import app.seventv.model.bus.BusBatch;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running service: listeners, loops with their sessions, and the bus. */
final class EventService implements RunningService {
  private static final Logger LOG = LoggerFactory.getLogger(EventService.class);

  /** Bus messages and bytes that wait in the client while the loops are behind. */
  private static final long MAX_QUEUED_MESSAGES = 65_536;

  private static final long MAX_QUEUED_BYTES = 256L << 20;

  private static final int MAX_REQUEST_HEAD_BYTES = 8 << 10;

  private static final Duration SUBSCRIBE_TIMEOUT = Duration.ofSeconds(5);

  private static final Duration DRAIN_STEP = Duration.ofMillis(20);

  /** Share of the drain limit in which all sessions are told; the rest is for them to leave. */
  private static final double DRAIN_SHARE = 0.8;

  private static final ErrorMapper PLAIN_TEXT =
      (request, failure) -> {
        if (failure instanceof HttpError error) {
          return Response.text(error.status(), error.clientMessage());
        }
        LOG.error("unexpected failure answering {}", request, failure);
        return Response.text(500, EndReason.SERVER_ERROR.message());
      };

  private final Population population = new Population();
  private final List<EventLoop> executors;
  private final List<SessionLoop> loops = new ArrayList<>();
  private final List<Future<?>> timers = new ArrayList<>();
  private final int drainSessionsPerSecond;
  private final EventEndpoint endpoint;
  private final HttpServer server;
  private final CompletableFuture<Connection> nats;
  private volatile @Nullable Dispatcher bus;

  private EventService(ServiceContext context) throws IOException {
    Config config = context.config();
    EventFigures figures = new EventFigures(context.metrics());
    SessionOptions options = EventKeys.sessionOptions(config);
    executors = context.loops().loops();
    drainSessionsPerSecond = config.get(EventKeys.DRAIN_SESSIONS_PER_SECOND);
    Map<EventExecutor, SessionLoop> byExecutor = new HashMap<>();
    SplittableRandom random = new SplittableRandom();
    for (EventLoop executor : executors) {
      SessionLoop loop =
          new SessionLoop(
              executor, options, population, figures, System::currentTimeMillis, random.split());
      loops.add(loop);
      byExecutor.put(executor, loop);
      timers.add(startTimer(executor, loop));
    }
    endpoint =
        new EventEndpoint(
            byExecutor,
            population,
            config.get(EventKeys.CONNECTION_LIMIT).orElse(null),
            EventKeys.clientAddress(config),
            figures.clients(),
            config.get(EventKeys.SERVER_NAME));
    server = listen(context, endpoint);
    BusConsumer consumer =
        new BusConsumer(
            new DispatchConverter(config.get(EventKeys.CDN_ORIGIN)),
            loops,
            figures,
            System::currentTimeMillis);
    nats =
        NatsOptions.connectInBackground(
            config, context.name(), event -> LOG.info("NATS: {}", event));
    CompletableFuture<Void> subscribed =
        nats.thenAcceptAsync(connection -> subscribe(connection, consumer));
    subscribed.exceptionally(failure -> {
      context.fail(failure);
      return null;
    });
    context.health().require("nats", this::requireNats);
    registerGauges(context);
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

  private void subscribe(Connection connection, BusConsumer consumer) {
    Dispatcher dispatcher =
        connection.createDispatcher(message -> consumer.accept(message.getData()));
    dispatcher.setPendingLimits(MAX_QUEUED_MESSAGES, MAX_QUEUED_BYTES);
    dispatcher.subscribe(BusBatch.SUBJECT);
    try {
      connection.flush(SUBSCRIBE_TIMEOUT); // from here on no message is missed
    } catch (TimeoutException | InterruptedException e) {
      LOG.warn("NATS has not confirmed the subscription: {}", e.toString());
    }
    bus = dispatcher;
  }

  /** Whether events arrive. */
  boolean isSubscribed() {
    return bus != null;
  }

  /** Sessions open on each loop; exact only while nobody comes or goes. */
  List<Integer> sessionsByLoop() {
    return loops.stream().map(SessionLoop::size).toList();
  }

  private void requireNats() {
    Connection connection = nats.getNow(null);
    if (bus == null
        || connection == null
        || connection.getStatus() != Connection.Status.CONNECTED) {
      throw new IllegalStateException("nats not connected");
    }
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
            .errorMapper(PLAIN_TEXT)
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

  /** A request head of at most 8 KiB (event-api.md §2.1), everything else as usual. */
  private static HttpLimits limits() {
    return HttpLimits.builder()
        .maxRequestLineBytes(MAX_REQUEST_HEAD_BYTES)
        .maxHeaderBytes(MAX_REQUEST_HEAD_BYTES)
        .build();
  }

  private void registerGauges(ServiceContext context) {
    context
        .metrics()
        .gauges(
            "subscription_unique_subscriptions",
            "Topics with a subscriber, summed over the loops, and room for topics.",
            List.of("kind"),
            readings -> {
              readings.read(loops.stream().mapToLong(loop -> loop.topics().size()).sum(), "Len");
              readings.read(
                  loops.stream().mapToLong(loop -> loop.topics().capacity()).sum(), "Cap");
            });
    context
        .metrics()
        .gauges(
            "subscription_total_subscriptions",
            "Topics held, summed over the sessions.",
            List.of("endpoint"),
            readings ->
                readings.read(
                    loops.stream().mapToLong(loop -> loop.topics().memberships()).sum(), "V3"));
    context
        .metrics()
        .counter(
            "event_api_bus_messages_dropped_total",
            "Bus messages lost because the loops were too far behind.",
            () -> {
              Dispatcher dispatcher = bus;
              return dispatcher == null ? 0 : dispatcher.getDroppedCount();
            });
  }

  /** Addresses bound: the plain one first where there are two. */
  List<InetSocketAddress> addresses() {
    return server.addresses();
  }

  @Override
  public void drain(Duration limit) throws InterruptedException {
    long deadlineNs = System.nanoTime() + limit.toNanos();
    endpoint.startDraining();
    double seconds =
        Math.min(
            limit.toMillis() * DRAIN_SHARE / 1_000,
            (double) population.open() / drainSessionsPerSecond);
    int ticks = (int) (seconds * 1_000 / SessionLoop.TICK_MS);
    LOG.info("draining {} sessions over {} s", population.open(), seconds);
    for (int i = 0; i < loops.size(); i++) {
      SessionLoop loop = loops.get(i);
      executors.get(i).execute(() -> loop.drain(ticks));
    }
    server.drain(limit); // returns once all streams have ended
    while (population.open() > 0 && System.nanoTime() < deadlineNs) {
      Thread.sleep(DRAIN_STEP);
    }
  }

  @Override
  public void reload() {
    server.reloadCertificates();
  }

  @Override
  public void close() {
    timers.forEach(timer -> timer.cancel(false));
    server.close();
    nats.thenAccept(EventService::closeNats);
  }

  private static void closeNats(Connection connection) {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
