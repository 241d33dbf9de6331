package app.seventv.core.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.core.http.Covers;
import app.seventv.core.http.Wire;
import app.seventv.core.transport.TransportOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server without descriptors pauses, serves whom it has, and goes on by itself. */
@Tag("attacks")
@Covers(
    value = {Wire.H1_PLAIN},
    because = "descriptors run out before there is a version")
class DescriptorExhaustionTest {
  private static final int DESCRIPTORS = 220;
  private static final int CONNECTIONS = 400;

  /** Long enough to see a server that spins. */
  private static final long WATCHED_MS = 2_000;

  private static final long MAX_CPU_MS = WATCHED_MS / 2;

  /** One try a second on each of two listening sockets, and some slack. */
  private static final long MAX_FAILURES = 12;

  @TempDir static Path directory = Path.of(".");

  private static long grown(Map<String, Long> start, Map<String, Long> end, String figure) {
    return end.getOrDefault(figure, 0L) - start.getOrDefault(figure, 0L);
  }

  @ParameterizedTest
  @EnumSource(
      value = TransportOptions.Choice.class,
      names = {"IO_URING", "EPOLL", "NIO"})
  void acceptPausesAndResumes(TransportOptions.Choice transport) throws Exception {
    List<String> limited =
        List.of("bash", "-c", "ulimit -n " + DESCRIPTORS + "; exec \"$@\"", "limited");
    List<SocketChannel> crowd = new ArrayList<>();
    try (Child server =
        Child.start(limited, AttackServer.class, transport.name(), directory.toString())) {
      String[] ports = server.awaitLine("ports").split(" ", -1);
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(ports[1]));
      try (ValidClient client = new ValidClient(address)) {
        client.p99(200);
        client.stats();
        for (int i = 0; i < CONNECTIONS; i++) {
          crowd.add(SocketChannel.open(address));
        }
        await().until(() -> client.stats().getOrDefault("accept-failures", 0L) > 0);
        Map<String, Long> start = client.stats();
        double p99 = client.p99(WATCHED_MS);
        Map<String, Long> end = client.stats();
        long cpuMs = grown(start, end, "cpu-ms");
        long failures = grown(start, end, "accept-failures");
        System.out.printf(
            "figure: descriptors-%s-accept-failures %d (%d ms of CPU in %d ms, p99 %.1f ms)%n",
            transport, failures, cpuMs, WATCHED_MS, p99);
        assertThat(failures).isLessThanOrEqualTo(MAX_FAILURES);
        assertThat(cpuMs).isLessThan(MAX_CPU_MS);
        for (SocketChannel one : crowd) {
          one.close();
        }
        await()
            .atMost(Duration.ofSeconds(15))
            .until(() -> {
              try (ValidClient next = new ValidClient(address)) {
                return next.get("/").equals("still here");
              } catch (IOException notYet) {
                return false;
              }
            });
        assertThat(server.isAlive()).isTrue();
      }
    } finally {
      for (SocketChannel one : crowd) {
        one.close();
      }
    }
  }
}
