package app.seventv.benchmarks;

import app.seventv.devstack.supervisor.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A server under measurement as a child process on the core of the servers: ours or a rival's. */
final class MeasuredServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final String name;
  private final Process process;
  private final int plainPort;
  private final int plainHttp2Port;
  private final int tlsPort;

  private MeasuredServer(
      String name, Process process, int plainPort, int plainHttp2Port, int tlsPort) {
    this.name = name;
    this.process = process;
    this.plainPort = plainPort;
    this.plainHttp2Port = plainHttp2Port;
    this.tlsPort = tlsPort;
  }

  /** Our HTTP layer on one loop. */
  static MeasuredServer ours(BenchContext context, String transport)
      throws IOException, InterruptedException {
    int plain = FreePorts.find();
    int tls = FreePorts.find();
    List<String> command = new ArrayList<>(java());
    command.addAll(
        List.of(
            BenchHttpServer.class.getName(),
            context.work().toString(),
            Integer.toString(plain),
            Integer.toString(tls),
            transport));
    return start(context, "ours", command, plain, plain, tls);
  }

  /** Words that start a class of this program in a JVM set up like a service's. */
  static List<String> java() {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(ServerProcess.JVM_OPTIONS);
    words.addAll(List.of("-Xms256m", "-Xmx256m", "-XX:MaxDirectMemorySize=256m"));
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return words;
  }

  /** Debian's nginx with one worker; files are kept open, nothing is logged. */
  static MeasuredServer nginx(BenchContext context) throws IOException, InterruptedException {
    return nginx(context, "nginx", Map.of());
  }

  /**
   * The same with more fields in what it answers.
   *
   * @param name of it in the figures
   */
  static MeasuredServer nginx(BenchContext context, String name, Map<String, String> fields)
      throws IOException, InterruptedException {
    int plain = FreePorts.find();
    int http2 = FreePorts.find();
    int tls = FreePorts.find();
    Path work = context.work();
    Path config =
        Files.writeString(
            work.resolve(name + ".conf"),
            """
            daemon off;
            master_process off;
            worker_processes 1;
            pid %1$s/%5$s.pid;
            error_log %1$s/%5$s-error.log warn;
            events { worker_connections 4096; }
            http {
              access_log off;
              sendfile on;
              tcp_nopush on;
              tcp_nodelay on;
              keepalive_requests 1000000000;
              open_file_cache max=4096 inactive=1h;
              open_file_cache_valid 1h;
              client_body_temp_path %1$s/%5$s-body;
              proxy_temp_path %1$s/%5$s-proxy;
              fastcgi_temp_path %1$s/%5$s-fastcgi;
              uwsgi_temp_path %1$s/%5$s-uwsgi;
              scgi_temp_path %1$s/%5$s-scgi;
              ssl_certificate %1$s/cert.pem;
              ssl_certificate_key %1$s/key.pem;
              ssl_protocols TLSv1.3;
              ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
              server {
                listen 127.0.0.1:%2$d;
                listen 127.0.0.1:%3$d http2;
                listen 127.0.0.1:%4$d ssl http2;
                location = /small { default_type text/plain; return 200 "Hello, World!"; }
                location = /big { default_type image/webp; root %1$s; }
                location /emote/ { default_type image/webp; root %1$s; %6$s }
              }
            }
            """
                .formatted(
                    work, plain, http2, tls, name, fieldLines(fields, "add_header %s \"%s\";")));
    return start(context, name, List.of("nginx", "-c", config.toString()), plain, http2, tls);
  }

  private static String fieldLines(Map<String, String> fields, String line) {
    return fields.entrySet().stream()
        .map(field -> line.formatted(field.getKey(), field.getValue().replace("\"", "\\\"")))
        .collect(Collectors.joining("\n"));
  }

  /** Debian's h2o with one thread. */
  static MeasuredServer h2o(BenchContext context) throws IOException, InterruptedException {
    return h2o(context, "h2o", Map.of());
  }

  /**
   * The same with more fields in what it answers.
   *
   * @param name of it in the figures
   */
  static MeasuredServer h2o(BenchContext context, String name, Map<String, String> fields)
      throws IOException, InterruptedException {
    int plain = FreePorts.find();
    int tls = FreePorts.find();
    Path work = context.work();
    Path config =
        Files.writeString(
            work.resolve(name + ".conf"),
            """
            %4$s
            num-threads: 1
            pid-file: %1$s/%5$s.pid
            error-log: %1$s/%5$s-error.log
            http2-max-concurrent-requests-per-connection: 256
            hosts:
              default:
                listen:
                  host: 127.0.0.1
                  port: %2$d
                listen:
                  host: 127.0.0.1
                  port: %3$d
                  ssl:
                    certificate-file: %1$s/cert.pem
                    key-file: %1$s/key.pem
                    minimum-version: TLSv1.3
                paths:
                  /small:
                    file.file: %1$s/small
                  /big:
                    file.file: %1$s/big
                  /emote:
                    file.dir: %1$s/emote
            %6$s
            """
                .formatted(
                    work, plain, tls, user(), name, fieldLines(fields, "header.set: \"%s: %s\"")));
    return start(context, name, List.of("h2o", "-c", config.toString()), plain, plain, tls);
  }

  /** Debian's Varnish with its cache in memory, before another server. */
  static MeasuredServer varnish(BenchContext context, MeasuredServer behind)
      throws IOException, InterruptedException {
    int plain = FreePorts.find();
    List<String> command =
        List.of(
            "varnishd",
            "-F",
            "-n",
            context.work().resolve("varnish").toString(),
            "-a",
            "127.0.0.1:" + plain,
            "-b",
            "127.0.0.1:" + behind.plainPort,
            "-s",
            "malloc,512m",
            "-p",
            "thread_pools=1",
            "-t",
            "86400");
    return start(context, "varnish", command, plain, plain, plain);
  }

  /** A server that runs already, as one to measure. */
  static MeasuredServer of(String name, Process process, int plainPort, int tlsPort) {
    return new MeasuredServer(name, process, plainPort, plainPort, tlsPort);
  }

  /** As root h2o wants to become somebody else, who could not read the folder. */
  private static String user() {
    String name = System.getProperty("user.name");
    return name.equals("root") ? "user: root" : "";
  }

  private static MeasuredServer start(
      BenchContext context, String name, List<String> command, int plain, int http2, int tls)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("taskset", "-c", LoadTools.SERVER_CORE));
    words.addAll(command);
    Path log = context.work().resolve(name + ".log");
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    MeasuredServer server = new MeasuredServer(name, process, plain, http2, tls);
    try {
      server.awaitListening(plain);
      server.awaitListening(tls);
      server.cpuSeconds(); // fails if what listens there is something else
    } catch (IOException | InterruptedException e) {
      server.close();
      throw new IOException(name + " did not start: " + Files.readString(log), e);
    }
    return server;
  }

  private void awaitListening(int port) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
        return;
      } catch (IOException notYet) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw notYet;
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  /** Address of a path. */
  String url(boolean http2, boolean tls, String path) {
    int port = tls ? tlsPort : http2 ? plainHttp2Port : plainPort;
    return (tls ? "https" : "http") + "://127.0.0.1:" + port + path;
  }

  int tlsPort() {
    return tlsPort;
  }

  /**
   * Processor time used so far by the process and its children, user and system, in seconds.
   * Varnish works in a child.
   */
  double cpuSeconds() throws IOException {
    double sum = ProcessorTime.ofProcess(pid());
    for (ProcessHandle child : process.descendants().toList()) {
      try {
        sum += ProcessorTime.ofProcess(child.pid());
      } catch (IOException e) {
        if (child.isAlive()) {
          throw e; // otherwise it has just ended: h2o has a short one at its start
        }
      }
    }
    return sum;
  }

  /** Part of {@link #cpuSeconds()} that the JVM's compilers took; 0 for a server without them. */
  double compilerSeconds() throws IOException {
    return compilerSeconds(pid());
  }

  /** Processor time that a JVM's compilers have used so far. */
  static double compilerSeconds(long pid) throws IOException {
    double seconds = 0;
    try (Stream<Path> threads = Files.list(folder(pid).resolve("task"))) {
      for (Path thread : threads.toList()) {
        try {
          if (Files.readString(thread.resolve("comm")).contains("Compil")) { // cut to 15 letters
            seconds += ProcessorTime.ofThread(thread);
          }
        } catch (NoSuchFileException ended) {
          // A thread that was there a moment ago.
        }
      }
    }
    return seconds;
  }

  private static Path folder(long pid) {
    return Path.of("/proc", Long.toString(pid));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
