package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** What only HTTP/1.1 has: framing, keep-alive, pipelining, deadlines of the connection. */
@EveryTcp
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H1_PLAIN, Wire.H1_TLS},
    because = "what only HTTP/1.1 has")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http1Test {
  private static final long SHORT_MS = 800;
  private static final int PART_BYTES = 100_000;

  @Parameter(0)
  TransportOptions.Choice transport;

  @Parameter(1)
  boolean tls;

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private HttpServer server;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, routes())
            .limits(
                HttpLimits.builder()
                    .headerTimeoutMs(SHORT_MS)
                    .idleTimeoutMs(2 * SHORT_MS)
                    .bodyTimeoutMs(SHORT_MS)
                    .maxRequestsPerConnection(40)
                    .maxPipelinedRequests(3)
                    .build())
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
  }

  private static Router routes() {
    return Router.builder()
        .get("/hi", e -> e.respond(Response.text(200, "hi")))
        .get("/host", e -> e.respond(Response.text(200, "" + e.request().authority())))
        .get("/streamed", e -> stream(e, -1))
        .get("/announced", e -> stream(e, 2L * PART_BYTES))
        .get("/too-long", e -> stream(e, 5))
        .get("/too-short", e -> stream(e, 3L * PART_BYTES))
        .get("/never", e -> {})
        .get(
            "/split",
            e -> {
              HttpHeaders headers =
                  DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
              headers.set("x", "a\r\nset-cookie: b\u010ac");
              e.start(200, headers).end();
            })
        .post(
            "/echo",
            e ->
                e.readBody(
                    1 << 20, body -> e.respond(Response.of(200, "application/octet-stream", body))))
        .post("/small", e -> e.readBody(10, body -> body.release()))
        .post(
            "/picky",
            e ->
                e.readBody(
                    10,
                    body -> {
                      body.release();
                      throw new HttpError(422, "not this body");
                    }))
        .post("/ignored", e -> e.respond(Response.text(200, "early")))
        .post("/paused", Http1Test::countSlowly)
        .build();
  }

  /** A chunk out of each kind of memory, and a trailer. */
  private static void stream(Exchange exchange, long announced) {
    HttpHeaders headers = Response.newHeaders();
    if (announced >= 0) {
      headers.set("content-length", Long.toString(announced));
    }
    byte[] part = new byte[PART_BYTES];
    Arrays.fill(part, (byte) 'x');
    ResponseStream out = exchange.start(200, headers);
    out.write(Unpooled.wrappedBuffer(part));
    out.write(Unpooled.directBuffer(PART_BYTES).writeBytes(part));
    out.end(Response.newHeaders().set("x-sum", "1"));
  }

  /** Pauses after each part and goes on later. */
  private static void countSlowly(Exchange exchange) {
    AtomicInteger total = new AtomicInteger();
    exchange.streamBody(
        new Exchange.BodySink() {
          private boolean waiting;

          @Override
          public void chunk(ByteBuf data) {
            total.addAndGet(data.readableBytes());
            data.release();
            if (waiting) {
              exchange.respond(Response.text(500, "not paused"));
            }
            waiting = true;
            exchange.pauseBody();
            exchange
                .executor()
                .schedule(
                    () -> {
                      waiting = false;
                      exchange.resumeBody();
                    },
                    1,
                    TimeUnit.MILLISECONDS);
          }

          @Override
          public void end(HttpHeaders trailers) {
            String checksum = trailers.get("x-checksum", "none");
            exchange.respond(Response.text(200, total.get() + " " + checksum));
          }

          @Override
          public void aborted() {}
        });
  }

  private Socket connect() throws IOException {
    return TestSockets.connect(server.addresses().getFirst(), tls);
  }

  private static void send(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private static String readAll(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Sends, and reads until the server closes. */
  private String call(String request) throws Exception {
    try (Socket socket = connect()) {
      send(socket, request);
      return readAll(socket);
    }
  }

  private static String get(String path, String... fields) {
    return "GET " + path + " HTTP/1.1\r\nhost: a\r\n" + String.join("", fields) + "\r\n";
  }

  private static final String CLOSE = "connection: close\r\n";

  @Test
  void aLateHeadIsRefused() throws Exception {
    assertThat(call("GET /hi HT")).startsWith("HTTP/1.1 408").contains("connection: close");
  }

  @Test
  void anIdleConnectionIsClosedWithoutAWord() throws Exception {
    assertThat(call("")).isEmpty();
    assertThat(call(get("/hi"))).startsWith("HTTP/1.1 200").endsWith("hi");
  }

  @Test
  void aBodyThatStandsStillIsRefused() throws Exception {
    String head = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhe";
    assertThat(call(head)).startsWith("HTTP/1.1 408").contains("connection: close");
  }

  @Test
  void responsesCarryADate() throws Exception {
    assertThat(call(get("/hi", CLOSE)))
        .containsPattern("\r\ndate: [A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} [0-9:]{8} GMT\r\n");
    assertThat(call("x\r\n\r\n")).contains("\r\ndate: ");
  }

  @Test
  void aConnectionEndsAfterItsLastRequest() throws Exception {
    String answers = call(get("/hi").repeat(45));
    assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(41);
    assertThat(answers.indexOf("connection: close")).isGreaterThan(answers.lastIndexOf("HTTP/1.1"));
  }

  @Test
  void streamsAreChunkedAndHaveTrailers() throws Exception {
    String answer = call(get("/streamed", CLOSE));
    assertThat(answer).contains("transfer-encoding: chunked\r\n");
    String part = "186a0\r\n" + "x".repeat(PART_BYTES) + "\r\n";
    assertThat(answer).endsWith("\r\n\r\n" + part + part + "0\r\nx-sum: 1\r\n\r\n");
  }

  @Test
  void oldClientsGetStreamsUpToTheEndOfTheConnection() throws Exception {
    String answer = call("GET /streamed HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
    assertThat(answer).contains("connection: close\r\n").doesNotContain("transfer-encoding");
    assertThat(answer).endsWith("\r\n\r\n" + "x".repeat(2 * PART_BYTES));
  }

  @Test
  void oldClientsMayKeepTheConnection() throws Exception {
    String request = "GET /hi HTTP/1.0\r\nconnection: keep-alive\r\n\r\n";
    assertThat(call(request + "GET /hi HTTP/1.0\r\n\r\n"))
        .contains("connection: keep-alive")
        .endsWith("hi")
        .containsPattern("hiHTTP/1.1 200");
  }

  @Test
  void streamsKeepToTheLengthTheyAnnounced() throws Exception {
    assertThat(call(get("/announced", CLOSE))).endsWith("\r\n\r\n" + "x".repeat(2 * PART_BYTES));
    assertThat(call(get("/too-long") + get("/hi"))).doesNotContain("hi");
    try {
      assertThat(call(get("/too-short") + get("/hi"))).doesNotContain("hi");
    } catch (IOException broken) {
      assertThat(broken).isInstanceOf(java.net.SocketException.class); // cut is cut
    }
  }

  @Test
  void headOfAStreamHasNoBody() throws Exception {
    String answer = call("HEAD /streamed HTTP/1.1\r\nhost: a\r\n\r\n" + get("/hi", CLOSE));
    assertThat(answer).containsPattern("\r\n\r\nHTTP/1.1 200").endsWith("hi");
  }

  @Test
  void headersCannotSplitAResponse() throws Exception {
    assertThat(call(get("/split", CLOSE))).contains("x: a  set-cookie: b c\r\n");
  }

  @Test
  void theTargetsAuthorityWinsOverHost() throws Exception {
    assertThat(call("GET http://b:1/host HTTP/1.1\r\nhost: a\r\n" + CLOSE + "\r\n"))
        .endsWith("b:1");
  }

  @Test
  void bodiesAndRequestsMayBePipelined() throws Exception {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      requests.append("POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
      requests.append("1\r\n").append(i).append("\r\n1;x=y\r\n.\r\n0\r\n\r\n").append(get("/hi"));
    }
    String answers = call(requests + get("/hi", CLOSE));
    int from = 0;
    for (int i = 0; i < 10; i++) {
      from = answers.indexOf(i + ".HTTP/1.1", from);
      assertThat(from).as("answer " + i).isPositive();
    }
    assertThat(answers).endsWith("hi");
  }

  @Test
  void aPausedBodyWaits() throws Exception {
    String body = "x".repeat(PART_BYTES);
    String head = "POST /paused HTTP/1.1\r\nhost: a\r\n" + CLOSE;
    assertThat(call(head + "content-length: " + PART_BYTES + "\r\n\r\n" + body))
        .endsWith(PART_BYTES + " none");
    String chunks = ("2710\r\n" + "x".repeat(10_000) + "\r\n").repeat(10);
    String trailers = "0\r\nx-checksum: 7\r\nhost: b\r\n\r\n";
    assertThat(call(head + "transfer-encoding: chunked\r\n\r\n" + chunks + trailers))
        .endsWith(PART_BYTES + " 7");
  }

  @Test
  void aBodyThatNobodyReadsIsPassedOver() throws Exception {
    String ignored = "POST /ignored HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n";
    assertThat(call(ignored + "y".repeat(PART_BYTES) + get("/hi", CLOSE)))
        .contains("early")
        .endsWith("hi");
  }

  @Test
  void whatTheReceiverOfABodyThrowsIsAnswered() throws Exception {
    String post = "POST /picky HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nno";
    assertThat(call(post + get("/hi", CLOSE))).startsWith("HTTP/1.1 422").endsWith("hi");
  }

  @Test
  void aBodyThatIsNotWantedIsNotAskedFor() throws Exception {
    String head = "POST /small HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n";
    assertThat(call(head + "content-length: 11\r\n\r\n"))
        .startsWith("HTTP/1.1 413")
        .contains("connection: close");
  }

  /** The rest is not read to its end, so the connection must not look as if it went on. */
  @Test
  void theAnswerToALongBodySaysThatItIsTheLast() throws Exception {
    String post = "POST /small HTTP/1.1\r\nhost: a\r\ncontent-length: ";
    assertThat(call(post + "2097153\r\n\r\n"))
        .startsWith("HTTP/1.1 413 Payload Too Large")
        .contains("connection: close");
    String short11 = post + "11\r\n\r\n" + "y".repeat(11);
    assertThat(call(short11 + get("/hi", CLOSE))).startsWith("HTTP/1.1 413").endsWith("hi");
  }

  @Test
  void theAnswerToAnEndlessBodyArrives() throws Exception {
    try (Socket socket = connect()) {
      send(socket, "POST /small HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999\r\n\r\n");
      byte[] start = new byte[12];
      InputStream in = socket.getInputStream();
      assertThat(in.readNBytes(start, 0, start.length)).isEqualTo(start.length);
      assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }

  @Test
  void aResponseMayTakeLongerThanTheIdleTimeout() throws Exception {
    try (Socket socket = connect()) {
      send(socket, get("/never"));
      socket.setSoTimeout(1);
      await().during(Duration.ofMillis(3 * SHORT_MS)).until(() -> isOpen(socket));
    }
  }

  private static boolean isOpen(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() >= 0;
    } catch (java.net.SocketTimeoutException nothingToRead) {
      return true;
    }
  }
}
