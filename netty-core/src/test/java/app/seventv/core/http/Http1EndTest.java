package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocket;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How requests, responses and connections of HTTP/1.1 end, on each side. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H1_PLAIN},
    because = "ends of HTTP/1.1; TlsEndTest has those of TLS")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http1EndTest {
  private static final int BIG_BYTES = 8 << 20;
  private static final String UPGRADE =
      """
      GET /ws HTTP/1.1\r
      host: a\r
      upgrade: websocket\r
      connection: upgrade\r
      sec-websocket-version: 13\r
      sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r
      \r
      """;

  @Parameter TransportOptions.Choice transport;

  private EventLoops loops;
  private HttpServer server;
  private final AtomicInteger ended = new AtomicInteger();
  private final BlockingQueue<Integer> closes = new LinkedBlockingQueue<>();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    server = serve();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
  }

  private HttpServer serve() throws IOException {
    return HttpServer.builder(loops, routes())
        .limits(HttpLimits.builder().idleTimeoutMs(10_000).build())
        .listen(HttpListener.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
        .start();
  }

  private Router routes() {
    byte[] big = new byte[BIG_BYTES];
    return Router.builder()
        .get("/hi", e -> e.respond(Response.text(200, "hi")))
        .get("/big", e -> e.respond(Response.of(200, "application/octet-stream", big)))
        .get("/late-big", e -> later(e, () -> e.respond(Response.of(200, "a/b", big))))
        .get("/events", this::events)
        .get("/late-events", e -> later(e, () -> events(e)))
        .get(
            "/few-events",
            e -> {
              ResponseStream out = e.start(200, Response.newHeaders());
              out.endWithClient();
              out.end();
            })
        .get("/late", e -> later(e, () -> e.respond(Response.text(200, "late"))))
        .webSocket("/ws", e -> e.upgrade(WebSocketOptions.DEFAULT, new Closes()))
        .get(
            "/late-ws",
            e -> Thread.ofVirtual().start(() -> e.upgrade(WebSocketOptions.DEFAULT, new Closes())))
        .get(
            "/last",
            e -> {
              Response response = Response.of(200, "application/octet-stream", big);
              response.headers().set("connection", "close");
              e.respond(response);
            })
        .get(
            "/end-actions",
            e -> {
              e.onEnd(() -> {
                throw new IllegalStateException("on purpose");
              });
              e.onEnd(ended::incrementAndGet);
              e.respond(Response.text(200, "done"));
            })
        .get("/no-content", e -> stream(e, 204))
        .post("/small", e -> e.readBody(10, body -> body.release()))
        .post(
            "/head-first",
            e -> {
              ResponseStream out = e.start(200, Response.newHeaders());
              out.writeAndFlush(Unpooled.copiedBuffer("first", StandardCharsets.US_ASCII));
              e.readBody(
                  10,
                  body -> {
                    body.release();
                    out.end();
                  });
            })
        .build();
  }

  private void events(Exchange exchange) {
    exchange.onEnd(ended::incrementAndGet);
    ResponseStream out = exchange.start(200, Response.newHeaders());
    out.endWithClient();
    out.writeAndFlush(Unpooled.copiedBuffer("data: 1\n\n", StandardCharsets.US_ASCII));
  }

  private static void stream(Exchange exchange, int status) {
    ResponseStream out = exchange.start(status, Response.newHeaders());
    out.write(Unpooled.copiedBuffer("nobody's", StandardCharsets.US_ASCII));
    out.end();
  }

  private static void later(Exchange exchange, Runnable action) {
    exchange.executor().schedule(action, 100, TimeUnit.MILLISECONDS);
  }

  private final class Closes implements WebSocketListener {
    @Override
    public void onOpen(WebSocket socket, String subprotocol) {}

    @Override
    public void onText(WebSocket socket, ByteBuf utf8) {}

    @Override
    public void onBinary(WebSocket socket, ByteBuf data) {}

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      closes.add(code);
    }
  }

  private static Socket connect(HttpServer to) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.port());
    socket.setSoTimeout(5_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends, ends the client's half and reads to the server's end. */
  private String half(String request) throws IOException {
    try (Socket socket = connect(server)) {
      send(socket, request);
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n";
  }

  @Test
  void whatWasReceivedIsAnsweredToAClientThatSendsNoMore() throws Exception {
    assertThat(half(get("/hi"))).startsWith("HTTP/1.1 200").endsWith("hi");
    assertThat(half(get("/late"))).startsWith("HTTP/1.1 200").endsWith("late");
    assertThat(half(get("/late") + get("/hi") + get("/late")))
        .containsPattern("late(?s:.*)hiHTTP")
        .endsWith("late");
    assertThat(half(get("/big"))).hasSizeGreaterThan(BIG_BYTES);
    assertThat(half(get("/late-big"))).hasSizeGreaterThan(BIG_BYTES);
    assertThat(half(get("/late") + get("/big"))).contains("late").hasSizeGreaterThan(BIG_BYTES);
  }

  /** Nobody half-closes to hear events; without this they would be sent until a write fails. */
  @Test
  void aStreamThatEndsWithTheClientDoes() throws Exception {
    int before = ended.get();
    try (Socket socket = connect(server)) {
      send(socket, get("/events"));
      assertThat(socket.getInputStream().readNBytes(15)).asString().startsWith("HTTP/1.1 200 OK");
      assertThat(ended.get()).isEqualTo(before);
      socket.shutdownOutput();
      await().atMost(Duration.ofSeconds(2)).until(() -> ended.get() == before + 1);
    }
    try (Socket socket = connect(server)) {
      send(socket, get("/late-events"));
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
      await().atMost(Duration.ofSeconds(2)).until(() -> ended.get() == before + 2);
    }
    try (Socket socket = connect(server)) {
      send(socket, get("/few-events") + get("/late")); // counts for its own response only
      socket.shutdownOutput();
      assertThat(socket.getInputStream().readAllBytes()).asString().endsWith("late");
    }
  }

  @Test
  void nothingWaitsForAClientThatSendsNoMore() throws Exception {
    assertThat(half("")).isEmpty();
    assertThat(half("GET /hi HT")).isEmpty();
    assertThat(half("POST /head-first HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nab"))
        .doesNotContain("0\r\n\r\n");
    assertThat(half(get("/late") + "GET /hi HT")).endsWith("late");
    await().until(() -> server.acceptedConnections() == 0);
  }

  @Test
  void aWebSocketEndsWithTheClientsHalf() throws Exception {
    for (String path : new String[] {"/ws", "/late-ws"}) {
      try (Socket socket = connect(server)) {
        send(socket, UPGRADE.replace("/ws", path));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        socket.shutdownOutput();
        assertThat(closes.poll(5, TimeUnit.SECONDS)).as(path).isEqualTo(1006);
        socket.getInputStream().readAllBytes();
      }
    }
    assertThat(half(UPGRADE.replace("/ws", "/late-ws"))).doesNotContain("200");
    await().until(() -> server.acceptedConnections() == 0);
    closes.clear();
  }

  /** Unread bytes at {@code close(2)} make the kernel reset, and the answer would be cut. */
  @Test
  void theLastAnswerIsWholeThoughRequestsFollowIt() throws Exception {
    try (Socket socket = connect(server)) {
      send(socket, get("/last") + get("/hi").repeat(2_000));
      byte[] start = socket.getInputStream().readNBytes(1_000);
      send(socket, get("/hi"));
      byte[] rest = socket.getInputStream().readAllBytes();
      assertThat(start.length + rest.length).isGreaterThan(BIG_BYTES);
    }
  }

  /** The client of an upload that is too large sends it all before it reads why. */
  @Test
  void aRefusedBodyThatIsSentAllTheSameDoesNotCostTheAnswer() throws Exception {
    try (Socket socket = connect(server)) {
      send(
          socket,
          "POST /small HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n".formatted(BIG_BYTES));
      socket.getOutputStream().write(new byte[BIG_BYTES]);
      socket.shutdownOutput();
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 413 ").contains("connection: close");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /late", "GET /nowhere", "PUT /small", "POST /nowhere"})
  void theLastAnswerWaitsForNoBody(String request) throws Exception {
    try (Socket socket = connect(server)) {
      send(
          socket,
          request + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 5\r\n\r\n");
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 ").contains("connection: close");
      await().until(() -> server.acceptedConnections() == 0); // though the client stays
    }
  }

  @Test
  void anActionThatFailsKeepsNothingElseFromTheEnd() throws Exception {
    int before = ended.get();
    assertThat(half(get("/end-actions") + get("/hi"))).contains("done").endsWith("hi");
    assertThat(ended.get()).isEqualTo(before + 1);
  }

  @Test
  void noInterimResponseFollowsAFinalHead() throws Exception {
    String head = "POST /head-first HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n";
    try (Socket socket = connect(server)) {
      send(socket, head + "content-length: 2\r\n\r\n");
      InputStream in = socket.getInputStream();
      StringBuilder read = new StringBuilder();
      while (read.indexOf("first") < 0) {
        read.append((char) in.read());
      }
      send(socket, "ok");
      read.append(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
      assertThat(read).doesNotContain("100 Continue").endsWith("\r\n0\r\n\r\n");
    }
  }

  @Test
  void whatHasNoBodySendsNone() throws Exception {
    assertThat(half(get("/no-content"))).startsWith("HTTP/1.1 204").endsWith("\r\n\r\n");
  }

  @Test
  void laterMinorVersionsAreTheOneKnown() throws Exception {
    assertThat(half("GET /hi HTTP/1.9\r\nhost: a\r\n\r\n")).startsWith("HTTP/1.1 200");
    assertThat(half("GET /hi HTTP/3.1\r\nhost: a\r\n\r\n")).startsWith("HTTP/1.1 505");
  }

  @Test
  void drainingLeavesWebSocketsAlone() throws Exception {
    HttpServer drained = serve();
    try (Socket socket = connect(drained)) {
      await().until(() -> drained.openConnections() == 1);
      Thread drain = Thread.ofVirtual().start(() -> drain(drained));
      send(socket, UPGRADE);
      InputStream in = socket.getInputStream();
      StringBuilder read = new StringBuilder();
      while (read.indexOf("\r\n\r\n") < 0) {
        read.append((char) in.read());
      }
      assertThat(read).startsWith("HTTP/1.1 101");
      drain.join();
      assertThat(closes.poll(1_500, TimeUnit.MILLISECONDS)).isNull();
    } finally {
      drained.close();
    }
    assertThat(closes.poll(5, TimeUnit.SECONDS)).isEqualTo(1006);
  }

  private static void drain(HttpServer server) {
    try {
      server.drain(Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
