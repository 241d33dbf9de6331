package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.supervisor.FreePorts;
import app.seventv.events.dispatch.BusSamples;
import app.seventv.model.Id;
import app.seventv.model.bus.BusBatch;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What is kept fits in the heap. */
class HeapSharesTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";
  private static final long MIB = 1L << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Together more than the heap of the process. */
  private static final int PRESENCES = 12_000;

  private static final int AT_ONCE = 200;

  @TempDir Path directory = Path.of(".");

  @Test
  void defaultsLeaveHalfTheHeap() {
    assertThat(HeapShares.presenceBytes(250 * MIB)).isEqualTo(50 * MIB);
    assertThat(HeapShares.resumeBytes(250 * MIB)).isEqualTo(25 * MIB);
    assertThat(HeapShares.queuedBytes(250 * MIB)).isEqualTo(50 * MIB);
    assertThat(HeapShares.presenceBytes(8_192 * MIB)).isEqualTo(256 * MIB);
    assertThat(HeapShares.resumeBytes(8_192 * MIB)).isEqualTo(128 * MIB);
    assertThat(HeapShares.queuedBytes(8_192 * MIB)).isEqualTo(256 * MIB);
    assertThat(EventKeys.memoryWarning(EventServer.DEFINITION.config(""))).isEmpty();
  }

  @Test
  void settingsThatDoNotFitAreToldAtTheStart() {
    assertThat(HeapShares.warning(100 * MIB, 25 * MIB, 250 * MIB)).isEmpty();
    assertThat(HeapShares.warning(256 * MIB, 128 * MIB, 256 * MIB).orElse(""))
        .contains("event_api.presence_bytes of 268435456", "a heap of 268435456 bytes");
    assertThat(
            EventKeys.memoryWarning(
                EventServer.DEFINITION.config("event_api.resume_bytes = '1 TiB'")))
        .isPresent();
  }

  private static ObjectNode presence(int user) {
    ObjectNode event = BusSamples.presenceEvent();
    ObjectNode data = (ObjectNode) event.get("data");
    ((ObjectNode) data.get("user").get("user")).put("_id", new Id(1L << 40, user).toString());
    return event;
  }

  private static void publish(Connection publisher, int from) throws Exception {
    for (int i = from; i < from + AT_ONCE; i++) {
      publisher.publish(BusBatch.SUBJECT, BusSamples.message(presence(i)));
    }
    publisher.publish(BusBatch.SUBJECT, BusSamples.message(BusSamples.addEvent()));
    publisher.flush(PATIENCE);
  }

  @Test
  void aSmallHeapOutlivesAnyNumberOfPresences() throws Exception {
    int port = FreePorts.find();
    try (DevNats nats = DevNats.start(directory.resolve("nats"), 0, 0);
        HttpClient http = HttpClient.newHttpClient();
        EventProcess process =
            EventProcess.start(
                directory,
                "small",
                "event_loops = 2\nnats.servers = [\"%s\"]\nevent_api.bind = \"127.0.0.1:%d\"\n"
                    .formatted(nats.uri(), port),
                "-Xmx96m")) {
      Connection publisher = Nats.connect(nats.uri());
      List<SocketClient> found = new ArrayList<>();
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> found.add(SocketClient.connect(http, "ws://127.0.0.1:" + port + "/v3")));
      try (SocketClient client = found.getFirst()) {
        client.greeted().subscribed("emote_set.update", SET);
        await()
            .atMost(PATIENCE)
            .until(() -> {
              publisher.publish(BusBatch.SUBJECT, BusSamples.message(BusSamples.addEvent()));
              return !client.frames.isEmpty();
            });
        for (int i = 0; i < PRESENCES; i += AT_ONCE) {
          client.frames.clear();
          publish(publisher, i);
          assertThat(client.text()).as(process::log).contains("\"op\":0,");
        }
      } finally {
        publisher.close();
      }
    }
  }
}
