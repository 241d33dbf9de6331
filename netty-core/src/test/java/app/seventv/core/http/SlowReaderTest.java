package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * A client that takes its response slowly gets all of it, one that does not take it at all loses
 * the connection; from memory, and from a file that the kernel copies where the transport can.
 */
@EveryTcp
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H1_PLAIN, Wire.H1_TLS},
    because = "Http2StallTest and Http3SlowReaderTest have the others")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class SlowReaderTest {
  private static final int BODY_BYTES = 8 << 20;
  private static final long IDLE_MS = 1_500;
  private static final int PIECE_BYTES = 1 << 20;
  private static final String[] PATHS = {"/memory", "/file"};

  @Parameter(0)
  TransportOptions.Choice transport;

  @Parameter(1)
  boolean tls;

  @TempDir static Path directory = Path.of(".");

  private final Queue<String> drops = new ConcurrentLinkedQueue<>();
  private EventLoops loops;
  private ExecutorService threads;
  private HttpServer server;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    threads = Executors.newVirtualThreadPerTaskExecutor();
    byte[] body = new byte[BODY_BYTES];
    Path file = Files.write(directory.resolve("body"), body);
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(
                loops,
                Router.builder()
                    .get("/memory", e -> e.respond(Response.of(200, "a/b", body)))
                    .get("/file", e -> sendFile(e, FileBody.open(file)))
                    .build())
            .limits(HttpLimits.builder().idleTimeoutMs(IDLE_MS).build())
            .observer(
                new HttpObserver() {
                  @Override
                  public void dropped(Protocol protocol, String reason) {
                    drops.add(reason);
                  }
                })
            .listen(
                tls
                    ? HttpListener.tls(any, TestCertificate.in(directory))
                    : HttpListener.plain(any))
            .start();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
    threads.close();
  }

  private void sendFile(Exchange exchange, FileBody file) {
    HttpHeaders headers = Response.newHeaders();
    headers.set("content-length", Long.toString(file.length()));
    ResponseStream out = exchange.start(200, headers);
    out.sendFile(file, 0, file.length(), threads, out::end);
  }

  private Socket request(String path) throws Exception {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(64 << 10);
    socket.connect(server.addresses().getFirst());
    socket.setSoTimeout(10_000);
    if (tls) {
      SSLSocket secure =
          (SSLSocket)
              TestCertificate.trustingClient()
                  .getSocketFactory()
                  .createSocket(socket, "localhost", server.port(), true);
      secure.startHandshake();
      socket = secure;
    }
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void slowDownloadsAreNotCutOffByTheIdleTimeout() throws Exception {
    for (String path : PATHS) {
      drops.clear();
      try (Socket socket = request(path)) {
        InputStream in = socket.getInputStream();
        AtomicLong left = new AtomicLong(BODY_BYTES);
        long startNs = System.nanoTime();
        await()
            .pollInterval(Duration.ofMillis(IDLE_MS / 5)) // the slow reader
            .atMost(Duration.ofMinutes(2))
            .until(() -> {
              int count = in.readNBytes((int) Math.min(PIECE_BYTES, left.get())).length;
              assertThat(count).as(path + " before the last " + left + drops).isPositive();
              return left.addAndGet(-count) == 0;
            });
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
        assertThat(tookMs)
            .as("the download outlasts the idle timeout")
            .isGreaterThan(IDLE_MS * 5 / 4);
      }
    }
  }

  @Test
  void readersThatStopAreCutOff() throws Exception {
    for (String path : PATHS) {
      drops.clear();
      try (Socket socket = request(path)) {
        await().until(() -> drops.contains("slow-reader"));
        // TLS must not wait for its goodbye to get through.
        await().atMost(Duration.ofSeconds(1)).until(() -> server.acceptedConnections() == 0);
        assertThat(readAll(socket)).as("cut off").isLessThan(BODY_BYTES);
      }
    }
  }

  private static long readAll(Socket socket) {
    long total = 0;
    byte[] piece = new byte[PIECE_BYTES];
    try {
      for (int n = socket.getInputStream().read(piece); n >= 0; ) {
        total += n;
        n = socket.getInputStream().read(piece);
      }
    } catch (IOException reset) {
      return total; // an end without TLS's alert, or bytes that were thrown away
    }
    return total;
  }
}
