package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.supervisor.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log says of a bus that is away. */
class BusLogTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory = Path.of(".");

  private static List<String> lines(EventProcess process) {
    return process.log().lines().filter(line -> line.contains("NATS")).toList();
  }

  @Test
  void itIsToldOnceWhereAndWhyAndOnceWhenItIsBack() throws Exception {
    int port = FreePorts.find();
    String config =
        """
        event_loops = 1
        nats.servers = ["nats://someone:hidden@127.0.0.1:%d"]
        event_api.bind = "127.0.0.1:0"
        """
            .formatted(port);
    try (EventProcess process = EventProcess.start(directory, "lonely", config)) {
      await().atMost(PATIENCE).until(() -> !lines(process).isEmpty());
      try (DevNats nats = DevNats.start(directory.resolve("nats"), port, 0)) {
        await().atMost(PATIENCE).until(() -> process.log().contains("NATS is back"));
        ProcessHandle.of(nats.pid().getAsLong()).orElseThrow().destroyForcibly();
        await().atMost(PATIENCE).until(() -> lines(process).size() >= 4); // started again
      }
      List<String> lines = lines(process);
      assertThat(lines).hasSizeBetween(4, 5); // with the end of the server
      assertThat(lines.get(0))
          .contains("WARN", "Connection refused at nats://127.0.0.1:" + port)
          .doesNotContain("hidden");
      assertThat(lines.get(1)).contains("INFO", "NATS is back after");
      assertThat(lines.get(2)).contains("WARN", "NATS is away: ");
      assertThat(lines.get(3)).contains("INFO", "NATS is back after");
    }
  }
}
