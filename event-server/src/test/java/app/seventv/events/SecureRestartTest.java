package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.supervisor.FreePorts;
import app.seventv.events.dispatch.BusSamples;
import app.seventv.model.bus.BusBatch;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A planned restart with two real processes while clients connect with TLS without a pause: none is
 * refused or cut off, whichever of the two processes accepts it and however far it has come when
 * the old one begins to drain.
 */
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class SecureRestartTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int TIMEOUT_MS = 120_000;
  private static final int SESSIONS = 10;
  private static final long PAUSE_NS = 5_000_000;
  private static final Pattern INSTANCE = Pattern.compile("\"instance\":\\{\"name\":\"([^\"]+)\"");

  private static final String UPGRADE =
      """
      GET /v3 HTTP/1.1
      host: x
      connection: upgrade
      upgrade: websocket
      sec-websocket-version: 13
      sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==
      """
          .replace("\n", "\r\n");

  @TempDir Path directory = Path.of(".");

  private final Map<String, Load> loads = new ConcurrentHashMap<>();
  private final List<AutoCloseable> resources = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;
  private TestTls tls;
  private DevNats nats;
  private int plainPort;
  private int port;

  @BeforeEach
  void start() throws Exception {
    nats = DevNats.start(directory.resolve("nats"), 0, 0);
    resources.add(nats);
    tls = TestTls.in(directory);
    plainPort = FreePorts.find();
    port = FreePorts.find();
  }

  @AfterEach
  void stop() throws Exception {
    stopLoad();
    for (AutoCloseable resource : resources.reversed()) {
      resource.close();
    }
  }

  private void stopLoad() throws InterruptedException {
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private EventProcess process(String name) throws IOException {
    EventProcess process =
        EventProcess.start(
            directory,
            name,
            """
            event_loops = 2
            drain_time = "60s"
            handover = "%s"
            pod.name = "%s"
            nats.servers = ["%s"]
            event_api.bind = "127.0.0.1:%d"
            event_api.secure_bind = "127.0.0.1:%d"
            event_api.drain_sessions_per_second = 10
            event_api.tls.cert = "%s"
            event_api.tls.key = "%s"
            """
                .formatted(
                    directory.resolve("handover"),
                    name,
                    nats.uri(),
                    plainPort,
                    port,
                    tls.cert(),
                    tls.key()));
    resources.add(process);
    return process;
  }

  /** What clients of one kind have met. */
  private static final class Load {
    final AtomicInteger clients = new AtomicInteger();
    final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    final Set<String> instances = ConcurrentHashMap.newKeySet();
  }

  /** Runs one client after the other; each returns what it got, the greeting above all. */
  private void run(String kind, Callable<String> client) {
    Load load = loads.computeIfAbsent(kind, key -> new Load());
    threads.add(
        Thread.ofPlatform()
            .name(kind)
            .start(() -> {
              while (!stopped) {
                LockSupport.parkNanos(PAUSE_NS); // or the new process would not come to start
                try {
                  Matcher instance = INSTANCE.matcher(client.call());
                  if (instance.find()) {
                    load.instances.add(instance.group(1));
                  }
                } catch (Exception e) {
                  load.failures.add(String.valueOf(e));
                }
                load.clients.incrementAndGet();
              }
            }));
  }

  private Socket connect() throws IOException {
    Socket plain = new Socket();
    plain.setSoTimeout(TIMEOUT_MS);
    plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return tls.client().getSocketFactory().createSocket(plain, "localhost", port, true);
  }

  private static void send(Socket socket, String head) throws IOException {
    socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  private static String head(DataInputStream in, int status) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf("\r\n\r\n") < 0) {
      read.append((char) in.readUnsignedByte());
    }
    if (!read.toString().startsWith("HTTP/1.1 " + status)) {
      throw new IOException("answer: " + read);
    }
    return read.toString();
  }

  /** A websocket that says goodbye after the greeting. */
  private String webSocket() throws IOException {
    try (Socket socket = connect()) {
      send(socket, UPGRADE);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      head(in, 101);
      int first = in.readUnsignedByte();
      int length = in.readUnsignedByte();
      length = length == 126 ? in.readUnsignedShort() : length;
      String hello = new String(in.readNBytes(length), StandardCharsets.UTF_8);
      if (first != 0x81) {
        throw new IOException("first frame: " + first + ' ' + hello);
      }
      socket.getOutputStream().write(RawSocketClient.close(1000, ""));
      in.transferTo(OutputStream.nullOutputStream()); // to the server's end, which is in order
      return hello;
    }
  }

  private String javaWebSocket(HttpClient http) throws InterruptedException {
    try (SocketClient client =
        SocketClient.connect(http, "wss://localhost:" + port + "/v3", "x-test", "restart")) {
      return client.text();
    }
  }

  private String stream() throws IOException {
    try (Socket socket = connect()) {
      send(socket, "GET /v3 HTTP/1.1\r\nhost: x\r\n");
      head(new DataInputStream(socket.getInputStream()), 200);
      return greeting(socket.getInputStream());
    }
  }

  /** A client with a connection of its own. */
  private String http2Stream() throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newBuilder().sslContext(tls.client()).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/v3")).build();
      HttpResponse<InputStream> response =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200 || response.version() != HttpClient.Version.HTTP_2) {
          throw new IOException("answer: " + response);
        }
        return greeting(body);
      } finally {
        http.shutdownNow();
      }
    }
  }

  private static String greeting(InputStream in) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("data: ")) {
        return line;
      }
    }
    throw new IOException("a stream without a greeting");
  }

  /** Two requests, unless the server says that there is only one left. */
  private String requests() throws IOException {
    try (Socket socket = connect()) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      send(socket, "GET /health HTTP/1.1\r\nhost: x\r\n");
      if (!head(in, 404).contains("connection: close")) {
        send(socket, "GET /health HTTP/1.1\r\nhost: x\r\n");
        head(in, 404);
      }
      return "";
    }
  }

  private SocketClient session(HttpClient http) {
    return SocketClient.connect(http, "wss://localhost:" + port + "/v3");
  }

  /** It connects in the background; nobody can resume across that. */
  private void awaitBus(HttpClient http) throws Exception {
    Connection publisher = Nats.connect(nats.uri());
    resources.add(publisher);
    try (SocketClient client = session(http).greeted().subscribed("emote_set.update", SET)) {
      byte[] message = BusSamples.message(BusSamples.addEvent());
      await()
          .atMost(PATIENCE)
          .until(() -> {
            publisher.publish(BusBatch.SUBJECT, message);
            return !client.frames.isEmpty();
          });
    }
  }

  @Test
  void nobodyIsLostAndSessionsGoOn() throws Exception {
    EventProcess old = process("old");
    HttpClient http = HttpClient.newBuilder().sslContext(tls.client()).build();
    resources.add(http::shutdownNow);
    await().atMost(PATIENCE).ignoreExceptions().until(() -> requests().isEmpty());
    awaitBus(http);
    List<SocketClient> sessions = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      SocketClient client = session(http);
      ids.add(client.frame().at("/d/session_id").stringValue());
      client.text(); // the first heartbeat
      sessions.add(client.subscribed("emote_set.update", SET));
    }
    run("websocket", this::webSocket);
    run("stream over HTTP/1.1", this::stream);
    run("requests", this::requests);
    run("websocket of the JDK", () -> javaWebSocket(http));
    run("stream over HTTP/2", this::http2Stream);
    EventProcess successor = process("successor");
    for (SocketClient client : sessions) {
      JsonNode frame = client.frame(PATIENCE);
      while (frame.get("op").intValue() != 7) {
        frame = client.frame(PATIENCE);
      }
      assertThat(client.closed()).isEqualTo("1001 Server is restarting");
    }
    for (String id : ids) {
      try (SocketClient next = session(http)) {
        next.frame(PATIENCE);
        next.text();
        next.send(SocketClient.resume(id, 0));
        assertThat(next.frame(PATIENCE).get("d").toString())
            .as(() -> old.log() + successor.log())
            .isEqualTo(Payloads.ackResume(true, 0, 1));
      }
    }
    assertThat(old.exit()).isZero();
    await().atMost(PATIENCE).until(() -> loads.values().stream().allMatch(this::hasMetBoth));
    stopLoad();
    loads.forEach((kind, load) ->
        System.out.printf(
            "restart, %s with TLS: %d clients, failed: %s%n",
            kind, load.clients.get(), load.failures));
    assertThat(loads).allSatisfy((kind, load) -> assertThat(load.failures).as(kind).isEmpty());
  }

  private boolean hasMetBoth(Load load) {
    return load.instances.containsAll(Set.of("old", "successor"))
        || load.equals(loads.get("requests"));
  }
}
