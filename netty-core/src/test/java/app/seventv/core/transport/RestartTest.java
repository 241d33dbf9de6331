package app.seventv.core.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Http3Client;
import app.seventv.core.http.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two restarts under load, with real processes: no request may be lost. */
@Covers
class RestartTest {
  private static final int LIMIT_SECONDS = 120;
  private static final long HANDSHAKE_PAUSE_NS = 5_000_000;
  private static final int RESTARTS = 2;
  private static final Duration STEADY = Duration.ofSeconds(2);

  @TempDir private Path directory = Path.of("");
  private final List<Process> processes = new ArrayList<>();
  private final List<Thread> load = new ArrayList<>();
  private volatile boolean stopped;

  @AfterEach
  void end() throws InterruptedException {
    stopped = true;
    for (Thread thread : load) {
      thread.join();
    }
    processes.forEach(Process::destroyForcibly);
  }

  private record Running(Process process, int plainPort, int securePort) {}

  private List<String> server(TransportOptions.Choice transport, String plain, String secure) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                RestartServer.class.getName()));
    set(command, "transport", transport.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    set(command, "event_loops", "2");
    set(command, "plain", plain);
    set(command, "secure", secure);
    set(command, "certificates", directory.toString());
    return command;
  }

  private static void set(List<String> command, String key, String value) {
    command.addAll(List.of("-o", key + "=" + value));
  }

  private List<String> successor(TransportOptions.Choice transport, int plainPort, int securePort) {
    List<String> command = server(transport, String.valueOf(plainPort), String.valueOf(securePort));
    set(command, "handover", directory.resolve("handover").toString());
    return command;
  }

  private Running start(TransportOptions.Choice transport, int plainPort, int securePort)
      throws IOException {
    return start(successor(transport, plainPort, securePort));
  }

  private Process launch(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectError(directory.resolve("err" + processes.size()).toFile())
            .start();
    processes.add(process);
    return process;
  }

  /** Starts a process, and reads what it writes until it serves. */
  private Running start(List<String> command) throws IOException {
    Process process = launch(command);
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String[] ports = new String[0];
    List<String> lines = new ArrayList<>();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      lines.add(line);
      if (line.startsWith("ports ")) {
        ports = line.split(" ", -1);
      } else if (line.contains("restart-server 1 ready")) {
        return new Running(process, Integer.parseInt(ports[1]), Integer.parseInt(ports[2]));
      }
    }
    String errors = Files.readString(directory.resolve("err" + (processes.size() - 1)));
    throw new IOException("the server has not started: " + lines + errors);
  }

  /** One kind of client, in a loop. */
  private final class Load {
    final AtomicInteger requests = new AtomicInteger();
    final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    final Set<String> servers = ConcurrentHashMap.newKeySet();

    void run(String name, Callable<String> request) {
      load.add(
          Thread.ofPlatform()
              .name(name)
              .start(() -> {
                while (!stopped) {
                  try {
                    servers.add(request.call());
                  } catch (Exception e) {
                    failures.add(name + ": " + e);
                  }
                  requests.incrementAndGet();
                }
              }));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TransportOptions.Choice.class,
      names = {"IO_URING", "EPOLL"})
  void losesNoRequest(TransportOptions.Choice transport) throws Exception {
    TestCertificate.in(directory);
    Running first = start(transport, 0, 0);
    Load tcp = new Load();
    Load quic = new Load();
    try (HttpClient client =
            HttpClient.newBuilder().sslContext(TestCertificate.trustingClient()).build();
        EventLoops clientLoops = EventLoops.start(TransportOptions.loops(1));
        Http3Load http3 = new Http3Load(clientLoops, first.securePort)) {
      for (int i = 0; i < 2; i++) {
        tcp.run("connect", () -> connectAndGet(first.plainPort));
        tcp.run("h1", () -> get(client, HttpClient.Version.HTTP_1_1, first.securePort));
        tcp.run("h2", () -> get(client, HttpClient.Version.HTTP_2, first.securePort));
      }
      tcp.run("connect with TLS", () -> rarely(() -> connectAndGetSecurely(first.securePort)));
      tcp.run("connect with h2", () -> rarely(() -> connectAndGetOverHttp2(first.securePort)));
      quic.run("h3", http3::get);
      Running running = first;
      for (int restart = 0; restart < RESTARTS; restart++) {
        serveFor(STEADY, tcp);
        dieOnTheThreshold(transport, first);
        turnBackOnTheThreshold(transport, first);
        Running next = start(transport, first.plainPort, first.securePort);
        serveFor(STEADY, tcp);
        assertThat(running.process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(running.process.exitValue()).isZero();
        running = next;
      }
      stopped = true;
      for (Thread thread : load) {
        thread.join();
      }
    }
    System.out.printf(
        "restart %s: %d requests over TCP, %d over QUIC; failed: %s %s%n",
        transport, tcp.requests.get(), quic.requests.get(), tcp.failures, quic.failures);
    System.out.println("figure: restart-failed-requests " + tcp.failures.size());
    System.out.println("figure: restart-failed-requests-h3 " + quic.failures.size());
    assertThat(tcp.servers).as("all three processes have served").hasSize(RESTARTS + 1);
    assertThat(quic.servers).hasSize(RESTARTS + 1);
    assertThat(tcp.failures).isEmpty();
    assertThat(quic.failures).isEmpty();
  }

  /** A successor that has got the sockets and ends before it serves. */
  private void dieOnTheThreshold(TransportOptions.Choice transport, Running first)
      throws IOException, InterruptedException {
    List<String> command = successor(transport, first.plainPort, first.securePort);
    set(command, "mode", "broken");
    Process broken = launch(command);
    assertThat(broken.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(broken.exitValue()).isEqualTo(1);
  }

  /** A successor that is told to end when it has got the sockets and has not taken over yet. */
  private void turnBackOnTheThreshold(TransportOptions.Choice transport, Running first)
      throws IOException, InterruptedException {
    List<String> command = successor(transport, first.plainPort, first.securePort);
    set(command, "mode", "deaf");
    Process deaf = launch(command);
    BufferedReader out = deaf.inputReader(StandardCharsets.UTF_8);
    String line = "";
    while (line != null && !line.startsWith("ports ")) {
      line = out.readLine();
    }
    deaf.toHandle().destroy(); // a SIGTERM; the process's own method closes its input as well
    assertThat(deaf.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(out.lines()).anyMatch(text -> text.contains("stopped while starting"));
    assertThat(deaf.exitValue()).isEqualTo(1);
  }

  /** Binds one TCP and one UDP socket, blocking, and passes them on as descriptors 3 and 4. */
  private static final String SUPERVISOR =
      """
      use Socket; $^F = 9;
      socket(my $t, PF_INET, SOCK_STREAM, 0) or die; bind($t, sockaddr_in(0, INADDR_LOOPBACK)) or die;
      listen($t, 16) or die; my ($p) = sockaddr_in(getsockname($t));
      socket(my $u, PF_INET, SOCK_DGRAM, 0) or die; bind($u, sockaddr_in($p, INADDR_LOOPBACK)) or die;
      die unless fileno($t) == 3 and fileno($u) == 4;
      $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = 2;
      exec map { s/=PORT$/=$p/; $_ } @ARGV;
      """;

  @ParameterizedTest
  @EnumSource(
      value = TransportOptions.Choice.class,
      names = {"IO_URING", "EPOLL"})
  void servesOnTheSocketsOfItsSupervisor(TransportOptions.Choice transport) throws Exception {
    TestCertificate.in(directory);
    List<String> command = new ArrayList<>(List.of("perl", "-e", SUPERVISOR));
    command.addAll(server(transport, "0", "PORT"));
    Running running = start(command);
    try (HttpClient client =
            HttpClient.newBuilder().sslContext(TestCertificate.trustingClient()).build();
        EventLoops clientLoops = EventLoops.start(TransportOptions.loops(1));
        Http3Load http3 = new Http3Load(clientLoops, running.securePort)) {
      for (int i = 0; i < 20; i++) {
        assertThat(http3.get()).isEqualTo(String.valueOf(running.process.pid()));
        assertThat(get(client, HttpClient.Version.HTTP_2, running.securePort))
            .isEqualTo(String.valueOf(running.process.pid()));
      }
    }
  }

  private static void serveFor(Duration time, Load load) {
    int before = load.requests.get();
    await()
        .pollDelay(time)
        .atMost(Duration.ofSeconds(LIMIT_SECONDS))
        .until(() -> load.requests.get() > before + 10);
  }

  /** A connection of its own for each request: a lost place in the accept queue would show. */
  private static String connectAndGet(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return getAndClose(socket);
    }
  }

  /** Handshakes without a pause would keep the new process from starting. */
  private static String rarely(Callable<String> request) throws Exception {
    LockSupport.parkNanos(HANDSHAKE_PAUSE_NS);
    return request.call();
  }

  /** The same with TLS: the drain must not overtake a handshake. */
  private static String connectAndGetSecurely(int port)
      throws IOException, GeneralSecurityException {
    SSLSocketFactory factory = TestCertificate.trustingClient().getSocketFactory();
    try (Socket socket = factory.createSocket(InetAddress.getLoopbackAddress(), port)) {
      return getAndClose(socket);
    }
  }

  private static String connectAndGetOverHttp2(int port)
      throws IOException, InterruptedException, GeneralSecurityException {
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(TestCertificate.trustingClient()).build()) {
      String answer = get(client, HttpClient.Version.HTTP_2, port);
      client.shutdownNow();
      return answer;
    }
  }

  private static String getAndClose(Socket socket) throws IOException {
    socket.setSoTimeout(LIMIT_SECONDS * 1_000);
    socket
        .getOutputStream()
        .write(
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
    String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    if (!answer.startsWith("HTTP/1.1 200")) {
      throw new IOException("answer: " + answer);
    }
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  private static String get(HttpClient client, HttpClient.Version version, int port)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/"))
                .version(version)
                .timeout(Duration.ofSeconds(20))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("status " + answer.statusCode());
    }
    return answer.body();
  }

  /** Keeps to one connection until the server asks it to leave. */
  private static final class Http3Load implements AutoCloseable {
    private final EventLoops loops;
    private final InetSocketAddress server;
    private Http3Client client;

    Http3Load(EventLoops loops, int port) throws IOException {
      this.loops = loops;
      this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      this.client = Http3Client.connect(loops, server);
    }

    String get() throws Exception {
      if (client.isLeaving()) {
        client.close();
        client = Http3Client.connect(loops, server);
      }
      Http3Client.Answer answer;
      try {
        answer = client.send("GET", "/", Map.of(), new byte[0]).get(20, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Http3Client.RejectedException) {
          return get(); // on a connection to the successor, as every client does
        }
        throw e;
      }
      if (answer.status() != 200) {
        throw new IOException("status " + answer.status());
      }
      return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
