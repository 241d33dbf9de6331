package app.seventv.devstack.nats;

import app.seventv.devstack.supervisor.FreePorts;
import app.seventv.devstack.supervisor.ManagedProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The real nats-server with JetStream as a child process (backing-services.md §3). It is started
 * again when it dies, on the same port with the same store, so clients just reconnect.
 */
public final class DevNats implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final String PROGRAM = "nats-server";
  private static final int PROBE_TIMEOUT_MS = 500;
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration STOP_GRACE = Duration.ofSeconds(3);
  private static final int START_ATTEMPTS = 5;

  private final ManagedProcess process;
  private final int port;
  private final int monitorPort;

  private DevNats(ManagedProcess process, int port, int monitorPort) {
    this.process = process;
    this.port = port;
    this.monitorPort = monitorPort;
  }

  /**
   * Starts the server and returns once it answers.
   *
   * @param directory holds its configuration, log and JetStream store; created when absent
   * @param port client port on 127.0.0.1, 0 = any free one
   * @param monitorPort HTTP monitoring port on 127.0.0.1, 0 = any free one
   * @throws IOException when the program is missing or does not answer within 10 s
   */
  public static DevNats start(Path directory, int port, int monitorPort)
      throws IOException, InterruptedException {
    return start(
        directory, directory.resolve("nats-server.log"), port, monitorPort, (n, c, ms) -> {});
  }

  /** As {@link #start(Path, int, int)}, with its own log file and somebody told of restarts. */
  public static DevNats start(
      Path directory, Path log, int port, int monitorPort, ManagedProcess.Listener listener)
      throws IOException, InterruptedException {
    Path program =
        findProgram()
            .orElseThrow(() ->
                new IOException(
                    "nats-server is missing: install it with apt-get install nats-server"));
    IOException last = new IOException("nats-server did not start");
    // A port found free may be taken by somebody else before the server binds it.
    int attempts = port == 0 || monitorPort == 0 ? START_ATTEMPTS : 1;
    for (int i = 0; i < attempts; i++) {
      int clientPort = port == 0 ? FreePorts.find() : port;
      int httpPort = monitorPort == 0 ? FreePorts.find() : monitorPort;
      // Whoever else listens there would answer the probe in our server's place.
      for (int wanted : new int[] {clientPort, httpPort}) {
        if (!FreePorts.isFree(wanted)) {
          throw new IOException("nats-server cannot listen on " + HOST + ":" + wanted + ": taken");
        }
      }
      ManagedProcess.Spec spec = spec(program, directory, log, clientPort, httpPort);
      ManagedProcess process = new ManagedProcess(spec, () -> answers(clientPort), listener);
      try {
        process.start();
        process.awaitReady(READY_TIMEOUT);
        return new DevNats(process, clientPort, httpPort);
      } catch (IOException | InterruptedException | RuntimeException e) {
        process.close();
        if (!(e instanceof IOException failure)) {
          throw e;
        }
        last = failure;
      }
    }
    throw last;
  }

  /** Client port. */
  public int port() {
    return port;
  }

  /** HTTP monitoring port ({@code /varz}, {@code /jsz}). */
  public int monitorPort() {
    return monitorPort;
  }

  /** Address for clients, {@code nats://127.0.0.1:PORT}. */
  public String uri() {
    return "nats://" + HOST + ":" + port;
  }

  /** Process id, empty while it is being restarted. */
  public OptionalLong pid() {
    return process.pid();
  }

  /** Whether the server greets a client now. */
  public boolean ready() {
    return process.ready();
  }

  /** How often it was started again. */
  public int restarts() {
    return process.restarts();
  }

  @Override
  public void close() {
    process.close();
  }

  private static ManagedProcess.Spec spec(
      Path program, Path directory, Path log, int port, int monitorPort) throws IOException {
    Path folder = directory.toAbsolutePath();
    Files.createDirectories(folder);
    Path config = folder.resolve("nats-server.conf");
    Files.writeString(
        config,
        """
        server_name: dev
        host: %1$s
        port: %2$d
        http: "%1$s:%3$d"
        max_payload: 1MB
        jetstream { store_dir: "%4$s", max_memory_store: 64MB, max_file_store: 1GB }
        """
            .formatted(HOST, port, monitorPort, folder.resolve("jetstream")));
    return new ManagedProcess.Spec(
        "nats",
        List.of(program.toString(), "--config", config.toString()),
        Map.of(),
        folder,
        log,
        STOP_GRACE);
  }

  /** The server greets every client with an INFO line (NATS client protocol). */
  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PROBE_TIMEOUT_MS);
      socket.setSoTimeout(PROBE_TIMEOUT_MS);
      byte[] greeting = socket.getInputStream().readNBytes(5);
      return new String(greeting, StandardCharsets.US_ASCII).equals("INFO ");
    } catch (IOException e) {
      return false;
    }
  }

  /** Looks in PATH and where Debian installs servers, which is often not in a user's PATH. */
  private static Optional<Path> findProgram() {
    List<String> folders = new ArrayList<>();
    String path = System.getenv("PATH");
    if (path != null) {
      folders.addAll(List.of(path.split(":", -1)));
    }
    folders.addAll(List.of("/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"));
    return folders.stream()
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
