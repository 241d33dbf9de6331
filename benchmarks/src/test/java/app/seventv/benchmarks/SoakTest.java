package app.seventv.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.service.ServiceRuntime;
import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.supervisor.FreePorts;
import app.seventv.events.EventServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A minute of {@code ./bench soak} with a few hundred viewers. */
class SoakTest {
  private static final int CONNECTIONS = 300;

  @TempDir Path directory = Path.of(".");

  @Test
  void nobodyMissesAnEventOrGetsOneTwice() throws Exception {
    int port = FreePorts.find();
    try (DevNats nats = DevNats.start(directory.resolve("nats"), 0, 0);
        ServiceRuntime runtime =
            ServiceRuntime.start(
                EventServer.DEFINITION,
                EventServer.DEFINITION.config(
                    """
                    event_loops = 2
                    nats.servers = ["%s"]
                    event_api.bind = "127.0.0.1:%d"
                    event_api.resync_sessions_per_second = 200
                    """
                        .formatted(nats.uri(), port)));
        Soak soak =
            new Soak(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), nats, CONNECTIONS)) {
      soak.start();
      assertThat(soak.open.get()).isEqualTo(CONNECTIONS);
      soak.run(Duration.ofSeconds(50), 2);
      soak.finish();
      System.out.println("figure: soak-test-events " + soak.events.sum());
      System.out.println("figure: soak-test-resumed " + soak.resumed.sum());
      assertThat(soak.events.sum()).as("events").isPositive();
      assertThat(soak.resumed.sum()).as("resumed").isPositive();
      assertThat(soak.lost.sum()).as("lost").isZero();
      assertThat(soak.doubled.sum()).as("doubled").isZero();
      assertThat(runtime.health().report().join().isReady()).isTrue();
    }
  }
}
