package app.seventv.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Response;
import app.seventv.core.http.ResponseStream;
import app.seventv.core.http.Router;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that end their half of a TLS connection, by its alert, get what they asked for. */
@ParameterizedClass
@CsvSource({
  "IO_URING,TLSv1.3",
  "IO_URING,TLSv1.2",
  "EPOLL,TLSv1.3",
  "EPOLL,TLSv1.2",
  "NIO,TLSv1.3",
  "NIO,TLSv1.2"
})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H1_TLS},
    because = "ends of TLS as HTTP/1.1 sees them")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class TlsEndTest {
  private static final int BIG_BYTES = 2 << 20;

  @Parameter(0)
  TransportOptions.Choice transport;

  @Parameter(1)
  String version;

  @TempDir static Path directory = Path.of(".");

  private final AtomicInteger ended = new AtomicInteger();
  private EventLoops loops;
  private HttpServer server;
  private SSLContext trusting;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    byte[] big = new byte[BIG_BYTES];
    Router router =
        Router.builder()
            .get("/hi", e -> e.respond(Response.text(200, "hi")))
            .get("/late", e -> later(e, () -> e.respond(Response.text(200, "late"))))
            .get("/late-big", e -> later(e, () -> e.respond(Response.of(200, "a/b", big))))
            .get("/events", this::events)
            .post(
                "/echo",
                e ->
                    e.readBody(
                        100, body -> later(e, () -> e.respond(Response.of(200, "a/b", body)))))
            .build();
    server =
        HttpServer.builder(loops, router)
            .listen(
                HttpListener.tls(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    TestCertificate.in(directory)))
            .start();
    trusting = TestCertificate.trustingClient();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
  }

  private static void later(Exchange exchange, Runnable action) {
    exchange.executor().schedule(action, 50, TimeUnit.MILLISECONDS);
  }

  private void events(Exchange exchange) {
    exchange.onEnd(ended::incrementAndGet);
    ResponseStream out = exchange.start(200, Response.newHeaders());
    out.endWithClient();
    out.writeAndFlush(Unpooled.copiedBuffer("data: 1\n\n", StandardCharsets.US_ASCII));
  }

  private SSLSocket connect() throws IOException {
    return TestClient.connect(trusting, server.addresses().getFirst(), null, version);
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n";
  }

  /** Sends each part in a record of its own, then the alert, and reads to the server's end. */
  private String half(String... records) throws IOException {
    try (SSLSocket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      for (String record : records) {
        out.write(record.getBytes(StandardCharsets.US_ASCII));
        out.flush();
      }
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void whatWasReceivedIsAnswered() throws Exception {
    assertThat(half(get("/hi"))).startsWith("HTTP/1.1 200").endsWith("hi");
    assertThat(half(get("/late"))).startsWith("HTTP/1.1 200").endsWith("late");
    assertThat(half(get("/late") + get("/hi") + get("/late")))
        .containsPattern("late(?s:.*)hiHTTP")
        .endsWith("late");
    assertThat(half(get("/late"), get("/late"), get("/hi"))).endsWith("hi");
    assertThat(half(get("/late-big"))).hasSizeGreaterThan(BIG_BYTES);
    assertThat(half("")).isEmpty();
    assertThat(half("GET /hi HT")).isEmpty();
    await().until(() -> server.acceptedConnections() == 0);
  }

  /** Two bytes make a record that looks like an alert. */
  @Test
  void recordsOfTwoBytesArrive() throws Exception {
    String head = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n";
    assertThat(half(head, "ab", "cd")).endsWith("abcd");
    assertThat(half(get("/late"), "GE", "T ", "/hi HTTP/1.1\r\nhost: a\r\n\r", "\n"))
        .contains("late")
        .endsWith("hi");
    try (SSLSocket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      out.write(get("/late").getBytes(StandardCharsets.US_ASCII));
      out.write("GE".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      InputStream in = socket.getInputStream();
      StringBuilder read = new StringBuilder();
      while (read.indexOf("late") < 0) {
        read.append((char) in.read());
      }
      out.write("T /hi HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      while (!read.toString().endsWith("hi")) {
        read.append((char) in.read());
      }
    }
  }

  @Test
  void eventStreamsEndWithTheClient() throws Exception {
    int before = ended.get();
    try (SSLSocket socket = connect()) {
      socket.getOutputStream().write(get("/events").getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 200");
    }
    await().atMost(Duration.ofSeconds(2)).until(() -> ended.get() == before + 1);
  }
}
