package app.seventv.core.http;

import app.seventv.core.tls.TlsFiles;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** A server for tests of HTTP/2, frame by frame, on every transport, plain and with TLS. */
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
abstract class Http2Fixture {
  private static final int BIG_BYTES = 3 << 20;

  @Parameter(0)
  TransportOptions.Choice transport;

  @Parameter(1)
  boolean tls;

  @TempDir static Path directory = Path.of(".");

  private LeakWatch leaks;
  EventLoops loops;
  TlsFiles certificate;
  private Http2TestServer server;
  final AtomicInteger ended = new AtomicInteger();
  final AtomicInteger aborted = new AtomicInteger();
  final AtomicInteger received = new AtomicInteger();
  private final BlockingQueue<Exchange> held = new LinkedBlockingQueue<>();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    leaks = new LeakWatch();
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    certificate = TestCertificate.in(directory);
    server = new Http2TestServer(loops, certificate, HttpLimits.DEFAULT, this::handle);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
    leaks.close();
  }

  @BeforeEach
  void forget() {
    held.clear();
  }

  /** The exchange that a handler has left open. */
  Exchange held() throws InterruptedException {
    return Objects.requireNonNull(held.poll(10, TimeUnit.SECONDS), "no request came");
  }

  void handle(Exchange exchange) {
    Request request = exchange.request();
    switch (request.path()) {
      case "/echo" ->
          exchange.readBody(
              1 << 20, body -> exchange.respond(Response.of(200, "text/plain", body)));
      case "/head" ->
          exchange.respond(
              Response.text(200, request.authority() + "|" + request.header("cookie")));
      case "/trailers" -> exchange.streamBody(new TrailerEcho(exchange));
      case "/early" -> exchange.respond(Response.text(403, "no"));
      case "/hold" -> {
        exchange.onEnd(ended::incrementAndGet);
        exchange.streamBody(new Counter());
        held.add(exchange);
      }
      case "/paused" -> {
        exchange.streamBody(new Counter());
        exchange.pauseBody();
        held.add(exchange);
      }
      case "/big" -> exchange.respond(Response.of(200, "text/plain", new byte[BIG_BYTES]));
      case "/tunnel" -> exchange.streamBody(new Tunnel(exchange));
      default -> exchange.respond(Response.text(200, request.method() + " " + request.target()));
    }
  }

  /** Counts what arrives. */
  private final class Counter implements Exchange.BodySink {
    @Override
    public void chunk(ByteBuf data) {
      received.addAndGet(data.readableBytes());
      data.release();
    }

    @Override
    public void end(HttpHeaders trailers) {}

    @Override
    public void aborted() {
      aborted.incrementAndGet();
    }
  }

  /** Answers with the request's trailers as its own. */
  private record TrailerEcho(Exchange exchange) implements Exchange.BodySink {
    @Override
    public void chunk(ByteBuf data) {
      data.release();
    }

    @Override
    public void end(HttpHeaders trailers) {
      ResponseStream out = exchange.start(200, Response.newHeaders());
      out.write(Unpooled.copiedBuffer("body", StandardCharsets.US_ASCII));
      out.end(trailers);
    }

    @Override
    public void aborted() {}
  }

  /** Sends back whatever comes, while both sides stay open. */
  private static final class Tunnel implements Exchange.BodySink {
    private final ResponseStream out;

    Tunnel(Exchange exchange) {
      HttpHeaders headers = Response.newHeaders();
      headers.set("x-protocol", String.valueOf(exchange.request().connectProtocol()));
      out = exchange.start(200, headers);
      out.flush();
    }

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

  RawHttp2Client connect(int... settings) throws IOException {
    return server.connect(tls, settings);
  }
}
