package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A request body that never pauses for long, yet comes byte by byte, is cut off. */
class SlowBodyTest {
  private static final String HEAD = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n";

  @Test
  void bodiesMustComeAtARate() throws IOException {
    try (EventLoops loops = EventLoops.start(TransportOptions.loops(1));
        HttpServer server =
            HttpServer.builder(loops, e -> e.readBody(1 << 20, body -> body.release()))
                .listen(
                    HttpListener.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                .start();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(HEAD.getBytes(StandardCharsets.US_ASCII));
      long startNs = System.nanoTime();
      while (socket.getInputStream().available() == 0
          && System.nanoTime() - startNs < TimeUnit.SECONDS.toNanos(30)) {
        socket.getOutputStream().write('x');
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50)); // the slow sender
      }
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 408").contains("connection: close");
    }
  }
}
