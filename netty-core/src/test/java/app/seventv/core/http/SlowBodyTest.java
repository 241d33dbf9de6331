package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A request body that never pauses for long, yet comes byte by byte, is cut off. */
@Covers(
    value = {Wire.H1_PLAIN, Wire.H1_TLS},
    because = "Http2StallTest and Http3StreamTest have the others")
class SlowBodyTest {
  private static final String HEAD = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n";

  @TempDir static Path directory = Path.of(".");

  @ParameterizedTest
  @CsvSource({
    "IO_URING,false",
    "IO_URING,true",
    "EPOLL,false",
    "EPOLL,true",
    "NIO,false",
    "NIO,true"
  })
  void bodiesMustComeAtARate(TransportOptions.Choice transport, boolean tls) throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (EventLoops loops = EventLoops.start(new TransportOptions(transport, 1, true));
        HttpServer server =
            HttpServer.builder(loops, e -> e.readBody(1 << 20, body -> body.release()))
                .listen(
                    tls
                        ? HttpListener.tls(any, TestCertificate.in(directory))
                        : HttpListener.plain(any))
                .start();
        Socket socket = TestSockets.connect(server.addresses().getFirst(), tls)) {
      socket.getOutputStream().write(HEAD.getBytes(StandardCharsets.US_ASCII));
      StringBuilder answer = new StringBuilder();
      Thread reader = Thread.ofVirtual().start(() -> read(socket, answer));
      await()
          .pollInterval(Duration.ofMillis(50)) // the slow sender
          .atMost(Duration.ofSeconds(30))
          .until(() -> {
            if (reader.isAlive()) {
              socket.getOutputStream().write('x');
            }
            return !reader.isAlive();
          });
      reader.join();
      assertThat(answer).startsWith("HTTP/1.1 408").contains("connection: close");
    }
  }

  private static void read(Socket socket, StringBuilder answer) {
    try {
      byte[] all = socket.getInputStream().readAllBytes();
      answer.append(new String(all, StandardCharsets.US_ASCII));
    } catch (java.io.IOException e) {
      answer.append(e);
    }
  }
}
