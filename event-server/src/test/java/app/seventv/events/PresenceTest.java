package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.events.dispatch.BusSamples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Presences, cosmetics and entitlements (event-api.md §13) over real sockets and a real bus. */
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class PresenceTest {
  private static final String BADGE = "01HDCAZNDWM2FT2W5K70WJCC2S";
  private static final String OTHER_BADGE = "01HDV7TENX1ZBF578DN6AKYJ7H";
  private static final String SET = "01J45KS0RNJMRNV7E9Z0C1HT0H";

  /** What a presence leads to in a session that knows nothing yet, in this order. */
  private static final List<String> ALL =
      List.of(
          "dispatch-cosmetic.create-badge",
          "dispatch-cosmetic.create-paint-linear",
          "dispatch-emote_set.create-personal",
          "dispatch-emote_set.update-personal-fill",
          "dispatch-entitlement.create-badge",
          "dispatch-entitlement.create-paint",
          "dispatch-entitlement.create-emote-set");

  @TempDir Path directory = Path.of(".");

  private ServiceFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new ServiceFixture(directory, "");
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private SocketClient connect() throws InterruptedException {
    return SocketClient.connect(fixture.http, fixture.webSocketUri("")).greeted();
  }

  private SocketClient watching(String type) throws InterruptedException {
    SocketClient client = connect().send(SocketClient.subscribeChannel(type, "123456789"));
    assertThat(client.frame().get("op").intValue()).isEqualTo(5);
    return client;
  }

  private static void assertPayloads(SocketClient client, List<String> examples)
      throws InterruptedException {
    for (String example : examples) {
      assertThat(client.frame().get("d").toString()).isEqualTo(Examples.payload(example));
    }
  }

  /** Of all that has been published, the session is sent nothing before this answer. */
  private void assertQuiet(SocketClient client) throws Exception {
    DispatchLog log = fixture.service.hub().log();
    long before = log.last();
    fixture.publish(BusSamples.message(BusSamples.setEvent("delete", "")));
    await().until(() -> log.last() > before && log.last() == delivered());
    assertThat(client.send(Examples.compact("client-resume")).frame().at("/d/command"))
        .hasToString("\"RESUME\"");
  }

  /** Number of the last event that every loop has written. */
  private long delivered() {
    return fixture.service.hub().loops().stream().mapToLong(SessionLoop::delivered).min().orElse(0);
  }

  private static String summary(JsonNode frame) {
    JsonNode body = frame.at("/d/body");
    return frame.at("/d/type").stringValue()
        + " "
        + body.get("kind").intValue()
        + " "
        + body.at("/object/kind").stringValue("")
        + " "
        + body.at("/object/ref_id").stringValue("");
  }

  @Test
  void thePresenceOfTheSpecificationLeadsToItsDispatchesInOrder() throws Exception {
    try (SocketClient client = watching("emote.update")) { // whatever the type
      fixture.publish(BusSamples.message(BusSamples.presenceEvent()));
      assertPayloads(client, ALL);
      // Known by now: nothing is said twice, sets included.
      fixture.publish(BusSamples.message(BusSamples.presenceEvent()));
      fixture.publish(BusSamples.message(BusSamples.presenceWithBadge(OTHER_BADGE)));
      assertThat(summary(client.frame())).startsWith("cosmetic.create 10 BADGE");
      assertThat(summary(client.frame())).isEqualTo("entitlement.delete 5 BADGE " + BADGE);
      assertThat(summary(client.frame())).isEqualTo("entitlement.create 10 BADGE " + OTHER_BADGE);
      fixture.publish(BusSamples.message(BusSamples.presenceEvent()));
      assertPayloads(
          client,
          List.of(
              "dispatch-entitlement.delete-badge-swapped", "dispatch-entitlement.create-badge"));
      assertQuiet(client);
    }
  }

  @Test
  void whatIsGoneIsTakenAway() throws Exception {
    try (SocketClient client = watching("entitlement.*")) {
      fixture.publish(BusSamples.message(BusSamples.presenceEvent()));
      assertPayloads(client, ALL);
      fixture.publish(BusSamples.message(BusSamples.presenceWith(true, true, false)));
      assertThat(summary(client.frame())).isEqualTo("entitlement.delete 5 EMOTE_SET " + SET);
      fixture.publish(BusSamples.message(BusSamples.presenceWith(true, false, false)));
      assertThat(summary(client.frame())).startsWith("entitlement.delete 5 PAINT");
      fixture.publish(BusSamples.message(BusSamples.presenceWith(false, false, false)));
      assertPayloads(client, List.of("dispatch-entitlement.delete-badge-cleared"));
      fixture.publish(BusSamples.message(BusSamples.presenceWith(false, false, false)));
      // Definitions are remembered, the user is not.
      fixture.publish(BusSamples.message(BusSamples.presenceEvent()));
      assertPayloads(client, ALL.subList(4, 7));
      assertQuiet(client);
    }
  }

  @Test
  void whoJoinsIsToldWhoIsThere() throws Exception {
    fixture.publish(BusSamples.message(BusSamples.presenceEvent()));
    await().until(() -> fixture.service.hub().presences().size() == 1);
    try (SocketClient client = watching("cosmetic.*")) {
      assertPayloads(client, ALL);
      client.send(SocketClient.subscribeChannel("entitlement.*", "0123456789"));
      assertThat(client.frame().get("op").intValue()).isEqualTo(5);
      assertQuiet(client); // has joined before
    }
  }

  @Test
  void whoLeavesIsToldNothing() throws Exception {
    try (SocketClient client = watching("cosmetic.*")) {
      client.send(SocketClient.subscribeChannel("entitlement.*", "123456789"));
      assertThat(client.frame().get("op").intValue()).isEqualTo(5);
      client.send(SocketClient.subscribeChannel("cosmetic.*", "123456789").replace(":35", ":36"));
      assertThat(client.frame().at("/d/command").stringValue()).isEqualTo("UNSUBSCRIBE");
      fixture.publish(BusSamples.message(BusSamples.presenceEvent()));
      assertPayloads(client, ALL);
      client.send("{\"op\":36,\"d\":{\"type\":\"entitlement.*\"}}");
      assertThat(client.frame().at("/d/command").stringValue()).isEqualTo("UNSUBSCRIBE");
      fixture.publish(BusSamples.message(BusSamples.presenceWithBadge(OTHER_BADGE)));
      assertQuiet(client);
      // The hidden topic is gone, so the way back is a join like any other.
      client.send(SocketClient.subscribeChannel("cosmetic.*", "123456789"));
      assertThat(client.frame().get("op").intValue()).isEqualTo(5);
      assertThat(summary(client.frame())).startsWith("cosmetic.create 10 BADGE");
    }
  }

  @Test
  void aChangeOfStyleReachesTheChannelsWhereTheUserWasSeen() throws Exception {
    try (SocketClient client = watching("cosmetic.*")) {
      fixture.publish(BusSamples.message(BusSamples.badgeChange(OTHER_BADGE)));
      fixture.publish(BusSamples.message(BusSamples.presenceEvent()));
      assertPayloads(client, ALL);
      fixture.publish(BusSamples.message(BusSamples.badgeChange(OTHER_BADGE)));
      assertThat(summary(client.frame())).startsWith("cosmetic.create 10 BADGE");
      assertThat(summary(client.frame())).isEqualTo("entitlement.delete 5 BADGE " + BADGE);
      assertThat(summary(client.frame())).isEqualTo("entitlement.create 10 BADGE " + OTHER_BADGE);
      fixture.publish(BusSamples.message(BusSamples.badgeChange(null)));
      assertThat(summary(client.frame())).isEqualTo("entitlement.delete 5 BADGE " + OTHER_BADGE);
      assertQuiet(client);
    }
  }

  @Test
  void anOwnerNobodyKnowsHasAName() throws Exception {
    try (SocketClient client = watching("cosmetic.*")) {
      ObjectNode event = BusSamples.presenceEvent();
      ((ObjectNode) event.at("/data/personal_emote_sets/0")).putObject("emote_owners");
      fixture.publish(BusSamples.message(event));
      List<String> payloads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        payloads.add(client.text());
      }
      assertThat(payloads.get(3))
          .contains(
              "\"owner\":{\"id\":\"00000000000000000000000000\",\"username\":\"*DeletedUser\","
                  + "\"display_name\":\"*DeletedUser\",\"style\":{}}");
    }
  }

  @Test
  void aPresenceForOneSessionReachesNobodyElse() throws Exception {
    try (SocketClient other = watching("cosmetic.*");
        SocketClient target = SocketClient.connect(fixture.http, fixture.webSocketUri(""))) {
      String id = target.frame().at("/d/session_id").stringValue();
      ObjectNode event = BusSamples.presenceEvent();
      ((ObjectNode) event.get("data")).put("session_id", id);
      assertThat(target.frame().get("op").intValue()).isEqualTo(2);
      fixture.publish(BusSamples.message(event));
      assertPayloads(target, ALL); // it need not watch the channel: it was asked for
      assertQuiet(other);
    }
  }
}
