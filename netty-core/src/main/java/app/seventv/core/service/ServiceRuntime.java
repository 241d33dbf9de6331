package app.seventv.core.service;

import app.seventv.core.config.Config;
import app.seventv.core.metrics.Metrics;
import app.seventv.core.metrics.ProcessMetrics;
import app.seventv.core.observe.Telemetry;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.Handover;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service running in this JVM with its loops, admin port and figures. {@link ServiceMain} makes a
 * process of it; tests start it directly, any number of them side by side.
 */
public final class ServiceRuntime implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceRuntime.class);

  private final Deque<AutoCloseable> resources = new ArrayDeque<>();
  private final Health health = new Health();
  private final Metrics metrics = new Metrics();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final LoopMonitor monitor;
  private final EventLoops loops;
  private final Handover handover;
  private @Nullable InetSocketAddress adminAddress;
  private @Nullable AdminServer adminServer;
  private @Nullable AdminRoutes adminRoutes;
  private Optional<InetSocketAddress> adminBind = Optional.empty();
  private @Nullable RunningService service;

  private ServiceRuntime(Config config, Handover handover) {
    this.handover = handover;
    resources.push(handover);
    loops = EventLoops.start(TransportOptions.from(config), handover);
    resources.push(loops);
    monitor = new LoopMonitor(loops.loops(), System::nanoTime);
    resources.push(monitor);
  }

  /**
   * Starts everything: loops, admin port (not ready yet), the service, then readiness.
   *
   * @param config settings of the definition's schema
   * @throws Exception if any part does not start; nothing is left behind then
   */
  public static ServiceRuntime start(ServiceDefinition definition, Config config) throws Exception {
    return start(definition, config, Handover.none());
  }

  /**
   * Starts everything on the sockets that the handover brings. They are not read before {@link
   * #serve}.
   *
   * @param handover closed with the service
   * @throws Exception if any part does not start; nothing is left behind then
   */
  static ServiceRuntime start(ServiceDefinition definition, Config config, Handover handover)
      throws Exception {
    ServiceRuntime runtime = new ServiceRuntime(config, handover);
    try {
      runtime.startAll(definition, config);
      return runtime;
    } catch (Exception | Error e) {
      runtime.close();
      throw e;
    }
  }

  private void startAll(ServiceDefinition definition, Config config) throws Exception {
    ProcessMetrics.register(metrics);
    metrics.counter(
        "accept_failures_total",
        "Accepts that failed, mostly for want of descriptors.",
        EventLoops::acceptFailures);
    metrics
        .gauge("build_info", "Always 1; the labels tell what runs.", "service", "version")
        .labelValues(definition.name(), definition.version())
        .set(1);
    metrics
        .gauge("target_info", "Always 1; dashboards know the service by it.", "service_name")
        .labelValues(definition.name())
        .set(1);
    monitor.start(metrics);
    Telemetry telemetry =
        Telemetry.start(
            config,
            definition.name(),
            definition.version(),
            config.get(ServiceKeys.INSTANCE),
            metrics);
    resources.push(telemetry);
    adminBind = config.get(ServiceKeys.METRICS_BIND_ADDRESS);
    adminRoutes =
        new AdminRoutes(
            definition.name(),
            definition.version(),
            health,
            metrics,
            telemetry,
            () -> monitor.isAlive(LoopMonitor.STUCK_LIMIT));
    if (!handover.hasPredecessor()) {
      listenAdmin(adminRoutes);
    }
    RunningService started =
        definition
            .starter()
            .start(
                new ServiceContext(
                    definition.name(),
                    definition.version(),
                    config.get(ServiceKeys.INSTANCE),
                    config,
                    loops,
                    metrics,
                    telemetry,
                    health,
                    failure::complete));
    service = started;
    resources.push(started);
    started.adminEndpoint().ifPresent(adminRoutes::serve);
    health.enter(Health.Stage.RUNNING);
  }

  private void listenAdmin(AdminRoutes routes) throws IOException {
    if (adminBind.isPresent()) {
      AdminServer admin = AdminServer.start(adminBind.get(), routes, handover.isOffered());
      resources.push(admin);
      adminAddress = admin.address();
      adminServer = admin;
    }
  }

  /** Address of the admin port, if there is one. */
  public Optional<InetSocketAddress> adminAddress() {
    return Optional.ofNullable(adminAddress);
  }

  /** The service itself, of the class its starter returned. */
  public RunningService service() {
    RunningService started = service;
    if (started == null) {
      throw new IllegalStateException("not started");
    }
    return started;
  }

  /** Its readiness. */
  public Health health() {
    return health;
  }

  /** Its figures. */
  public Metrics metrics() {
    return metrics;
  }

  /** Its loops. */
  public EventLoops loops() {
    return loops;
  }

  /** Completes with the cause when a part of the service gives up. */
  CompletableFuture<Throwable> failure() {
    return failure;
  }

  LoopMonitor monitor() {
    return monitor;
  }

  /**
   * With a predecessor, waits until the service is fit to replace it; until then the admin port is
   * the predecessor's alone.
   *
   * @throws Exception if it does not become so; nothing is left behind then, and the predecessor
   *     has its sockets
   */
  void awaitFitness() throws Exception {
    if (!handover.hasPredecessor()) {
      return;
    }
    try {
      service().awaitFitness();
      listenAdmin(Objects.requireNonNull(adminRoutes));
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Takes over from the predecessor, if there is one, and offers the sockets to a successor.
   *
   * @param onSuccessor told once a successor serves
   * @throws IOException if the unix socket for the successor cannot be bound
   */
  void serve(Runnable onSuccessor) throws IOException {
    handover.complete(
        loops,
        () -> {
          // The port is the successor's from now on: ours would answer that we are draining.
          if (adminServer != null) {
            adminServer.close();
          }
          onSuccessor.run();
        });
  }

  /** Whether a successor may take the sockets over. */
  boolean isHandoverOffered() {
    return handover.isOffered();
  }

  /** Ends in order: readiness false, drain within the limit, close. */
  public void stop(Duration drainLimit) throws InterruptedException {
    health.enter(Health.Stage.DRAINING);
    try {
      service().drain(drainLimit);
    } finally {
      close();
    }
  }

  /** Ends at once, the latest started first. */
  @Override
  public void close() {
    health.enter(Health.Stage.DRAINING);
    for (AutoCloseable next = resources.poll(); next != null; next = resources.poll()) {
      try {
        next.close();
      } catch (Exception e) {
        LOG.warn("closing {} failed", next.getClass().getSimpleName(), e);
      }
    }
  }
}
