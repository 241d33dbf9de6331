package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Values at a limit are accepted, values one beyond it refused as docs/limits.md says. */
@EveryTcp
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class HttpLimitsTest {
  private static final long ENHANCE_YOUR_CALM = 11;
  private static final int LINE_BYTES = 120;
  private static final int HEADER_BYTES = 2_000;
  private static final int LIST_BYTES = HEADER_BYTES + 700;
  private static final int FIELDS = 20;
  private static final int PIPELINED = 3;
  private static final int STREAMS = 5;
  private static final int RESETS = 20;
  private static final int CONTROL_FRAMES = 30;
  private static final int REQUESTS = 4;
  private static final int LOW_BYTES = 4_000;
  private static final int HIGH_BYTES = 10_000;
  private static final int PIECE_BYTES = 500;
  private static final long WINDOW_MS = 700;

  /** What RFC 9113 §10.5.1 and RFC 9114 §4.2.2 count for each field besides its letters. */
  private static final int OVERHEAD_BYTES = 32;

  private static final long BUSY_NS = TimeUnit.MICROSECONDS.toNanos(500);

  @Parameter(0)
  TransportOptions.Choice transport;

  @Parameter(1)
  boolean tls;

  @TempDir static Path directory = Path.of(".");

  private final AtomicInteger busy = new AtomicInteger();
  private EventLoops loops;
  private Http2TestServer server;
  private Http2TestServer quick;
  private Http2TestServer brief;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    HttpLimits.Builder limits =
        HttpLimits.builder()
            .maxRequestLineBytes(LINE_BYTES)
            .maxHeaderBytes(HEADER_BYTES)
            .maxHeaderListBytes(LIST_BYTES)
            .maxHeaderFields(FIELDS)
            .maxPipelinedRequests(PIPELINED)
            .maxConcurrentStreams(STREAMS)
            .maxStreamResets(RESETS)
            .maxControlFrames(CONTROL_FRAMES)
            .writeLowWatermarkBytes(LOW_BYTES)
            .writeHighWatermarkBytes(HIGH_BYTES);
    server = serve(limits.build());
    quick = serve(limits.floodWindowMs(WINDOW_MS).build());
    brief = serve(limits.maxRequestsPerConnection(REQUESTS).build());
  }

  private Http2TestServer serve(HttpLimits limits) throws Exception {
    return new Http2TestServer(loops, TestCertificate.in(directory), limits, this::handle);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    brief.close();
    quick.close();
    server.close();
    loops.close();
  }

  private void handle(Exchange exchange) {
    switch (exchange.request().path()) {
      case "/busy" -> {
        long endNs = System.nanoTime() + BUSY_NS;
        while (System.nanoTime() < endNs) {
          Thread.onSpinWait();
        }
        busy.incrementAndGet();
        exchange.respond(Response.text(200, "busy"));
      }
      case "/hold" -> {}
      case "/fill" -> fill(exchange);
      default -> exchange.respond(Response.text(200, "ok"));
    }
  }

  /** Queues as much as is wanted at once, and ends when there is room again. */
  private static void fill(Exchange exchange) {
    ResponseStream out = exchange.start(200, Response.newHeaders());
    while (out.isWritable()) {
      out.write(Unpooled.wrappedBuffer(new byte[PIECE_BYTES]));
    }
    out.onWritable(out::end);
    out.flush();
  }

  private InetSocketAddress address(Http2TestServer of) {
    return of.server().addresses().get(tls ? 1 : 0);
  }

  private Socket connect(Http2TestServer to) throws IOException {
    return TestSockets.connect(address(to), tls);
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  /** Status of the answer to one HTTP/1.1 request. */
  private int http1(String head) throws Exception {
    try (Socket socket = connect(server)) {
      send(socket, head);
      String start = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      assertThat(start).startsWith("HTTP/1.1 ");
      return Integer.parseInt(start.substring(9));
    }
  }

  private int http2(String... fields) throws Exception {
    try (RawHttp2Client client = server.connect(tls)) {
      client.request(1, true, "GET", "/", fields);
      int status = Integer.parseInt(client.reply(1).status());
      client.request(3, true, "GET", "/");
      assertThat(client.reply(3).status()).as("the connection lives on").isEqualTo("200");
      return status;
    }
  }

  private int http3(Map<String, String> fields) throws Exception {
    try (Http3Client client = Http3Client.connect(loops, server.server().addresses().get(1))) {
      return client.send("GET", "/", fields, new byte[0]).get(10, TimeUnit.SECONDS).status();
    }
  }

  @Test
  void requestLine() throws Exception {
    String path = "/" + "p".repeat(LINE_BYTES - "GET / HTTP/1.1".length());
    assertThat(http1("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n")).isEqualTo(200);
    assertThat(http1("GET " + path + "p HTTP/1.1\r\nhost: a\r\n\r\n")).isEqualTo(414);
  }

  @Test
  void headerBytes() throws Exception {
    int lines = "host: a\r\nx: \r\n".length();
    String start = "GET / HTTP/1.1\r\nhost: a\r\nx: ";
    assertThat(http1(start + "v".repeat(HEADER_BYTES - lines) + "\r\n\r\n")).isEqualTo(200);
    assertThat(http1(start + "v".repeat(HEADER_BYTES - lines + 1) + "\r\n\r\n")).isEqualTo(431);
  }

  @Test
  void headerListBytes() throws Exception {
    String[] pseudo = {":method", "GET", ":scheme", "https", ":path", "/", ":authority"};
    int letters = String.join("", pseudo).length() + "localhost".length() + "x".length();
    int room = LIST_BYTES - letters - 5 * OVERHEAD_BYTES;
    assertThat(http2("x", "v".repeat(room))).isEqualTo(200);
    assertThat(http2("x", "v".repeat(room + 1))).isEqualTo(431);
  }

  /** The HTTP/3 client adds fields of its own, so only their order of size is known. */
  @Test
  void headerListBytesOverHttp3() throws Exception {
    assertThat(http3(Map.of("x", "v".repeat(LIST_BYTES - 500)))).isEqualTo(200);
    assertThat(http3(Map.of("x", "v".repeat(LIST_BYTES)))).isEqualTo(431);
  }

  @Test
  void headerFields() throws Exception {
    String one = "x: 1\r\n";
    String start = "GET / HTTP/1.1\r\nhost: a\r\n";
    assertThat(http1(start + one.repeat(FIELDS - 1) + "\r\n")).isEqualTo(200);
    assertThat(http1(start + one.repeat(FIELDS) + "\r\n")).isEqualTo(431);
    assertThat(http2(fields(FIELDS - 4))).as("four pseudo-header fields count").isEqualTo(200);
    assertThat(http2(fields(FIELDS - 3))).isEqualTo(431);
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < FIELDS; i++) {
      many.put("x-" + i, "1");
    }
    assertThat(http3(many)).isEqualTo(431);
  }

  private static String[] fields(int count) {
    String[] fields = new String[2 * count];
    for (int i = 0; i < count; i++) {
      fields[2 * i] = "x";
      fields[2 * i + 1] = "1";
    }
    return fields;
  }

  /** Who sends many requests in one segment does not keep others waiting until all are answered. */
  @Test
  void pipelinedRequestsLetOthersIn() throws Exception {
    int many = 600;
    try (Socket greedy = connect(server);
        Socket other = connect(server)) {
      send(other, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      assertThat(other.getInputStream().read()).isEqualTo('H');
      busy.set(0);
      send(greedy, "GET /busy HTTP/1.1\r\nhost: a\r\n\r\n".repeat(many));
      while (busy.get() == 0) {
        Thread.onSpinWait();
      }
      other.getInputStream().skipNBytes(other.getInputStream().available());
      int before = busy.get();
      send(other, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      assertThat(other.getInputStream().read()).isEqualTo('H');
      assertThat(busy.get() - before).isLessThan(many / 2);
    }
  }

  @Test
  void bytesWaitUpToTheWatermark() throws Exception {
    try (Socket socket = connect(server)) {
      send(socket, "GET /fill HTTP/1.0\r\n\r\n");
      assertThat(socket.getInputStream().readAllBytes().length)
          .isBetween(HIGH_BYTES / 2, HIGH_BYTES + 2 * PIECE_BYTES);
    }
    try (RawHttp2Client client = server.connect(tls)) {
      client.request(1, true, "GET", "/fill");
      assertThat(client.reply(1).body().length())
          .isBetween(HIGH_BYTES / 2, HIGH_BYTES + 2 * PIECE_BYTES);
    }
  }

  @Test
  void requestsPerConnection() throws Exception {
    try (Socket socket = connect(brief)) {
      send(socket, "GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(REQUESTS + 1));
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(all.split("HTTP/1.1 200", -1)).hasSize(REQUESTS + 1);
      assertThat(all.split("connection: close", -1)).as("said once, by the last").hasSize(2);
      assertThat(all.lastIndexOf("connection: close")).isGreaterThan(all.lastIndexOf("HTTP/1.1"));
    }
  }

  @Test
  void concurrentStreams() throws Exception {
    try (RawHttp2Client client = server.connect(tls)) {
      for (int i = 0; i < STREAMS - 1; i++) {
        client.request(2 * i + 1, true, "GET", "/hold");
      }
      int last = 2 * STREAMS - 1;
      client.request(last, true, "GET", "/");
      assertThat(client.reply(last).status()).isEqualTo("200");
      client.request(last + 2, true, "GET", "/hold");
      client.request(last + 4, true, "GET", "/");
      RawHttp2Client.Frame refused = client.await(Http2Frames.RST_STREAM);
      assertThat(refused.streamId()).isEqualTo(last + 4);
      assertThat(refused.int32(0)).isEqualTo(7); // REFUSED_STREAM: may be tried again
    }
  }

  private static void reset(RawHttp2Client client, int from, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      client.request(from + 2 * i, false, "POST", "/hold");
      client.reset(from + 2 * i);
    }
  }

  @Test
  void streamResets() throws Exception {
    try (RawHttp2Client client = server.connect(tls)) {
      reset(client, 1, RESETS);
      int next = 2 * RESETS + 1;
      client.request(next, true, "GET", "/");
      assertThat(client.reply(next).status()).isEqualTo("200");
      reset(client, next + 2, 1);
      assertThat(client.awaitClose()).isEqualTo(ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void controlFrames() throws Exception {
    try (RawHttp2Client client = server.connect(tls)) {
      for (int i = 0; i < CONTROL_FRAMES; i++) {
        client.frame(Http2Frames.PING, 0, 0, new byte[8]);
      }
      client.request(1, true, "GET", "/");
      assertThat(client.reply(1).status()).isEqualTo("200");
      client.frame(Http2Frames.PING, 0, 0, new byte[8]);
      assertThat(client.awaitClose()).isEqualTo(ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void aNewWindowCountsAnew() throws Exception {
    try (RawHttp2Client client = quick.connect(tls)) {
      long startNs = System.nanoTime();
      reset(client, 1, RESETS);
      ping(client);
      long nextNs = startNs + TimeUnit.MILLISECONDS.toNanos(2 * WINDOW_MS);
      await().until(() -> System.nanoTime() - nextNs > 0);
      reset(client, 2 * RESETS + 1, RESETS);
      ping(client);
    }
  }

  private static void ping(RawHttp2Client client) throws IOException {
    client.frame(Http2Frames.PING, 0, 0, new byte[8]);
    client.await(f -> f.type() == Http2Frames.PING && (f.flags() & Http2Frames.ACK) != 0);
  }

  @Test
  void limitsThatMakeNoSenseAreRefused() {
    HttpLimits.Builder wrong = HttpLimits.builder().writeLowWatermarkBytes(10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> wrong.writeHighWatermarkBytes(10).build())
        .withMessageContaining("writeHighWatermarkBytes");
    assertThat(wrong.writeHighWatermarkBytes(11).build().writeHighWatermarkBytes()).isEqualTo(11);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpLimits.builder().maxConnections(-1).build())
        .withMessageContaining("maxConnections");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpLimits.builder().idleTimeoutMs(0).build())
        .withMessageContaining("idleTimeoutMs");
  }
}
