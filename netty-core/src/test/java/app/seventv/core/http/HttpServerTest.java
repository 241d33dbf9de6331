package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** The same behaviour over every transport and every wire. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class HttpServerTest {
  private static final int BIG_BYTES = 3 << 20;

  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private HttpFixture http;
  private final AtomicInteger ended = new AtomicInteger();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    http = HttpFixture.start(transport, directory, this::routes);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    http.close();
  }

  private Router routes(ExecutorService threads) {
    return Router.builder()
        .get(
            "/hello/{name}",
            e -> e.respond(Response.text(200, "hi " + e.request().pathParameter("name"))))
        .post(
            "/echo",
            Blocking.handler(
                threads, 4 << 20, (r, body) -> Response.of(200, "application/octet-stream", body)))
        .post("/small", Blocking.handler(threads, 10, (r, body) -> Response.of(204)))
        .get("/big", HttpServerTest::streamBig)
        .get(
            "/protocol",
            e -> {
              Connection connection = e.request().connection();
              e.respond(
                  Response.text(200, connection.protocol().label() + " " + connection.secure()));
            })
        .get(
            "/teapot",
            e -> {
              throw new HttpError(418, "short \"and\" stout");
            })
        .get(
            "/broken",
            e -> {
              throw new IOException("not for the client");
            })
        .get(
            "/hook",
            e -> {
              e.beforeHead((status, headers) -> headers.set("x-seen", Integer.toString(status)));
              e.onEnd(ended::incrementAndGet);
              e.respond(Response.of(201));
            })
        .build();
  }

  private static void streamBig(Exchange exchange) {
    HttpHeaders headers = Response.newHeaders();
    headers.set("content-type", "application/octet-stream");
    ResponseStream out = exchange.start(200, headers);
    AtomicInteger left = new AtomicInteger(BIG_BYTES);
    Runnable pump =
        () -> {
          while (left.get() > 0 && out.isWritable()) {
            int n = Math.min(8192, left.get());
            left.addAndGet(-n);
            ByteBuf chunk = Unpooled.wrappedBuffer(new byte[n]);
            out.writeAndFlush(chunk);
          }
          if (left.get() == 0) {
            left.decrementAndGet();
            out.end();
          }
        };
    out.onWritable(pump);
    pump.run();
  }

  private HttpFixture.Reply call(Wire wire, String method, String target, byte[] body)
      throws IOException {
    return http.call(wire, method, target, body);
  }

  private static final byte[] NONE = {};

  @OverWires
  void everyVersionReachesTheSameHandler(Wire wire) throws Exception {
    HttpFixture.Reply hello = call(wire, "GET", "/hello/J%C3%BCrgen%20x", NONE);
    assertThat(hello.status()).isEqualTo(200);
    assertThat(hello.text()).isEqualTo("hi Jürgen x");
    assertThat(call(wire, "GET", "/protocol", NONE).text())
        .isEqualTo(wire.protocol().label() + " " + wire.secure());
  }

  @OverWires
  void bodiesTravelBothWays(Wire wire) throws Exception {
    byte[] body = new byte[1_500_000];
    Arrays.fill(body, (byte) 'x');
    HttpFixture.Reply echo = call(wire, "POST", "/echo", body);
    assertThat(echo.status()).isEqualTo(200);
    assertThat(echo.length()).isEqualTo(body.length);
    assertThat(call(wire, "GET", "/big", NONE).length()).isEqualTo(BIG_BYTES);
  }

  @OverWires
  void bodiesOverTheLimitAreRefused(Wire wire) throws Exception {
    assertThat(call(wire, "POST", "/small", new byte[10]).status()).isEqualTo(204);
    assertThat(call(wire, "POST", "/small", new byte[11]).status()).isEqualTo(413);
  }

  @OverWires
  void errorsAreMappedInOnePlace(Wire wire) throws Exception {
    HttpFixture.Reply teapot = call(wire, "GET", "/teapot", NONE);
    assertThat(teapot.status()).isEqualTo(418);
    assertThat(teapot.headers()).containsEntry("content-type", "application/problem+json");
    assertThat(teapot.text()).contains("short \\\"and\\\" stout");
    HttpFixture.Reply broken = call(wire, "GET", "/broken", NONE);
    assertThat(broken.status()).isEqualTo(500);
    assertThat(broken.text()).doesNotContain("not for the client");
    assertThat(call(wire, "GET", "/nowhere", NONE).status()).isEqualTo(404);
    HttpFixture.Reply wrongMethod = call(wire, "DELETE", "/echo", NONE);
    assertThat(wrongMethod.status()).isEqualTo(405);
    assertThat(wrongMethod.headers()).containsEntry("allow", "POST");
  }

  @OverWires
  void headHasTheLengthButNoBody(Wire wire) throws Exception {
    HttpFixture.Reply head = call(wire, "HEAD", "/hello/you", NONE);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.length()).isZero();
    assertThat(head.headers()).containsEntry("content-length", "6");
  }

  @OverWires
  void hooksSeeTheHeadAndTheEnd(Wire wire) throws Exception {
    int before = ended.get();
    assertThat(call(wire, "GET", "/hook", NONE).headers()).containsEntry("x-seen", "201");
    await().until(() -> ended.get() == before + 1);
  }

  @OverWires(
      value = {Wire.H1_PLAIN, Wire.H1_TLS},
      because = "pipelining is HTTP/1.1's")
  void pipelinedRequestsAreAnsweredInOrder(Wire wire) throws Exception {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      requests.append("GET /hello/").append(i).append(" HTTP/1.1\r\nhost: a\r\n\r\n");
    }
    requests.append("GET /hello/last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    String answers = http.raw(wire, requests.toString());
    int from = 0;
    for (int i = 0; i < 200; i++) {
      int at = answers.indexOf("hi " + i + "HTTP", from);
      assertThat(at).as("answer " + i).isGreaterThanOrEqualTo(from);
      from = at;
    }
    assertThat(answers).endsWith("hi last");
  }

  @OverWires(
      value = {Wire.H1_PLAIN, Wire.H1_TLS},
      because = "the syntax is HTTP/1.1's")
  void malformedHttp1IsRefusedAndClosed(Wire wire) throws Exception {
    assertThat(http.raw(wire, "GET /hello/a HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(http.raw(wire, "GET /hello/a HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(http.raw(wire, "nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(http.raw(wire, "GET /" + "a".repeat(9000) + " HTTP/1.1\r\nhost: a\r\n\r\n"))
        .startsWith("HTTP/1.1 414");
    assertThat(http.raw(wire, "GET /x HTTP/1.1\r\nhost: a\r\nx: " + "a".repeat(17000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431");
    assertThat(
            http.raw(
                wire,
                "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
  }

  @OverWires(
      value = {Wire.H1_PLAIN, Wire.H1_TLS},
      because = "Http2Test and Http3StreamTest ask frame by frame")
  void expectContinueIsAnsweredWhenTheBodyIsWanted(Wire wire) throws Exception {
    try (Socket socket = http.connect(wire)) {
      socket
          .getOutputStream()
          .write(
              "POST /echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      byte[] interim = socket.getInputStream().readNBytes("HTTP/1.1 100 Continue\r\n\r\n".length());
      assertThat(new String(interim, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 100");
      socket.getOutputStream().write("ok".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .endsWith("ok");
    }
  }

  @OverWires(
      value = {Wire.H1_PLAIN, Wire.H1_TLS},
      because = "HTTP/1.0 is spoken there")
  void http10ClosesWithoutKeepAlive(Wire wire) throws Exception {
    String answer = http.raw(wire, "GET /hello/old HTTP/1.0\r\n\r\n");
    assertThat(answer).contains("connection: close").endsWith("hi old");
  }
}
