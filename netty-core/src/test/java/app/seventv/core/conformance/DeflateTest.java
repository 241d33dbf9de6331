package app.seventv.core.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.Router;
import app.seventv.core.transport.TransportOptions;
import app.seventv.core.websocket.WebSocketOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** permessage-deflate against npm's {@code ws}; the cases are in {@code src/test/node}. */
@Tag("conformance")
class DeflateTest {
  private static final int CASES = 16;

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
    EchoServer.route(
        routes,
        "/plain",
        WebSocketOptions.builder().allowedOrigins(Set.of("https://good.example")).build());
  }

  @ParameterizedTest
  @CsvSource({"IO_URING, ws", "IO_URING, wss", "EPOLL, wss", "NIO, ws", "NIO, wss"})
  void npmsClientIsContent(TransportOptions.Choice transport, String scheme) throws Exception {
    String report;
    try (EchoServer server = EchoServer.start(transport, directory, DeflateTest::routes)) {
      String authority = scheme.equals("ws") ? server.plain() : server.secure();
      report = NodeClients.run("deflate.mjs", scheme + "://" + authority);
    }
    List<String> failed = report.lines().filter(line -> !line.startsWith("ok ")).toList();
    System.out.println("figure: deflate-failed " + failed.size());
    assertThat(failed).isEmpty();
    assertThat(report.lines()).hasSize(CASES);
  }
}
