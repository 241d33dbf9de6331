package app.seventv.core.service;

import app.seventv.core.config.CommandLine;
import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigException;
import app.seventv.core.config.ConfigLoader;
import app.seventv.core.config.ConfigPrinter;
import app.seventv.core.log.LogOptions;
import app.seventv.core.log.Logs;
import app.seventv.core.transport.Handover;
import app.seventv.core.transport.InheritedSockets;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The main method of every server: command line, settings, logs, start, signals, drain, exit code
 * (operations.md §2, §15.6).
 */
public final class ServiceMain {
  /** Ended on request, everything drained. */
  public static final int EXIT_OK = 0;

  /** Did not start, or a part gave up while running. */
  public static final int EXIT_FAILED = 1;

  /** Bad command line or settings. */
  public static final int EXIT_USAGE = 2;

  /** Stopped hard by a second signal or the limit. */
  public static final int EXIT_HARD_STOP = 3;

  /** Time after the drain limit before the process is stopped hard. */
  private static final Duration HARD_STOP_MARGIN = Duration.ofSeconds(10);

  private static final Duration STATUS_PERIOD = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(ServiceMain.class);

  private final ServiceDefinition definition;
  private final Map<String, String> environment;
  private final Path workingDirectory;
  private final PrintStream out;
  private final PrintStream err;
  private final CompletableFuture<String> stopReason = new CompletableFuture<>();
  private volatile boolean handedOver;
  private final CompletableFuture<Runnable> reload = new CompletableFuture<>();
  private final AtomicInteger stopSignals = new AtomicInteger();

  ServiceMain(
      ServiceDefinition definition,
      Map<String, String> environment,
      Path workingDirectory,
      PrintStream out,
      PrintStream err) {
    this.definition = definition;
    this.environment = environment;
    this.workingDirectory = workingDirectory;
    this.out = out;
    this.err = err;
  }

  /** Runs the service until it is told to stop, then exits the process. */
  public static void run(String[] args, ServiceDefinition definition) {
    ServiceMain main =
        new ServiceMain(definition, System.getenv(), Path.of(""), System.out, System.err);
    System.exit(main.run(args));
  }

  int run(String... args) {
    try {
      CommandLine line = CommandLine.parse(args);
      return switch (line.action()) {
        case HELP -> print("usage: " + definition.name() + " [options]\n" + CommandLine.OPTIONS);
        case VERSION -> print(definition.name() + " " + definition.version() + "\n");
        case CHECK_CONFIG -> {
          ConfigLoader loader = ConfigLoader.strict(definition.schema(), environment);
          Config config = load(line, loader.withStartChecks());
          config.warnings().forEach(warning -> err.println("warning: " + warning));
          yield print("configuration ok\n");
        }
        case PRINT_CONFIG -> print(ConfigPrinter.print(load(line, lenient())));
        case RUN -> {
          // First of all: what a hang-up does without a handler is to end the process.
          Signals.handle("HUP", this::onHangUp);
          yield serve(load(line, lenient()));
        }
      };
    } catch (ConfigException e) {
      e.problems().forEach(problem -> err.println(definition.name() + ": " + problem));
      return EXIT_USAGE;
    }
  }

  private ConfigLoader lenient() {
    return ConfigLoader.lenient(definition.schema(), environment);
  }

  private Config load(CommandLine line, ConfigLoader loader) throws ConfigException {
    return loader.load(line.filesFrom(workingDirectory), line.overrides());
  }

  private int print(String text) {
    out.print(text);
    out.flush();
    return EXIT_OK;
  }

  private int serve(Config config) {
    LogOptions logOptions =
        LogOptions.from(config, definition.name(), config.get(ServiceKeys.INSTANCE));
    try (Logs logs = Logs.configure(logOptions)) {
      config.warnings().forEach(LOG::warn);
      return serve(config, logs);
    }
  }

  private int serve(Config config, Logs logs) {
    SystemdNotifier systemd = SystemdNotifier.from(environment);
    Duration drainLimit = config.get(ServiceKeys.DRAIN_TIME);
    Startup startup = new Startup();
    Signals.handle("TERM", () -> onStop(startup));
    Signals.handle("INT", () -> onStop(startup));
    try (ServiceRuntime runtime = ServiceRuntime.start(definition, config, handover(config))) {
      logs.register(runtime.metrics());
      runtime.awaitFitness();
      takeOver(runtime, startup);
      announce(runtime, systemd);
      reload.complete(() -> reload(runtime, systemd));
      return awaitStop(runtime, systemd, drainLimit);
    } catch (Exception | Error e) { // loops and a TERM handler would keep the process alive
      if (startup.isStopped()) {
        LOG.info("stopped while starting");
      } else {
        LOG.error("cannot start: {}", chain(e));
      }
      LOG.debug("cannot start", e);
      return EXIT_FAILED;
    }
  }

  private void onStop(Startup startup) {
    if (stopSignals.incrementAndGet() > 1) {
      hardStop("second signal");
    }
    startup.stop();
    stopReason.complete("signal");
  }

  /** Begins to serve, unless that would only take the sockets from a predecessor and end. */
  private void takeOver(ServiceRuntime runtime, Startup startup)
      throws IOException, InterruptedException {
    Throwable cause = runtime.failure().getNow(null);
    if (cause != null) {
      throw new IOException("a part gave up", cause);
    }
    startup.commit();
    runtime.failure().thenAccept(this::giveUp);
    runtime.serve(() -> {
      handedOver = true;
      stopReason.complete("a successor serves");
    });
  }

  private Handover handover(Config config) throws IOException {
    InheritedSockets activated =
        InheritedSockets.fromSystemd(environment, ProcessHandle.current().pid());
    Optional<Path> path = config.get(ServiceKeys.HANDOVER);
    return path.isPresent() ? Handover.at(path.get(), activated) : Handover.of(activated);
  }

  private void announce(ServiceRuntime runtime, SystemdNotifier systemd) {
    LOG.info("{} {} ready", definition.name(), definition.version());
    if (runtime.isHandoverOffered()) {
      systemd.send("MAINPID=" + ProcessHandle.current().pid()); // not the predecessor any more
    }
    systemd.send("READY=1");
    LoopMonitor monitor = runtime.monitor();
    Watchdog.period(environment, ProcessHandle.current().pid())
        .ifPresent(period -> monitor.every(period, new Watchdog(monitor, systemd, period)));
    monitor.every(
        STATUS_PERIOD, () -> systemd.send("STATUS=lag=" + monitor.worstLag().toMillis() + "ms"));
  }

  private int awaitStop(ServiceRuntime runtime, SystemdNotifier systemd, Duration drainLimit)
      throws InterruptedException {
    boolean failed = false;
    try {
      String reason = stopReason.get();
      LOG.info("stopping: {}, drain limit {}", reason, drainLimit);
    } catch (ExecutionException e) {
      LOG.error("stopping: a part gave up", e.getCause());
      failed = true;
    }
    if (!handedOver) {
      systemd.send("STOPPING=1"); // otherwise the service goes on, in another process
    }
    Duration limit = drainLimit.plus(HARD_STOP_MARGIN);
    Thread.ofPlatform()
        .daemon()
        .name("hard-stop")
        .start(() -> {
          try {
            Thread.sleep(limit);
            hardStop("not drained within " + limit);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    runtime.stop(drainLimit);
    LOG.info("stopped");
    return failed ? EXIT_FAILED : EXIT_OK;
  }

  private void giveUp(Throwable cause) {
    stopReason.completeExceptionally(cause);
  }

  /** Remembered until the service is ready, which may have read the files of before. */
  private void onHangUp() {
    reload.thenAccept(Runnable::run);
  }

  private static void reload(ServiceRuntime runtime, SystemdNotifier systemd) {
    long monotonicMicros = System.nanoTime() / 1_000;
    systemd.send("RELOADING=1\nMONOTONIC_USEC=" + monotonicMicros);
    try {
      runtime.service().reload();
      LOG.info("reloaded");
    } catch (RuntimeException e) {
      LOG.error("not reloaded, the old state stays: {}", chain(e));
      LOG.debug("not reloaded", e);
    }
    systemd.send("READY=1");
  }

  /** Ends the process without any clean-up; the second signal's sender wants it gone. */
  private void hardStop(String reason) {
    err.println(definition.name() + ": hard stop: " + reason);
    Runtime.getRuntime().halt(EXIT_HARD_STOP);
  }

  /** The messages of an exception and its causes on one line, without repetitions. */
  static String chain(Throwable failure) {
    StringBuilder text = new StringBuilder();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      String message = message(t).strip();
      if (!(t instanceof CompletionException) && text.indexOf(message) < 0) {
        text.append(text.isEmpty() ? "" : ": ").append(message);
      }
    }
    return text.toString().replace('\n', ' ');
  }

  /** The message of an error is often no more than the name of a class or library. */
  private static String message(Throwable failure) {
    if (failure instanceof Error) {
      return failure.toString();
    }
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
