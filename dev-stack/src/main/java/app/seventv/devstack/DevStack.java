package app.seventv.devstack;

import app.seventv.devstack.story.Story;
import app.seventv.devstack.story.StoryContext;
import app.seventv.devstack.story.StoryRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs the whole platform on one machine: backing services, seed rows, then every service as a
 * process of its own, kept alive until Ctrl-C. With {@code --check} it plays the story once.
 */
public final class DevStack {
  private static final int EXIT_OK = 0;
  private static final int EXIT_FAILED = 1;
  private static final int EXIT_USAGE = 2;
  private static final String DEFAULT_DATA = "var";

  private final RunOptions options;
  private final Terminal terminal;
  private final Clock clock;

  private DevStack(RunOptions options, Terminal terminal, Clock clock) {
    this.options = options;
    this.terminal = terminal;
    this.clock = clock;
  }

  /**
   * See {@code ./run --help}. The system property {@code project.root} names the checkout, {@code
   * caller.folder} the folder that relative paths start from.
   */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), new Terminal(System.out)));
  }

  private static int run(List<String> arguments, Terminal terminal) {
    if (arguments.contains("--help")) {
      terminal.line(RunOptions.HELP);
      return EXIT_OK;
    }
    try {
      Path root = Path.of(System.getProperty("project.root", "")).toAbsolutePath();
      Path caller = Path.of(System.getProperty("caller.folder", "")).toAbsolutePath();
      RunOptions options = RunOptions.parse(root, caller, arguments);
      DevStack stack = new DevStack(options, terminal, Clock.systemUTC());
      return options.check() ? stack.check() : stack.serve();
    } catch (UsageException e) {
      terminal.line(String.valueOf(e.getMessage()));
      return EXIT_USAGE;
    } catch (Teardown.ClosingException e) {
      return EXIT_FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return EXIT_FAILED;
    } catch (IOException | GeneralSecurityException e) {
      terminal.line("the platform did not start: " + e.getMessage());
      return EXIT_FAILED;
    }
  }

  // --- stay until Ctrl-C --------------------------------------------------------------------

  private int serve() throws IOException, InterruptedException, GeneralSecurityException {
    Integer offset = options.portOffset();
    Addresses addresses = new Addresses(offset == null ? 0 : offset);
    try (Teardown teardown = closedAtExit()) {
      DataFolder data = teardown.add(DataFolder.open(dataPath(), options.fresh()));
      start(addresses, data, teardown);
      printAddresses(addresses, data);
      new CountDownLatch(1).await();
      return EXIT_OK;
    }
  }

  private Path dataPath() {
    Path data = options.data();
    return data == null ? options.projectRoot().resolve(DEFAULT_DATA) : data;
  }

  // --- play the story -----------------------------------------------------------------------

  private int check() throws IOException, InterruptedException, GeneralSecurityException {
    StoryRunner.Result result = options.attach() ? checkRunning() : checkFresh();
    terminal.line(result.summary());
    return result.ok() ? EXIT_OK : EXIT_FAILED;
  }

  private StoryRunner.Result checkRunning()
      throws IOException, InterruptedException, GeneralSecurityException {
    Integer offset = options.portOffset();
    Path tls = dataPath().resolve("tls");
    if (!Files.isDirectory(tls)) {
      throw new UsageException("no platform runs on " + dataPath() + "; start it with ./run");
    }
    return play(
        new Addresses(offset == null ? 0 : offset), DevCertificate.in(tls, clock.instant()));
  }

  private StoryRunner.Result checkFresh()
      throws IOException, InterruptedException, GeneralSecurityException {
    Integer offset = options.portOffset();
    Addresses addresses = new Addresses(offset == null ? PortCheck.freeOffset() : offset);
    Path chosen = options.data();
    Path path = chosen == null ? Files.createTempDirectory("dev-stack-check-") : chosen;
    DataFolder data = DataFolder.open(path, options.fresh());
    StoryRunner.Result result;
    try (Teardown teardown = closedAtExit()) {
      teardown.add(data);
      result = startAndPlay(addresses, data, teardown);
    }
    if (options.train() && result.ok()) {
      Services.createCaches(options, terminal);
    }
    if (chosen == null && result.ok()) {
      data.delete();
    } else {
      terminal.line("data, configuration and logs are in " + path);
    }
    return result;
  }

  /** That the platform starts is the first step. */
  private StoryRunner.Result startAndPlay(Addresses addresses, DataFolder data, Teardown teardown)
      throws IOException, InterruptedException, GeneralSecurityException {
    long startNs = System.nanoTime();
    DevCertificate certificate;
    try {
      certificate = start(addresses, data, teardown);
    } catch (IOException e) {
      terminal.line("check: the platform starts FAILED " + e.getMessage());
      return new StoryRunner.Result(0, 1);
    }
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    terminal.line("check: the platform starts ok " + tookMs + " ms");
    StoryRunner.Result story = play(addresses, certificate);
    return new StoryRunner.Result(story.passed() + 1, story.failed());
  }

  private StoryRunner.Result play(Addresses addresses, DevCertificate certificate)
      throws IOException, InterruptedException, GeneralSecurityException {
    try (StoryContext context = new StoryContext(addresses, certificate)) {
      return new StoryRunner(terminal.stream()).play(Story.steps(), context);
    }
  }

  // --- common -------------------------------------------------------------------------------

  private DevCertificate start(Addresses addresses, DataFolder data, Teardown teardown)
      throws IOException, InterruptedException, GeneralSecurityException {
    long startNs = System.nanoTime();
    Services.requireJars(options.projectRoot(), options.without());
    PortCheck.requireFree(addresses);
    terminal.line("starting the platform, data in " + data.path());
    DevCertificate certificate = DevCertificate.in(data.sub("tls"), clock.instant());
    new BackingServices(addresses, data, terminal, teardown).start(clock);
    new Services(addresses, options, data, terminal).start(certificate, teardown);
    terminal.ready("everything", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
    return certificate;
  }

  /** Ctrl-C and SIGTERM run shutdown hooks; the virtual machine ends when they have. */
  private static Teardown closedAtExit() {
    Teardown teardown = new Teardown();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(teardown::close));
    return teardown;
  }

  private void printAddresses(Addresses at, DataFolder data) {
    terminal.line(
        """

        website        %s
        website-old    %s
        api            %s
        cdn            %s  https://localhost:%d (HTTP/1.1, 2 and 3)
        event-api      ws://localhost:%d  wss://localhost:%d
        image-processor  gRPC %s
        mongodb        %s
        nats           %s  monitor %s
        s3             %s
        typesense      %s
        login provider %s
        metrics, health  ports %d to %d
        logs           %s

        Ctrl-C stops everything.
        """
            .formatted(
                at.origin(Port.WEBSITE),
                at.origin(Port.WEBSITE_OLD),
                at.origin(Port.API),
                at.origin(Port.CDN_HTTP),
                at.port(Port.CDN_HTTPS),
                at.port(Port.EVENTS_WS),
                at.port(Port.EVENTS_WSS),
                at.hostPort(Port.IMAGE_PROCESSOR_GRPC),
                at.mongoUri(),
                at.natsUri(),
                at.http(Port.NATS_MONITOR, ""),
                at.http(Port.S3, ""),
                at.http(Port.TYPESENSE, ""),
                at.http(Port.LOGIN, ""),
                at.port(Port.API_ADMIN),
                at.port(Port.WEBSITE_OLD_ADMIN),
                data.path().resolve("log")));
  }
}
