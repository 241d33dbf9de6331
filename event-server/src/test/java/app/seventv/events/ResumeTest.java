package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.events.dispatch.BusSamples;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Going on where an earlier connection ended, over real sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class ResumeTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";

  @TempDir static Path directory = Path.of(".");

  private ServiceFixture fixture;
  private int names;

  @BeforeAll
  void start() throws Exception {
    fixture = new ServiceFixture(directory, "");
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  @BeforeEach
  void nobodyIsLeft() {
    await().until(() -> sessions() == 0);
  }

  private SocketClient connect() {
    return SocketClient.connect(fixture.http, fixture.webSocketUri(""));
  }

  /** A new session and its id. */
  private record Session(SocketClient client, String id) {
    static Session of(SocketClient client) throws InterruptedException {
      String id = client.frame().at("/d/session_id").stringValue();
      assertThat(client.text()).contains("\"op\":2");
      return new Session(client, id);
    }
  }

  /** Publishes a change of the set's name to the next number. */
  private void rename() throws Exception {
    names++;
    fixture.publish(
        BusSamples.message(
            BusSamples.setEvent("change_name", "{'old':'x','new':'n" + names + "'}")));
  }

  private static String newName(JsonNode frame) {
    return frame.at("/d/body/updated/0/value").stringValue("");
  }

  private int sessions() {
    return fixture.service.sessionsByLoop().stream().mapToInt(i -> i).sum();
  }

  private static void assertAck(SocketClient client, boolean success, int replayed, int restored)
      throws InterruptedException {
    assertThat(client.frame().get("d").toString())
        .isEqualTo(Payloads.ackResume(success, replayed, restored));
  }

  @Test
  void everythingMissedIsSentWithTrueCounts() throws Exception {
    Session first = Session.of(connect());
    first.client.subscribed("emote_set.*", SET);
    first.client.send(SocketClient.subscribeChannel("cosmetic.*", "5")).frame();
    rename(); // frame 4
    assertThat(newName(first.client.frame())).isEqualTo("n" + names);
    int before = sessions();
    first.client.close();
    await().until(() -> sessions() < before);
    rename();
    rename();
    fixture.publish(BusSamples.message()); // somebody else's events do not count
    await().until(() -> fixture.service.hub().log().last() >= names);
    try (SocketClient client = connect()) {
      Session second = Session.of(client);
      client.send(SocketClient.resume(first.id, 0));
      assertAck(client, false, 0, 0); // nobody knows whether frame 4 has arrived
      client.send(SocketClient.resume(first.id, 4));
      assertAck(client, true, 2, 2);
      assertThat(newName(client.frame())).isEqualTo("n" + (names - 1));
      assertThat(newName(client.frame())).isEqualTo("n" + names);
      rename();
      JsonNode live = client.frame();
      assertThat(newName(live)).isEqualTo("n" + names);
      assertThat(live.get("s").intValue()).isEqualTo(6);
      // Once only, and not of itself.
      client.send(SocketClient.resume(first.id, 4));
      assertAck(client, false, 0, 0);
      client.send(SocketClient.resume(second.id, 1));
      assertAck(client, false, 0, 0);
    }
  }

  @Test
  void theNumberOfTheLastFrameSaysExactlyWhatWasMissed() throws Exception {
    Session first = Session.of(connect());
    first.client.subscribed("emote_set.update", SET); // frame 2
    for (int i = 0; i < 4; i++) {
      rename(); // frames 3 to 6
    }
    for (int i = 0; i < 4; i++) {
      first.client.frame();
    }
    int before = sessions();
    first.client.close();
    await().until(() -> sessions() < before);
    rename();
    await().until(() -> fixture.service.hub().log().last() >= names);
    try (SocketClient client = connect()) {
      Session.of(client);
      client.send(SocketClient.resume(first.id, 4)); // so 5, 6 and the one since
      assertAck(client, true, 3, 1);
      for (int i = 2; i >= 0; i--) {
        assertThat(newName(client.frame())).isEqualTo("n" + (names - i));
      }
    }
  }

  @Test
  void whoWasNeverSentAnEventHasMissedNoneBefore() throws Exception {
    Session first = Session.of(connect());
    first.client.subscribed("emote_set.update", SET);
    int before = sessions();
    first.client.close();
    await().until(() -> sessions() < before);
    rename();
    await().until(() -> fixture.service.hub().log().last() >= names);
    try (SocketClient client = connect()) {
      Session.of(client);
      client.send(SocketClient.resume(first.id, 0));
      assertAck(client, true, 1, 1);
      assertThat(newName(client.frame())).isEqualTo("n" + names);
    }
  }

  @Test
  void whoAnsweredTheCloseFrameHasReceivedEverythingBefore() throws Exception {
    Session first = Session.of(connect());
    first.client.subscribed("emote_set.update", SET);
    rename();
    assertThat(newName(first.client.frame())).isEqualTo("n" + names);
    for (SessionLoop loop : fixture.service.hub().loops()) {
      // Its time to reconnect has come.
      loop.later(() -> {
        for (int slot = 0; slot < loop.size(); slot++) {
          app.seventv.events.Session session = loop.session(slot);
          if (session != null) {
            session.endWithReconnect(EndReason.RECONNECT);
          }
        }
      });
    }
    assertThat(first.client.frame().get("op").intValue()).isEqualTo(4);
    assertThat(first.client.frame().get("op").intValue()).isEqualTo(7);
    assertThat(first.client.closed()).isEqualTo("1001 Reconnect");
    rename();
    await().until(() -> fixture.service.hub().log().last() >= names);
    try (SocketClient client = connect()) {
      Session.of(client);
      client.send(SocketClient.resume(first.id, 0));
      assertAck(client, true, 1, 1);
      assertThat(newName(client.frame())).isEqualTo("n" + names);
    }
  }

  @Test
  void aConnectionNobodyKnowsIsDeadIsTakenOver() throws Exception {
    Session first = Session.of(connect());
    first.client.subscribed("emote_set.update", SET); // frame 2
    rename(); // frame 3
    rename(); // frame 4
    first.client.frame();
    first.client.frame();
    try (SocketClient client = connect()) {
      Session.of(client);
      client.send(SocketClient.resume(first.id, 0));
      assertAck(client, false, 0, 0); // who knows what arrived there
      client.send(SocketClient.resume(first.id, 3));
      assertAck(client, true, 1, 1);
      assertThat(newName(client.frame())).isEqualTo("n" + names);
    }
    first.client.close();
  }

  @Test
  void theAnswerIsNoRatherThanAPart() throws Exception {
    Session first = Session.of(connect());
    first.client.subscribed("emote_set.update", SET); // frame 2
    first.client.subscribed("emote_set.delete", SET); // frame 3: nothing before can be told
    int before = sessions();
    first.client.close();
    await().until(() -> sessions() < before);
    try (SocketClient client = connect()) {
      Session.of(client);
      client.send(SocketClient.resume("01HNGZE63V1HEAD8X4A1JH69RE", 5));
      assertAck(client, false, 0, 0);
      client.send(SocketClient.resume(first.id, 1));
      assertAck(client, false, 0, 0);
    }
    Session late = Session.of(connect());
    late.client.subscribed("emote_set.update", SET);
    int open = sessions();
    late.client.close();
    await().until(() -> sessions() < open);
    try (SocketClient client = connect()) {
      Session.of(client);
      client.subscribed("emote_set.update", SET);
      client.send(SocketClient.resume(late.id, 0));
      assertAck(client, false, 0, 0); // holds topics already
    }
  }

  @Test
  void aStreamGoesOnAtItsLastEventId() throws Exception {
    String target = "/v3@emote_set.update%3Cobject_id%3D" + SET + "%3E?app=a&version=1";
    try (EventStreamClient client = new EventStreamClient(fixture.port(), target, "")) {
      client.readTo("id: 2");
      rename();
      rename();
      client.readTo("id: 4");
    }
    await().until(() -> sessions() == 0);
    rename();
    await().until(() -> fixture.service.hub().log().last() >= names);
    try (EventStreamClient client =
        new EventStreamClient(fixture.port(), target, "Last-Event-ID: 3\r\n")) {
      assertThat(client.readTo("id: 1")).contains("data: " + Payloads.ackResume(true, 2, 1));
      assertThat(client.readTo("id: 2")) // as every connect answers it, before the first event
          .contains("event: ack", "\"command\":\"SUBSCRIBE\"", SET);
      assertThat(client.readTo("id: 3")).contains("\"value\":\"n" + (names - 1) + "\"");
      assertThat(client.readTo("id: 4")).contains("\"value\":\"n" + names + "\"");
      assertThat(client.readTo("id: 5")).contains("event: heartbeat");
    }
    await().until(() -> sessions() == 0);
    try (EventStreamClient client =
        new EventStreamClient(fixture.port(), target, "Last-Event-ID: 2\r\n")) {
      assertThat(client.readTo("id: 1")).contains("data: " + Payloads.ackResume(true, 2, 1));
      assertThat(client.readTo("id: 2")).contains("\"command\":\"SUBSCRIBE\"");
      assertThat(client.readTo("id: 3")).contains("\"value\":\"n" + (names - 1) + "\"");
      assertThat(client.readTo("id: 4")).contains("\"value\":\"n" + names + "\"");
    }
  }

  @Test
  void aStreamNeverGoesOnWithTheSessionOfAnotherClient() throws Exception {
    String target = "/v3@emote_set.update%3Cobject_id%3D" + SET + "%3E?app=b&version=1";
    EventStreamClient behind = new EventStreamClient(fixture.port(), target, "");
    behind.readTo("id: 2"); // the rest never arrives there
    for (int i = 0; i < 70; i++) {
      rename();
    }
    await().until(() -> fixture.service.hub().log().last() >= names);
    EventStreamClient stranger = new EventStreamClient(fixture.port(), target, "");
    stranger.readTo("id: 2");
    behind.close();
    stranger.close();
    await().until(() -> sessions() == 0);
    rename();
    await().until(() -> fixture.service.hub().log().last() >= names);
    try (EventStreamClient client =
        new EventStreamClient(fixture.port(), target, "Last-Event-ID: 2\r\n")) {
      assertThat(client.readTo("id: 2")).doesNotContain("RESUME");
    }
  }
}
