package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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

  private EventLoops loops;
  private HttpServer server;
  private HttpClient client;
  private ExecutorService threads;
  private final AtomicInteger ended = new AtomicInteger();
  private InetSocketAddress plain = new InetSocketAddress(0);
  private InetSocketAddress secure = new InetSocketAddress(0);

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    threads = Executors.newVirtualThreadPerTaskExecutor();
    loops = EventLoops.start(new TransportOptions(transport, 2, true));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, routes())
            .listen(HttpListener.plain(any))
            .listen(HttpListener.tlsAndQuic(any, TestCertificate.in(directory)))
            .start();
    plain = server.addresses().get(0);
    secure = server.addresses().get(1);
    client = HttpClient.newBuilder().sslContext(TestCertificate.trustingClient()).build();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
    client.close();
    threads.close();
  }

  private Router routes() {
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

  /** Answer of any version in one shape. */
  private record Reply(int status, Map<String, String> headers, String body, int length) {}

  private List<Protocol> protocols() {
    return List.of(Protocol.HTTP_1, Protocol.HTTP_2, Protocol.HTTP_3);
  }

  private Reply call(Protocol protocol, String method, String target, byte[] body)
      throws Exception {
    if (protocol == Protocol.HTTP_3) {
      try (Http3Client h3 = Http3Client.connect(loops, secure)) {
        Http3Client.Answer a = h3.send(method, target, Map.of(), body).get(10, TimeUnit.SECONDS);
        return reply(a.status(), a.headers(), a.body());
      }
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + secure.getPort() + target))
            .version(
                protocol == Protocol.HTTP_2
                    ? HttpClient.Version.HTTP_2
                    : HttpClient.Version.HTTP_1_1)
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .timeout(Duration.ofSeconds(10))
            .build();
    HttpResponse<byte[]> r = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    Map<String, String> headers = new HashMap<>();
    r.headers().map().forEach((k, v) -> headers.put(k, v.getLast()));
    return reply(r.statusCode(), headers, r.body());
  }

  private static Reply reply(int status, Map<String, String> headers, byte[] body) {
    return new Reply(status, headers, new String(body, StandardCharsets.UTF_8), body.length);
  }

  private static final byte[] NONE = {};

  @Test
  void everyVersionReachesTheSameHandler() throws Exception {
    for (Protocol protocol : protocols()) {
      Reply hello = call(protocol, "GET", "/hello/J%C3%BCrgen%20x", NONE);
      assertThat(hello.status()).as(protocol.label()).isEqualTo(200);
      assertThat(hello.body()).isEqualTo("hi Jürgen x");
      assertThat(call(protocol, "GET", "/protocol", NONE).body()).isEqualTo(protocol.label());
    }
  }

  @Test
  void bodiesTravelBothWays() throws Exception {
    byte[] body = new byte[1_500_000];
    Arrays.fill(body, (byte) 'x');
    for (Protocol protocol : protocols()) {
      Reply echo = call(protocol, "POST", "/echo", body);
      assertThat(echo.status()).as(protocol.label()).isEqualTo(200);
      assertThat(echo.length()).isEqualTo(body.length);
      assertThat(call(protocol, "GET", "/big", NONE).length()).isEqualTo(BIG_BYTES);
    }
  }

  @Test
  void bodiesOverTheLimitAreRefused() throws Exception {
    for (Protocol protocol : protocols()) {
      assertThat(call(protocol, "POST", "/small", new byte[10]).status()).isEqualTo(204);
      assertThat(call(protocol, "POST", "/small", new byte[11]).status())
          .as(protocol.label())
          .isEqualTo(413);
    }
  }

  @Test
  void errorsAreMappedInOnePlace() throws Exception {
    for (Protocol protocol : protocols()) {
      Reply teapot = call(protocol, "GET", "/teapot", NONE);
      assertThat(teapot.status()).isEqualTo(418);
      assertThat(teapot.headers()).containsEntry("content-type", "application/problem+json");
      assertThat(teapot.body()).contains("short \\\"and\\\" stout");
      Reply broken = call(protocol, "GET", "/broken", NONE);
      assertThat(broken.status()).isEqualTo(500);
      assertThat(broken.body()).doesNotContain("not for the client");
      assertThat(call(protocol, "GET", "/nowhere", NONE).status()).isEqualTo(404);
      Reply wrongMethod = call(protocol, "DELETE", "/echo", NONE);
      assertThat(wrongMethod.status()).isEqualTo(405);
      assertThat(wrongMethod.headers()).containsEntry("allow", "POST");
    }
  }

  @Test
  void headHasTheLengthButNoBody() throws Exception {
    for (Protocol protocol : protocols()) {
      Reply head = call(protocol, "HEAD", "/hello/you", NONE);
      assertThat(head.status()).as(protocol.label()).isEqualTo(200);
      assertThat(head.length()).isZero();
      assertThat(head.headers()).containsEntry("content-length", "6");
    }
  }

  @Test
  void hooksSeeTheHeadAndTheEnd() throws Exception {
    for (Protocol protocol : protocols()) {
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
    String answers = raw(requests.toString());
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
    assertThat(raw("GET /hello/a HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(raw("GET /hello/a HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(raw("GET /" + "a".repeat(9000) + " HTTP/1.1\r\nhost: a\r\n\r\n"))
        .startsWith("HTTP/1.1 414");
    assertThat(raw("GET /x HTTP/1.1\r\nhost: a\r\nx: " + "a".repeat(17000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431");
    assertThat(
            raw(
                "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
  }

  @Test
  void expectContinueIsAnsweredWhenTheBodyIsWanted() throws Exception {
    try (Socket socket = connect()) {
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
    String answer = raw("GET /hello/old HTTP/1.0\r\n\r\n");
    assertThat(answer).contains("connection: close").endsWith("hi old");
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(plain.getAddress(), plain.getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private String raw(String bytes) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
