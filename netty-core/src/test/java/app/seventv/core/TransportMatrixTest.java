package app.seventv.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every test that starts a server runs over io_uring, epoll and NIO, or says here why not. Which of
 * plain, TLS and the HTTP versions it covers is its own matter: most go by {@code HttpFixture},
 * which is all of them.
 */
class TransportMatrixTest {
  private static final Path SOURCES = Path.of("src/test/java");

  private static final List<String> STARTS =
      List.of("HttpServer.builder(", "HttpFixture.start(", "Http2TestServer.");

  private static final List<String> RUNS_OVER_ALL =
      List.of("@ParameterizedClass", "TransportOptions.Choice transport");

  private static final Map<String, String> EXCEPTIONS =
      Map.of(
          "SocketTableTest", "the table of sockets belongs to io_uring",
          "H3SpecTest", "takes minutes; messages of HTTP/3 are tested over all in Http3StreamTest",
          "Http3ClientsTest", "real clients; the transport does not change a byte of QUIC",
          "QuicDatagramAttackTest", "floods take minutes; they meet the code above the socket");

  @Test
  void serversAreTestedOverEveryTransport() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<String> missing =
          files
              .filter(file -> file.toString().endsWith("Test.java"))
              .filter(file -> containsOne(file, STARTS) && !containsOne(file, RUNS_OVER_ALL))
              .map(file -> file.getFileName().toString().replace(".java", ""))
              .filter(name -> !name.equals(TransportMatrixTest.class.getSimpleName()))
              .toList();
      assertThat(missing).containsExactlyInAnyOrderElementsOf(EXCEPTIONS.keySet());
    }
  }

  private static boolean containsOne(Path file, List<String> words) {
    try {
      String text = Files.readString(file);
      return words.stream().anyMatch(text::contains);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
