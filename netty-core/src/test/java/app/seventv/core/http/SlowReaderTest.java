package app.seventv.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A client that reads slowly gets everything; one that does not read at all is cut off. */
class SlowReaderTest {
  private static final int BODY_BYTES = 12 << 20;
  private static final long IDLE_MS = 400;
  private static final int PIECE_BYTES = 512 << 10;

  private static HttpServer serve(EventLoops loops) throws IOException {
    byte[] body = new byte[BODY_BYTES];
    return HttpServer.builder(
            loops, e -> e.respond(Response.of(200, "application/octet-stream", body)))
        .limits(HttpLimits.builder().idleTimeoutMs(IDLE_MS).build())
        .listen(HttpListener.plain(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
        .start();
  }

  private static Socket request(HttpServer server) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(64 << 10);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    socket.setSoTimeout(10_000);
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void slowDownloadsAreNotCutOffByTheIdleTimeout() throws IOException {
    try (EventLoops loops = EventLoops.start(TransportOptions.loops(1));
        HttpServer server = serve(loops);
        Socket socket = request(server)) {
      InputStream in = socket.getInputStream();
      long total = 0;
      long startNs = System.nanoTime();
      for (byte[] piece = in.readNBytes(PIECE_BYTES);
          piece.length > 0 && total + piece.length < BODY_BYTES;
          piece = in.readNBytes(PIECE_BYTES)) {
        total += piece.length;
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(IDLE_MS / 6)); // the slow reader
      }
      long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
      assertThat(tookMs)
          .as("the download outlasts several idle timeouts")
          .isGreaterThan(3 * IDLE_MS);
      assertThat(total).isGreaterThan(BODY_BYTES - 2L * PIECE_BYTES);
    }
  }

  @Test
  void readersThatStopAreCutOff() throws IOException {
    try (EventLoops loops = EventLoops.start(TransportOptions.loops(1));
        HttpServer server = serve(loops);
        Socket socket = request(server)) {
      await().until(() -> server.openConnections() == 0);
      assertThat(socket.isConnected()).isTrue();
    }
  }
}
