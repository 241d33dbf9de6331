package app.seventv.core.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocketOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Websocket clients of Node, whose cases are in {@code src/test/node}: permessage-deflate against
 * npm's {@code ws}, and websockets over HTTP/2.
 */
@Tag("conformance")
@Covers(
    value = {Wire.H1_PLAIN, Wire.H1_TLS, Wire.H2_PLAIN, Wire.H2_TLS},
    because = "Node has no HTTP/3")
class NodeWebSocketTest {
  private static final int DEFLATE_CASES = 16;
  private static final int HTTP2_CASES = 8;

  @TempDir private Path directory = Path.of(".");

  private static void routes(Router.Builder routes) {
    WebSocketOptions large =
        WebSocketOptions.builder()
            .compression(true)
            .minCompressedBytes(1)
            .maxFrameBytes(16 << 20)
            .maxMessageBytes(16 << 20)
            .subprotocols(List.of("other", "echo"))
            .build();
    EchoServer.route(routes, "/deflate", large);
    EchoServer.route(routes, "/small", WebSocketOptions.builder().compression(true).build());
    routes.get("/page", e -> e.respond(Response.text(200, "hello")));
    EchoServer.route(
        routes,
        "/plain",
        WebSocketOptions.builder().allowedOrigins(Set.of("https://good.example")).build());
  }

  @ParameterizedTest
  @CsvSource({"IO_URING, ws", "IO_URING, wss", "EPOLL, wss", "NIO, ws", "NIO, wss"})
  void deflate(TransportOptions.Choice transport, String scheme) throws Exception {
    try (EchoServer server = EchoServer.start(transport, directory, NodeWebSocketTest::routes)) {
      String authority = scheme.equals("ws") ? server.plain() : server.secure();
      check("deflate", DEFLATE_CASES, scheme + "://" + authority);
    }
  }

  @ParameterizedTest
  @CsvSource({"IO_URING, http", "IO_URING, https", "EPOLL, https", "NIO, http", "NIO, https"})
  void http2(TransportOptions.Choice transport, String scheme) throws Exception {
    try (EchoServer server = EchoServer.start(transport, directory, NodeWebSocketTest::routes)) {
      String authority = scheme.equals("http") ? server.plain() : server.secure();
      check("http2", HTTP2_CASES, scheme + "://" + authority);
    }
  }

  private static void check(String script, int cases, String address) throws Exception {
    String report = NodeClients.run(script + ".mjs", address);
    List<String> failed = report.lines().filter(line -> !line.startsWith("ok ")).toList();
    System.out.println("figure: websocket-" + script + "-failed " + failed.size());
    assertThat(failed).isEmpty();
    assertThat(report.lines()).hasSize(cases);
  }
}
