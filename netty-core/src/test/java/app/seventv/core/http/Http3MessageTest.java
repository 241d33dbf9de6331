package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http3.Http3ErrorCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** Lengths of HTTP/3 responses and what may stand in trailer sections (RFC 9114 §4.1). */
@EveryTransport
@Covers(
    value = {Wire.H3},
    because = "frames of HTTP/3")
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class Http3MessageTest {
  @Parameter TransportOptions.Choice transport;

  @TempDir static Path directory = Path.of(".");

  private EventLoops loops;
  private HttpServer server;
  private Http3Probe probe;

  @BeforeEach
  void start() throws Exception {
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        HttpServer.builder(loops, Http3MessageTest::handle)
            .listen(HttpListener.tlsAndQuic(any, TestCertificate.in(directory)))
            .start();
    probe = new Http3Probe(loops, server.addresses().getFirst());
  }

  @AfterEach
  void stop() {
    probe.close();
    server.close();
    loops.close();
  }

  private static void handle(Exchange exchange) {
    HttpHeaders headers = Response.newHeaders();
    switch (exchange.request().path()) {
      case "/right" -> {
        ResponseStream out = exchange.start(200, headers.set("content-length", "4"));
        out.write(Unpooled.copyInt(1));
        out.end();
      }
      case "/short" -> {
        ResponseStream out = exchange.start(200, headers.set("content-length", "5"));
        out.write(Unpooled.copyInt(1));
        out.end();
      }
      case "/long" -> {
        ResponseStream out = exchange.start(200, headers.set("content-length", "3"));
        out.write(Unpooled.copyInt(1));
        out.end();
      }
      case "/none" -> {
        ResponseStream out = exchange.start(204, headers);
        out.write(Unpooled.copyInt(1));
        out.end();
      }
      case "/trailers" -> exchange.streamBody(new TrailerNames(exchange));
      default -> exchange.respond(Response.text(200, "hello"));
    }
  }

  /** Answers with the names of the trailer fields that came. */
  private record TrailerNames(Exchange exchange) implements Exchange.BodySink {
    @Override
    public void chunk(ByteBuf data) {
      data.release();
    }

    @Override
    public void end(HttpHeaders trailers) {
      exchange.respond(Response.text(200, trailers.names().stream().sorted().toList().toString()));
    }

    @Override
    public void aborted() {}
  }

  private Http3Probe.Stream get(String path) throws Exception {
    return probe.open().request("GET", path).end();
  }

  @Test
  void aResponseHasTheLengthThatItAnnounces() throws Exception {
    Http3Probe.Stream right = get("/right").await();
    assertThat(right.bytes()).hasSize(4);
    assertThat(right.head()).containsEntry("content-length", "4");
    assertThat(get("/short").awaitReset()).isEqualTo(Http3ErrorCode.H3_INTERNAL_ERROR.code());
    Http3Probe.Stream tooLong = get("/long");
    assertThat(tooLong.awaitReset()).isEqualTo(Http3ErrorCode.H3_INTERNAL_ERROR.code());
    assertThat(tooLong.bytes()).isEmpty();
    assertThat(get("/").await().body()).as("the connection lives on").isEqualTo("hello");
  }

  @Test
  void responsesWithoutABodyHaveNone() throws Exception {
    Http3Probe.Stream none = get("/none").await();
    assertThat(none.status()).isEqualTo("204");
    assertThat(none.bytes()).isEmpty();
    Http3Probe.Stream head = probe.open().request("HEAD", "/").end().await();
    assertThat(head.bytes()).isEmpty();
    assertThat(head.head()).containsEntry("content-length", "5");
  }

  @Test
  void trailersThatMeanNothingLateAreDropped() throws Exception {
    Http3Probe.Stream stream =
        probe
            .open()
            .request("POST", "/trailers")
            .data("body")
            .headers(
                "content-length",
                "9",
                "authorization",
                "a",
                "host",
                "b",
                "x-sum",
                "1",
                "cookie",
                "c",
                "x-forwarded-for",
                "d")
            .end();
    assertThat(stream.await().body()).isEqualTo("[x-sum]");
  }

  @Test
  void trailersThatMayNotStandInAnySectionAreMalformed() throws Exception {
    for (String name : new String[] {"connection", "transfer-encoding", ":status", "X-Upper"}) {
      Http3Probe.Stream stream =
          probe.open().request("POST", "/trailers").data("body").headers(name, "a").end();
      assertThat(stream.awaitReset()).as(name).isEqualTo(Http3ErrorCode.H3_MESSAGE_ERROR.code());
    }
  }
}
