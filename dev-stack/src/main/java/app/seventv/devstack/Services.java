package app.seventv.devstack;

import app.seventv.devstack.supervisor.HttpProbe;
import app.seventv.devstack.supervisor.ManagedProcess;
import app.seventv.devstack.supervisor.ProcessGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The platform's own services, each a JVM process that is kept alive. */
final class Services {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_GRACE = Duration.ofSeconds(6);

  /** A recording virtual machine writes down what it has loaded when it ends. */
  private static final Duration RECORDING_STOP_GRACE = Duration.ofSeconds(90);

  private final Addresses at;
  private final RunOptions options;
  private final DataFolder data;
  private final Terminal terminal;
  private final AotCaches caches;

  Services(Addresses addresses, RunOptions options, DataFolder data, Terminal terminal) {
    this.at = addresses;
    this.options = options;
    this.data = data;
    this.terminal = terminal;
    this.caches = new AotCaches(options.projectRoot(), options.train());
  }

  /** Makes caches of what the services have recorded; they must have ended. */
  static void createCaches(RunOptions options, Terminal terminal)
      throws IOException, InterruptedException {
    AotCaches caches = new AotCaches(options.projectRoot(), true);
    for (Service service : Service.values()) {
      if (!options.without().contains(service)) {
        long startNs = System.nanoTime();
        if (caches.create(service)) {
          long tookMs = Duration.ofNanos(System.nanoTime() - startNs).toMillis();
          terminal.ready("cache of " + service.serviceName(), tookMs);
        }
      }
    }
  }

  /** The program that runs this very virtual machine. */
  static String javaProgram() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Starts all that were not left out and waits until they are ready. */
  void start(DevCertificate certificate, Teardown teardown)
      throws IOException, InterruptedException {
    ServiceConfigs configs = new ServiceConfigs(at, options.projectRoot(), certificate);
    List<ManagedProcess> processes = new ArrayList<>();
    for (Service service : Service.values()) {
      Path config = configs.write(service, data.sub("config"));
      if (!options.without().contains(service)) {
        processes.add(process(service, config));
      }
    }
    ProcessGroup group = teardown.add(new ProcessGroup(processes));
    group.start(READY_TIMEOUT, terminal::ready);
  }

  /**
   * Checks that everything is built.
   *
   * @throws UsageException naming the first jar that is missing
   */
  static void requireJars(Path projectRoot, Set<Service> without) {
    Arrays.stream(Service.values())
        .filter(service -> !without.contains(service))
        .map(service -> service.jar(projectRoot))
        .filter(jar -> !Files.exists(jar))
        .findFirst()
        .ifPresent(jar -> {
          throw new UsageException(jar + " is missing; ./run builds it");
        });
  }

  private ManagedProcess process(Service service, Path config) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(javaProgram());
    command.addAll(caches.jvmOptions(service));
    command.add("-jar");
    command.add(service.jar(options.projectRoot()).toString());
    command.add("--config");
    command.add(config.toString());
    ManagedProcess.Spec spec =
        new ManagedProcess.Spec(
            service.serviceName(),
            command,
            Map.of(),
            data.sub("run"),
            data.sub("log").resolve(service.serviceName() + ".log"),
            options.train() ? RECORDING_STOP_GRACE : STOP_GRACE);
    HttpProbe probe = new HttpProbe(at.http(service.adminPort(), "/readyz"));
    return new ManagedProcess(spec, probe, this::died);
  }

  private void died(String name, int exitCode, long restartInMs) {
    terminal.died(name, exitCode, restartInMs);
  }
}
