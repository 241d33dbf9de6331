package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import app.seventv.core.tls.TlsFiles;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Responses that contradict themselves do not pass for whole, and ends are told. */
@EveryTcp
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class ResponseFramingTest {
  private static final int PART_BYTES = 1_000;
  private static final int INTERNAL_ERROR = 2;

  @Parameter(0)
  TransportOptions.Choice transport;

  @Parameter(1)
  boolean tls;

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private TlsFiles certificate;
  private Http2TestServer server;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    certificate = TestCertificate.in(directory);
    server = serve();
  }

  private Http2TestServer serve() throws IOException {
    return new Http2TestServer(loops, certificate, HttpLimits.DEFAULT, this::handle);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
  }

  private void handle(Exchange exchange) {
    switch (exchange.request().path()) {
      case "/exact" -> stream(exchange, 2 * PART_BYTES);
      case "/too-long" -> stream(exchange, 2 * PART_BYTES - 1);
      case "/too-short" -> stream(exchange, 2 * PART_BYTES + 1);
      case "/trailers" -> {
        HttpHeaders trailers = Response.newHeaders();
        trailers.set("x-sum", "7").set("Content-Length", "3").set("transfer-encoding", "chunked");
        trailers.set("set-cookie", "a=b").set("host", "evil.example");
        ResponseStream out = exchange.start(200, Response.newHeaders());
        out.write(Unpooled.wrappedBuffer(new byte[PART_BYTES]));
        out.end(trailers);
      }
      default -> exchange.respond(Response.text(200, "ok"));
    }
  }

  private static void stream(Exchange exchange, int announced) {
    HttpHeaders headers = Response.newHeaders();
    headers.set("content-length", Integer.toString(announced));
    ResponseStream out = exchange.start(200, headers);
    out.writeAndFlush(Unpooled.wrappedBuffer(new byte[PART_BYTES]));
    out.writeAndFlush(Unpooled.wrappedBuffer(new byte[PART_BYTES]));
    out.end();
  }

  private Socket connect(Http2TestServer to) throws IOException {
    return TestSockets.connect(to.server().addresses().get(tls ? 1 : 0), tls);
  }

  /** Asks over HTTP/1.1 and reads to the end. */
  private String http1(Socket socket, String path) throws IOException {
    String request = "GET " + path + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void bodiesOverHttp2KeepToTheirLength() throws Exception {
    try (RawHttp2Client client = server.connect(tls)) {
      client.request(1, true, "GET", "/exact");
      assertThat(client.reply(1).body()).hasSize(2 * PART_BYTES);
      int stream = 3;
      for (String path : new String[] {"/too-long", "/too-short"}) {
        client.request(stream, true, "GET", path);
        RawHttp2Client.Frame frame = client.await(f -> f.streamId() > 1 && isLast(f));
        assertThat(frame.type()).as(path).isEqualTo(Http2Frames.RST_STREAM);
        assertThat(frame.int32(0)).isEqualTo(INTERNAL_ERROR);
        stream += 2;
      }
      client.request(stream, true, "GET", "/");
      assertThat(client.reply(stream).body()).as("the connection lives on").isEqualTo("ok");
    }
  }

  private static boolean isLast(RawHttp2Client.Frame frame) {
    boolean ends = (frame.flags() & Http2Frames.END_STREAM) != 0;
    return frame.type() == Http2Frames.RST_STREAM || (frame.type() == Http2Frames.DATA && ends);
  }

  @Test
  void bodiesOverHttp3KeepToTheirLength() throws Exception {
    InetSocketAddress address = server.server().addresses().get(1);
    try (Http3Client client = Http3Client.connect(loops, address)) {
      assertThat(client.get("/exact").body()).hasSize(2 * PART_BYTES);
      for (String path : new String[] {"/too-long", "/too-short"}) {
        assertThatThrownBy(
                () -> client.send("GET", path, Map.of(), new byte[0]).get(10, TimeUnit.SECONDS))
            .as(path)
            .isInstanceOf(ExecutionException.class);
      }
      assertThat(client.get("/").status()).isEqualTo(200);
    }
  }

  @Test
  void trailersThatWouldMisleadAreNotSent() throws Exception {
    try (Socket socket = connect(server)) {
      assertThat(http1(socket, "/trailers")).endsWith("\r\n0\r\nx-sum: 7\r\n\r\n");
    }
    try (RawHttp2Client client = server.connect(tls)) {
      client.request(1, true, "GET", "/trailers");
      assertThat(client.reply(1).trailers()).containsOnly(Map.entry("x-sum", "7"));
    }
  }

  /** Accepted before the drain, but silent until it is under way. */
  @Test
  void connectionsThatArriveDuringADrainAreServedAndSentAway() throws Exception {
    try (Http2TestServer draining = serve();
        Socket one = connect(draining);
        RawHttp2Client two = draining.open(tls)) {
      await().until(() -> draining.server().openConnections() == 2);
      Thread drain = Thread.ofVirtual().start(() -> drain(draining.server()));
      await().until(() -> isRefused(draining));
      two.raw(RawHttp2Client.PREFACE.getBytes(StandardCharsets.US_ASCII));
      two.settings();
      two.request(1, true, "GET", "/");
      assertThat(two.await(Http2Frames.GOAWAY).int32(0)).as("all are served").isPositive();
      assertThat(http1(one, "/")).startsWith("HTTP/1.1 200").contains("connection: close");
      drain.join();
    }
  }

  private static boolean isRefused(Http2TestServer server) {
    InetSocketAddress address = server.server().addresses().getFirst();
    try (Socket late = new Socket(address.getAddress(), address.getPort())) {
      return late.isClosed();
    } catch (IOException refused) {
      return true;
    }
  }

  private static void drain(HttpServer server) {
    try {
      server.drain(Duration.ofSeconds(8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
