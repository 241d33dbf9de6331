package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.tls.TlsFiles;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** A server with low limits for clients that flood, stall or trickle. */
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
abstract class Http2AbuseFixture {
  private static final long ENHANCE_YOUR_CALM = 11;
  static final int MAX_RESETS = 20;
  static final int MAX_CONTROL_FRAMES = 100;
  private static final long LIMIT_MS = 400;

  @Parameter(0)
  TransportOptions.Choice transport;

  @Parameter(1)
  boolean tls;

  @TempDir static Path directory = Path.of(".");

  private LeakWatch leaks;
  EventLoops loops;
  TlsFiles certificate;
  Http2TestServer server;
  final AtomicInteger ended = new AtomicInteger();
  final Queue<Exchange> paused = new ConcurrentLinkedQueue<>();

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    leaks = new LeakWatch();
    loops = EventLoops.start(new TransportOptions(transport, 1, true));
    certificate = TestCertificate.in(directory);
    HttpLimits limits =
        HttpLimits.builder()
            .maxStreamResets(MAX_RESETS)
            .maxControlFrames(MAX_CONTROL_FRAMES)
            .headerTimeoutMs(LIMIT_MS)
            .bodyTimeoutMs(LIMIT_MS)
            .idleTimeoutMs(LIMIT_MS)
            .build();
    server = new Http2TestServer(loops, certificate, limits, this::handle);
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
    loops.close();
    leaks.close();
  }

  final void handle(Exchange exchange) {
    exchange.onEnd(ended::incrementAndGet);
    switch (exchange.request().path()) {
      case "/big" -> exchange.respond(Response.of(200, "text/plain", new byte[1 << 20]));
      case "/hold" -> exchange.streamBody(new Sink());
      case "/echo" ->
          exchange.readBody(
              1 << 20, body -> exchange.respond(Response.of(200, "text/plain", body)));
      case "/paused" -> {
        exchange.streamBody(new Sink());
        exchange.pauseBody();
        paused.add(exchange);
        exchange.onEnd(() -> paused.remove(exchange));
      }
      case "/error" -> throw new AssertionError("made by a test");
      case "/defect" -> throw new Undescribable();
      default -> exchange.respond(Response.text(200, "ok"));
    }
  }

  /** Not even the answer that tells of it can be made. */
  @SuppressWarnings("serial")
  private static final class Undescribable extends RuntimeException {
    @Override
    public String getMessage() {
      throw new AssertionError("made by a test");
    }
  }

  /** Drops what comes, never answers. */
  private static final class Sink implements Exchange.BodySink {
    @Override
    public void chunk(ByteBuf data) {
      data.release();
    }

    @Override
    public void end(HttpHeaders trailers) {}

    @Override
    public void aborted() {}
  }

  final RawHttp2Client connect(int... settings) throws IOException {
    server.drops().clear();
    return server.connect(tls, settings);
  }

  final void assertCalmedDown(RawHttp2Client client, String reason) throws IOException {
    assertThat(client.awaitClose()).isEqualTo(ENHANCE_YOUR_CALM);
    assertThat(server.drops()).contains(reason);
    try (RawHttp2Client other = server.connect(tls)) {
      other.request(1, true, "GET", "/");
      assertThat(other.reply(1).body()).as("the server lives").isEqualTo("ok");
    }
  }
}
