package app.seventv.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bytes that a client has not read, wherever the kernel keeps them. */
class KernelQueuesTest {
  private static final int BYTES = 12_345;

  @Test
  void unreadBytesAreCountedByClient() throws Exception {
    InetAddress address = InetAddress.getByAddress(new byte[] {127, 0, 9, 9});
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(0, 2, loopback);
        Socket reader = new Socket(loopback, server.getLocalPort(), address, 0);
        Socket toReader = server.accept();
        Socket sleeper = new Socket(loopback, server.getLocalPort(), address, 0);
        Socket toSleeper = server.accept()) {
      toReader.getOutputStream().write(new byte[BYTES]);
      toSleeper.getOutputStream().write(new byte[BYTES]);
      assertThat(reader.getInputStream().readNBytes(BYTES)).hasSize(BYTES);
      Map<Integer, Long> expected =
          Map.of(reader.getLocalPort(), 0L, sleeper.getLocalPort(), (long) BYTES);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() ->
              assertThat(KernelQueues.toClients(server.getLocalPort(), address))
                  .isEqualTo(expected));
    }
  }
}
