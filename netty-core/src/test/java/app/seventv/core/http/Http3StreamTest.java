package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http3.Http3ErrorCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Messages of HTTP/3 (RFC 9114 §4), frame by frame. */
@EveryTransport
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Covers(
    value = {Wire.H3},
    because = "frames of HTTP/3")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http3StreamTest {
  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private HttpServer server;
  private ExecutorService threads;
  private InetSocketAddress address;
  private final ConcurrentLinkedQueue<String> ends = new ConcurrentLinkedQueue<>();
  private final AtomicInteger held = new AtomicInteger();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    threads = Executors.newVirtualThreadPerTaskExecutor();
    loops = EventLoops.start(new TransportOptions(transport, 2, true));
    server = server(HttpLimits.builder().maxStreamResets(20).build());
    address = server.addresses().getFirst();
  }

  private HttpServer server(HttpLimits limits) throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return HttpServer.builder(loops, this::handle)
        .limits(limits)
        .listen(HttpListener.tlsAndQuic(any, TestCertificate.in(directory)))
        .start();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
    threads.close();
  }

  @AfterEach
  void forget() {
    ends.clear();
  }

  private void handle(Exchange exchange) throws Exception {
    Request request = exchange.request();
    if ("websocket".equals(request.connectProtocol())) {
      ResponseStream out = exchange.start(200, Response.newHeaders());
      exchange.streamBody(new Echo(out));
      out.flush();
      exchange.onEnd(() -> ends.add("tunnel"));
      return;
    }
    switch (request.path()) {
      case "/cookie" -> exchange.respond(Response.text(200, "" + request.header("cookie")));
      case "/host" -> exchange.respond(Response.text(200, "" + request.authority()));
      case "/trailers" -> exchange.streamBody(new TrailerEcho(exchange));
      case "/late" -> {
        ResponseStream out = exchange.start(200, Response.newHeaders());
        exchange.streamBody(new Echo(out));
      }
      case "/abort" -> exchange.start(200, Response.newHeaders()).abort();
      case "/early" -> exchange.respond(Response.text(403, "no"));
      case "/hold" -> {
        held.incrementAndGet();
        exchange.onEnd(() -> ends.add("held"));
      }
      case "/release" -> exchange.respond(Response.text(200, "ok"));
      case "/body" ->
          Blocking.handler(threads, 100, (r, body) -> Response.text(200, "got " + body.length))
              .handle(exchange);
      default -> exchange.respond(Response.text(200, "hello"));
    }
  }

  private record Echo(ResponseStream out) implements Exchange.BodySink {
    @Override
    public void chunk(ByteBuf data) {
      out.writeAndFlush(data);
    }

    @Override
    public void end(HttpHeaders trailers) {
      out.end();
    }

    @Override
    public void aborted() {}
  }

  private record TrailerEcho(Exchange exchange) implements Exchange.BodySink {
    @Override
    public void chunk(ByteBuf data) {
      data.release();
    }

    @Override
    public void end(HttpHeaders trailers) {
      ResponseStream out = exchange.start(200, Response.newHeaders());
      HttpHeaders back = Response.newHeaders();
      back.set("x-sum", "" + trailers.get("x-sum"));
      out.end(back);
    }

    @Override
    public void aborted() {}
  }

  @Test
  void malformedRequestsAreResetAsSuch() throws Exception {
    List<String[]> heads =
        List.of(
            head(":unknown", "x"),
            head(":method", "GET"),
            head(":status", "200"),
            head("X-Upper", "a"),
            head("connection", "close"),
            head("keep-alive", "1"),
            head("proxy-connection", "close"),
            head("transfer-encoding", "chunked"),
            head("upgrade", "websocket"),
            head("te", "gzip"),
            head("host", "other"),
            head("x", "a\u0000b"),
            head("x", "a\rb"),
            head("x", "a\nb"),
            head("x", " a"),
            head("x y", "a"),
            head("", "a"),
            head("content-length", "abc"),
            head("content-length", "-1"),
            head("content-length", "+3"),
            new String[] {":method", "GET", ":scheme", "https", ":path", "/"},
            new String[] {":method", "GET", ":scheme", "https", ":authority", "a"},
            new String[] {":method", "GET", ":authority", "a", ":path", "/"},
            new String[] {":scheme", "https", ":authority", "a", ":path", "/"},
            new String[] {":method", "GET", ":scheme", "https", ":authority", "a", ":path", ""},
            new String[] {":method", "GET", ":scheme", "https", ":authority", "a", ":path", "x"},
            new String[] {":method", "GET", ":scheme", "https", ":authority", "u@a", ":path", "/"},
            new String[] {":method", "G T", ":scheme", "https", ":authority", "a", ":path", "/"},
            new String[] {":method", "CONNECT", ":scheme", "https", ":authority", "a"},
            new String[] {
              ":method",
              "GET",
              ":scheme",
              "https",
              ":authority",
              "a",
              ":path",
              "/",
              ":protocol",
              "p"
            });
    for (String[] head : heads) {
      try (Http3Probe probe = new Http3Probe(loops, address)) {
        Http3Probe.Stream stream = probe.open().headers(head);
        assertThat(stream.reset)
            .as(String.join(" ", head))
            .succeedsWithin(Duration.ofSeconds(10))
            .isEqualTo((long) Http3ErrorCode.H3_MESSAGE_ERROR.code());
        assertThat(probe.open().request("GET", "/").end().await().status())
            .as("the connection lives on after " + String.join(" ", head))
            .isEqualTo("200");
      }
    }
  }

  private static String[] head(String name, String value) {
    return new String[] {
      ":method", "GET", ":scheme", "https", ":authority", "localhost", ":path", "/", name, value
    };
  }

  @Test
  void aBodyMustHaveTheLengthDeclared() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream longer =
          probe.open().request("POST", "/body", "content-length", "3").data("four").end();
      assertThat(longer.awaitReset()).isEqualTo(Http3ErrorCode.H3_MESSAGE_ERROR.code());
      Http3Probe.Stream shorter =
          probe.open().request("POST", "/body", "content-length", "5").data("four").end();
      assertThat(shorter.awaitReset()).isEqualTo(Http3ErrorCode.H3_MESSAGE_ERROR.code());
      Http3Probe.Stream right =
          probe.open().request("POST", "/body", "content-length", "4").data("fo").data("ur").end();
      assertThat(right.await().body()).isEqualTo("got 4");
    }
  }

  @Test
  void aStreamWithoutRequestIsIncomplete() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream stream = probe.open();
      stream.end();
      assertThat(stream.awaitReset()).isEqualTo(Http3ErrorCode.H3_REQUEST_INCOMPLETE.code());
    }
  }

  @Test
  void fieldsOverTheLimitAreAnsweredAndFarOverItCloseTheConnection() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream over = probe.open().request("GET", "/", "x", "a".repeat(17 << 10)).end();
      assertThat(over.await().status()).isEqualTo("431");
      String[] many = new String[400];
      for (int i = 0; i < many.length; i += 2) {
        many[i] = "x" + i;
        many[i + 1] = "1";
      }
      assertThat(probe.open().request("GET", "/", many).end().await().status()).isEqualTo("431");
      probe.open().request("GET", "/", "x", "a".repeat(65 << 10)).end();
      assertThat(probe.closed.get(10, TimeUnit.SECONDS))
          .isEqualTo(Http3ErrorCode.H3_EXCESSIVE_LOAD.code());
    }
  }

  @Test
  void trailersTravelBothWays() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream stream =
          probe.open().request("POST", "/trailers").data("body").headers("x-sum", "42").end();
      assertThat(stream.await().sections()).hasSize(2);
      assertThat(stream.sections().get(1).get("x-sum")).hasToString("42");
      Http3Probe.Stream pseudo =
          probe.open().request("POST", "/trailers").data("body").headers(":path", "/").end();
      assertThat(pseudo.awaitReset()).isEqualTo(Http3ErrorCode.H3_MESSAGE_ERROR.code());
    }
  }

  @Test
  void cookieCrumbsAreJoinedAndAuthorityIsTheHost() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream cookies =
          probe.open().request("GET", "/cookie", "cookie", "a=1", "cookie", "b=2").end();
      assertThat(cookies.await().body()).isEqualTo("a=1; b=2");
      assertThat(probe.open().request("GET", "/host").end().await().body()).isEqualTo("localhost");
    }
  }

  @Test
  void continueIsSentWhenTheBodyIsWanted() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream stream = probe.open().request("POST", "/body", "expect", "100-continue");
      await().until(() -> stream.status().equals("100"));
      assertThat(stream.data("abc").end().await().status()).isEqualTo("200");
      assertThat(stream.body()).isEqualTo("got 3");
      Http3Probe.Stream late = probe.open().request("POST", "/late", "expect", "100-continue");
      late.data("abc").end().await();
      assertThat(late.sections()).as("no 100 behind a response head").hasSize(1);
      assertThat(late.status()).isEqualTo("200");
    }
  }

  @Test
  void plainConnectIsNotImplemented() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream stream = probe.open().headers(":method", "CONNECT", ":authority", "a:1");
      assertThat(stream.end().await().status()).isEqualTo("501");
    }
  }

  @Test
  void abortedResponsesAreResetAsOurOwnFault() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream stream = probe.open().request("GET", "/abort").end();
      assertThat(stream.awaitReset()).isEqualTo(Http3ErrorCode.H3_INTERNAL_ERROR.code());
    }
  }

  @Test
  void anEarlyResponseStopsTheUploadWithoutError() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream stream = probe.open().request("POST", "/early");
      stream.await();
      assertThat(stream.status()).isEqualTo("403");
      String chunk = "x".repeat(64 << 10);
      await()
          .until(() -> {
            stream.data(chunk);
            return stream.channel().isOutputShutdown() || !stream.channel().isWritable();
          });
      assertThat(probe.open().request("GET", "/").end().await().status()).isEqualTo("200");
    }
  }

  @Test
  void aCancelledRequestEndsItsExchangeAndManyEndTheConnection() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      int before = held.get();
      Http3Probe.Stream stream = probe.open().request("GET", "/hold");
      await().until(() -> held.get() == before + 1);
      stream.channel().shutdown(Http3ErrorCode.H3_REQUEST_CANCELLED.code());
      await().until(() -> ends.contains("held"));
      for (int i = 0; i < 30 && !probe.closed.isDone(); i++) {
        Http3Probe.Stream next = probe.open().request("GET", "/hold");
        int count = before + 2 + i;
        await().until(() -> held.get() >= count || probe.closed.isDone());
        next.channel().shutdown(Http3ErrorCode.H3_REQUEST_CANCELLED.code());
      }
      assertThat(probe.closed.get(10, TimeUnit.SECONDS))
          .isEqualTo(Http3ErrorCode.H3_EXCESSIVE_LOAD.code());
    }
  }

  @Test
  void anExtendedConnectStaysOpenBothWays() throws Exception {
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      assertThat(probe.settings.get().settings().connectProtocolEnabled()).isTrue();
    }
    try (Http3Probe probe = new Http3Probe(loops, address)) {
      Http3Probe.Stream tunnel =
          probe
              .open()
              .headers(
                  ":method",
                  "CONNECT",
                  ":protocol",
                  "websocket",
                  ":scheme",
                  "https",
                  ":authority",
                  "localhost",
                  ":path",
                  "/x");
      await().until(() -> tunnel.status().equals("200"));
      tunnel.data("one");
      await().until(() -> tunnel.body().equals("one"));
      tunnel.data("two");
      await().until(() -> tunnel.body().equals("onetwo"));
      assertThat(tunnel.head()).doesNotContainKey("content-length");
      tunnel.end().await();
      await().until(() -> ends.contains("tunnel"));
    }
  }

  @Test
  void aDrainRefusesNothingFirstThenNamesTheFirstRefusedRequest() throws Exception {
    HttpServer own = server(HttpLimits.DEFAULT);
    try (Http3Probe probe = new Http3Probe(loops, own.addresses().getFirst())) {
      assertThat(probe.open().request("GET", "/").end().await().status()).isEqualTo("200");
      int before = held.get();
      probe.open().request("GET", "/hold").end();
      await().until(() -> held.get() == before + 1);
      Thread drain =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  own.drain(Duration.ofSeconds(5));
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      await().until(() -> probe.goAways.size() == 1);
      assertThat(probe.goAways.getFirst()).isEqualTo((1L << 62) - 4);
      await().until(() -> probe.goAways.size() == 2);
      assertThat(probe.goAways.get(1)).isEqualTo(8L);
      assertThat(probe.closed).isNotDone();
      drain.interrupt();
      drain.join();
    } finally {
      own.close();
    }
  }
}
