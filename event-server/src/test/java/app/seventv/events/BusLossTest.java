package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.events.dispatch.BusSamples;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What happens when the bus goes away and comes back. */
class BusLossTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory = Path.of(".");

  private static String health(ServiceFixture fixture) {
    return fixture.runtime.health().report().join().text();
  }

  @Test
  void sessionsStayAndStartAnewOneAfterTheOtherWhenTheBusIsBack() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "resync_sessions_per_second = 5")) {
      await().atMost(PATIENCE).until(() -> health(fixture).equals("ok"));
      List<SocketClient> clients = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        clients.add(SocketClient.connect(fixture.http, fixture.webSocketUri("")));
        clients.getLast().greeted().subscribed("emote_set.update", SET);
      }
      SocketClient idle = SocketClient.connect(fixture.http, fixture.webSocketUri("")).greeted();
      long gapBefore = fixture.service.hub().log().lost();

      ProcessHandle.of(fixture.nats.pid().getAsLong()).orElseThrow().destroyForcibly();
      // The server is started again, and the client finds it.
      await()
          .atMost(PATIENCE)
          .until(() -> {
            long lost = fixture.service.hub().log().lost();
            return lost > gapBefore && lost < Long.MAX_VALUE;
          });
      for (SocketClient client : clients) {
        assertThat(client.frame().get("d").toString()).isEqualTo("{\"reason\":\"Reconnect\"}");
        assertThat(client.frame().at("/d/code").intValue()).isEqualTo(4012);
        assertThat(client.closed()).isEqualTo("1001 Reconnect");
      }
      // Nobody can resume across the gap, and who asked for nothing stays.
      assertThat(fixture.service.hub().parked().size()).isZero();
      assertThat(idle.frames).isEmpty();
      SocketClient late = SocketClient.connect(fixture.http, fixture.webSocketUri("")).greeted();
      late.subscribed("emote_set.update", SET);
      await()
          .atMost(PATIENCE)
          .until(() -> {
            fixture.publish(BusSamples.message(BusSamples.addEvent()));
            return !late.frames.isEmpty();
          });
      assertThat(late.frame().at("/d/type").stringValue()).isEqualTo("emote_set.update");
      late.close();
      // Without a bus: not ready, but nobody is sent away.
      fixture.nats.close();
      await().atMost(PATIENCE).until(() -> health(fixture).equals("nats not connected"));
      assertThat(fixture.service.sessionsByLoop().stream().mapToInt(i -> i).sum()).isEqualTo(1);
      idle.close();
    }
  }

  @Test
  void droppedMessagesAreNoticedWithTheNextOneAndToldOnce() {
    long[] dropped = {0};
    List<String> calls = new ArrayList<>();
    DropWatch watch =
        new DropWatch(() -> dropped[0], () -> calls.add("loss"), () -> calls.add("gap"));
    watch.beforeMessage();
    assertThat(watch.check()).isZero();
    assertThat(calls).isEmpty();
    dropped[0] = 3;
    watch.beforeMessage();
    watch.beforeMessage();
    assertThat(calls).containsExactly("loss");
    dropped[0] = 5;
    watch.beforeMessage();
    assertThat(watch.check()).isEqualTo(5);
    assertThat(watch.check()).isZero();
    assertThat(calls).containsExactly("loss", "gap");
    dropped[0] = 6; // while nothing is handled
    assertThat(watch.check()).isEqualTo(1);
    watch.beforeMessage();
    assertThat(calls).containsExactly("loss", "gap", "gap");
  }

  @Test
  void eventsFromBehindAGapAreNoReasonToResume() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "")) {
      SocketClient client = SocketClient.connect(fixture.http, fixture.webSocketUri(""));
      client.greeted().subscribed("emote_set.update", SET);
      EventHub hub = fixture.service.hub();
      hub.log().markGap(System.currentTimeMillis()); // the loops have not heard of it yet
      fixture.publish(BusSamples.message(BusSamples.addEvent()));
      assertThat(client.frame().get("op").intValue()).isZero();
      client.close();
      await()
          .atMost(PATIENCE)
          .until(() -> fixture.service.sessionsByLoop().stream().mapToInt(i -> i).sum() == 0);
      assertThat(hub.parked().size()).isZero();
    }
  }

  @Test
  void oneEventThatCannotBeConvertedLosesOnlyItself() throws Exception {
    try (ServiceFixture fixture = new ServiceFixture(directory, "");
        SocketClient client = SocketClient.connect(fixture.http, fixture.webSocketUri(""))) {
      client.greeted().subscribed("emote_set.*", SET);
      var add = BusSamples.addEvent().get("data").get("data").get("data");
      var bad = BusSamples.setEvent("remove_emote", add.toString());
      ((ObjectNode) bad.at("/data/data/data")).put("index", Long.MAX_VALUE);
      fixture.publish(
          BusSamples.message(
              bad, BusSamples.setEvent("change_name", "{'old':'Main','new':'Main 2026'}")));
      assertThat(client.frame().get("d").toString())
          .isEqualTo(Examples.payload("dispatch-emote_set.update-name"));
    }
  }
}
