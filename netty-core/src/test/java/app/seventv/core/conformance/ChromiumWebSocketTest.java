package app.seventv.core.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Exchange;
import app.seventv.core.http.HttpListener;
import app.seventv.core.http.HttpServer;
import app.seventv.core.http.Protocol;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.http.TestCertificate;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocketOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's Chromium opens a compressed websocket over TLS, on HTTP/1.1 and on HTTP/2. */
@Tag("conformance")
@Covers(
    value = {Wire.H1_TLS, Wire.H2_TLS},
    because = "Chromium opens websockets over no other")
class ChromiumWebSocketTest {
  private static final long LIMIT_SECONDS = 90;
  private static final WebSocketOptions OPTIONS =
      WebSocketOptions.builder()
          .compression(true)
          .maxFrameBytes(1 << 20)
          .maxMessageBytes(1 << 20)
          .subprotocols(List.of("echo"))
          .build();

  @TempDir private Path directory = Path.of(".");
  private final BlockingQueue<String> reports = new LinkedBlockingQueue<>();
  private final BlockingQueue<Protocol> protocols = new LinkedBlockingQueue<>();

  @ParameterizedTest
  @CsvSource({"IO_URING, HTTP_1", "IO_URING, HTTP_2", "EPOLL, HTTP_2", "NIO, HTTP_2"})
  void opensAWebSocket(TransportOptions.Choice transport, Protocol protocol) throws Exception {
    EventLoops loops = EventLoops.start(new TransportOptions(transport, 1, true));
    Router routes =
        Router.builder()
            .get("/", e -> e.respond(Response.of(200, "text/html; charset=utf-8", page())))
            .webSocket("/ws", this::upgrade)
            .post("/result", this::result)
            .build();
    HttpListener tls =
        HttpListener.tls(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            TestCertificate.in(directory));
    HttpServer server =
        HttpServer.builder(loops, routes)
            .listen(new HttpListener(tls.address(), tls.tls(), protocol == Protocol.HTTP_2, false))
            .start();
    Process chromium = start("https://localhost:" + server.port() + "/");
    try {
      @Nullable String report = reports.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(report)
          .isEqualTo(
              "open echo permessage-deflate; server_no_context_takeover; "
                  + "client_no_context_takeover\n"
                  + "text\nbinary 1,2,255\nbig true\nclose 4000 true");
      assertThat(protocols).containsExactly(protocol);
    } finally {
      chromium.descendants().forEach(ProcessHandle::destroyForcibly);
      chromium.destroyForcibly().waitFor();
      server.close();
      loops.close();
    }
  }

  private void upgrade(Exchange exchange) {
    protocols.add(exchange.request().connection().protocol());
    exchange.upgrade(OPTIONS, new EchoServer.Echo());
  }

  private void result(Exchange exchange) {
    exchange.readBody(
        1 << 16,
        body -> {
          reports.add(body.toString(StandardCharsets.UTF_8));
          body.release();
          exchange.respond(Response.of(204));
        });
  }

  private static byte[] page() throws IOException {
    try (InputStream page =
        ChromiumWebSocketTest.class.getResourceAsStream("/chromium/websocket.html")) {
      return Objects.requireNonNull(page).readAllBytes();
    }
  }

  private Process start(String url) throws IOException {
    ProcessBuilder chromium =
        new ProcessBuilder(
            "chromium",
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--ignore-certificate-errors",
            "--user-data-dir=" + directory.resolve("profile"),
            url);
    chromium.environment().put("TMPDIR", directory.toString());
    return chromium
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("chromium.log").toFile())
        .start();
  }
}
