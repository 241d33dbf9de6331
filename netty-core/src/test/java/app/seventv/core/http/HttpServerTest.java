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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The same behaviour over every transport and every HTTP version. */
@ParameterizedClass
@EnumSource(
    value = TransportOptions.Choice.class,
    names = {"IO_URING", "EPOLL", "NIO"})
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
            e -> e.respond(Response.text(200, e.request().connection().protocol().label())))
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

  private HttpFixture.Reply call(Protocol protocol, String method, String target, byte[] body)
      throws IOException {
    return http.call(protocol, method, target, body);
  }

  private static final byte[] NONE = {};

  @Test
  void everyVersionReachesTheSameHandler() throws Exception {
    for (Protocol protocol : HttpFixture.PROTOCOLS) {
      HttpFixture.Reply hello = call(protocol, "GET", "/hello/J%C3%BCrgen%20x", NONE);
      assertThat(hello.status()).as(protocol.label()).isEqualTo(200);
      assertThat(hello.text()).isEqualTo("hi Jürgen x");
      assertThat(call(protocol, "GET", "/protocol", NONE).text()).isEqualTo(protocol.label());
    }
  }

  @Test
  void bodiesTravelBothWays() throws Exception {
    byte[] body = new byte[1_500_000];
    Arrays.fill(body, (byte) 'x');
    for (Protocol protocol : HttpFixture.PROTOCOLS) {
      HttpFixture.Reply echo = call(protocol, "POST", "/echo", body);
      assertThat(echo.status()).as(protocol.label()).isEqualTo(200);
      assertThat(echo.length()).isEqualTo(body.length);
      assertThat(call(protocol, "GET", "/big", NONE).length()).isEqualTo(BIG_BYTES);
    }
  }

  @Test
  void bodiesOverTheLimitAreRefused() throws Exception {
    for (Protocol protocol : HttpFixture.PROTOCOLS) {
      assertThat(call(protocol, "POST", "/small", new byte[10]).status()).isEqualTo(204);
      assertThat(call(protocol, "POST", "/small", new byte[11]).status())
          .as(protocol.label())
          .isEqualTo(413);
    }
  }

  @Test
  void errorsAreMappedInOnePlace() throws Exception {
    for (Protocol protocol : HttpFixture.PROTOCOLS) {
      HttpFixture.Reply teapot = call(protocol, "GET", "/teapot", NONE);
      assertThat(teapot.status()).isEqualTo(418);
      assertThat(teapot.headers()).containsEntry("content-type", "application/problem+json");
      assertThat(teapot.text()).contains("short \\\"and\\\" stout");
      HttpFixture.Reply broken = call(protocol, "GET", "/broken", NONE);
      assertThat(broken.status()).isEqualTo(500);
      assertThat(broken.text()).doesNotContain("not for the client");
      assertThat(call(protocol, "GET", "/nowhere", NONE).status()).isEqualTo(404);
      HttpFixture.Reply wrongMethod = call(protocol, "DELETE", "/echo", NONE);
      assertThat(wrongMethod.status()).isEqualTo(405);
      assertThat(wrongMethod.headers()).containsEntry("allow", "POST");
    }
  }

  @Test
  void headHasTheLengthButNoBody() throws Exception {
    for (Protocol protocol : HttpFixture.PROTOCOLS) {
      HttpFixture.Reply head = call(protocol, "HEAD", "/hello/you", NONE);
      assertThat(head.status()).as(protocol.label()).isEqualTo(200);
      assertThat(head.length()).isZero();
      assertThat(head.headers()).containsEntry("content-length", "6");
    }
  }

  @Test
  void hooksSeeTheHeadAndTheEnd() throws Exception {
    for (Protocol protocol : HttpFixture.PROTOCOLS) {
      int before = ended.get();
      assertThat(call(protocol, "GET", "/hook", NONE).headers()).containsEntry("x-seen", "201");
      await().until(() -> ended.get() == before + 1);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      requests.append("GET /hello/").append(i).append(" HTTP/1.1\r\nhost: a\r\n\r\n");
    }
    requests.append("GET /hello/last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    String answers = http.raw(requests.toString());
    int from = 0;
    for (int i = 0; i < 200; i++) {
      int at = answers.indexOf("hi " + i + "HTTP", from);
      assertThat(at).as("answer " + i).isGreaterThanOrEqualTo(from);
      from = at;
    }
    assertThat(answers).endsWith("hi last");
  }

  @Test
  void malformedHttp1IsRefusedAndClosed() throws Exception {
    assertThat(http.raw("GET /hello/a HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(http.raw("GET /hello/a HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(http.raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(http.raw("GET /" + "a".repeat(9000) + " HTTP/1.1\r\nhost: a\r\n\r\n"))
        .startsWith("HTTP/1.1 414");
    assertThat(http.raw("GET /x HTTP/1.1\r\nhost: a\r\nx: " + "a".repeat(17000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431");
    assertThat(
            http.raw(
                "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
  }

  @Test
  void expectContinueIsAnsweredWhenTheBodyIsWanted() throws Exception {
    try (Socket socket = http.connect()) {
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

  @Test
  void http10ClosesWithoutKeepAlive() throws Exception {
    String answer = http.raw("GET /hello/old HTTP/1.0\r\n\r\n");
    assertThat(answer).contains("connection: close").endsWith("hi old");
  }
}
