package app.seventv.events;

import static app.seventv.events.SocketClient.subscribe;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.events.dispatch.BusSamples;
import app.seventv.model.Id;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The protocol over real websockets, with events from a real NATS server. */
class WebSocketProtocolTest extends ServiceCases {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";

  private SocketClient connect(String rest) {
    return SocketClient.connect(fixture.http, fixture.webSocketUri(rest));
  }

  /** The frame of an example as a session would get it with this number. */
  private static void assertDispatch(String text, String example, int sequence) {
    String prefix = "{\"d\":" + Examples.payload(example) + ",\"op\":0,\"t\":";
    assertThat(text).startsWith(prefix);
    assertThat(text.substring(prefix.length())).matches("\\d{13},\"s\":" + sequence + "}");
  }

  private static void assertEnds(SocketClient client, int code, String close)
      throws InterruptedException {
    JsonNode end = client.frame();
    assertThat(end.get("op").intValue()).isEqualTo(7);
    assertThat(end.at("/d/code").intValue()).isEqualTo(code);
    assertThat(client.closed()).isEqualTo(close);
  }

  @Test
  void theBrowserExtensionsWay() throws Exception {
    try (SocketClient client = connect("?app=7tv-extension&version=3.1.0")) {
      JsonNode hello = client.frame();
      assertThat(hello.at("/d/heartbeat_interval").intValue()).isBetween(45_000, 49_500);
      assertThat(Id.parse(hello.at("/d/session_id").stringValue())).isNotNull();
      assertThat(hello.at("/d/subscription_limit").intValue()).isEqualTo(500);
      assertThat(hello.at("/d/instance/name").stringValue()).isEqualTo("event-api-test");
      assertThat(hello.at("/d/instance/population").intValue()).isPositive();
      assertThat(hello.get("s").intValue()).isZero();
      assertThat(client.text()).matches("\\{\"d\":\\{\"count\":0},\"op\":2,\"t\":\\d{13},\"s\":1}");
      client.send(Examples.compact("client-resume"));
      assertThat(client.text())
          .startsWith("{\"d\":" + Examples.payload("ack-resume") + ",\"op\":5,")
          .endsWith("\"s\":2}");
      client.send(Examples.compact("client-bridge")).send(subscribe("emote_set.*", SET));
      JsonNode ack = client.frame();
      assertThat(ack.get("d").toString())
          .isEqualTo(
              "{\"command\":\"SUBSCRIBE\",\"data\":{\"id\":3,\"type\":\"emote_set.*\","
                  + "\"condition\":{\"object_id\":\""
                  + SET
                  + "\"}}}");
      client.subscribed("emote_set.update", SET).send(subscribe("emote_set.update", SET));
      fixture.publish(BusSamples.message(BusSamples.addEvent()));
      assertDispatch(client.text(), "dispatch-emote_set.update-add", 5);
      // once, although both the type and its wildcard are held
      fixture.publish(
          BusSamples.message(
              BusSamples.setEvent("change_name", "{'old':'Main','new':'Main 2026'}")));
      assertDispatch(client.text(), "dispatch-emote_set.update-name", 6);
    }
  }

  @Test
  void chatterinosWay() throws Exception {
    try (SocketClient client = connect("")) {
      Random random = new Random(3);
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        ids.add(Id.generate(i + 1, random).toString());
        client.send(
            Examples.tree("client-subscribe-object").toPrettyString().replace(SET, ids.get(i)));
      }
      client.greeted();
      for (int i = 0; i < 100; i++) {
        JsonNode ack = client.frame();
        assertThat(ack.at("/d/data/condition/object_id").stringValue()).isEqualTo(ids.get(i));
        assertThat(ack.at("/d/data/id").intValue()).isEqualTo(i + 2);
      }
    }
  }

  @Test
  void aLegacyIdReceivesWhatIsPublishedUnderTheUlid() throws Exception {
    try (SocketClient client = connect("")) {
      client.greeted().send(Examples.compact("client-subscribe-legacy-id"));
      assertThat(client.text()).contains("{\"object_id\":\"01F6YT6WH00003W81WR5MXZG86\"}");
      ObjectNode user = (ObjectNode) BusSamples.addEvent().get("actor").get("user");
      user.put("_id", "01F6YT6WH00003W81WR5MXZG86");
      fixture.publish(BusSamples.message(BusSamples.event("user", user, "delete", "")));
      assertThat(client.frame().at("/d/type").stringValue()).isEqualTo("user.update");
    }
  }

  @Test
  void afterUnsubscribingNothingComes() throws Exception {
    try (SocketClient client = connect("")) {
      client.greeted().subscribed("emote_set.update", SET).subscribed("emote_set.delete", SET);
      client.send(Examples.compact("client-unsubscribe"));
      assertThat(client.text())
          .startsWith("{\"d\":" + Examples.payload("ack-unsubscribe") + ",\"op\":5,");
      fixture.publish(BusSamples.message(BusSamples.addEvent(), BusSamples.setEvent("delete", "")));
      assertThat(client.frame().at("/d/type").stringValue()).isEqualTo("emote_set.delete");
      client.send("{\"op\":36,\"d\":{\"type\":\"emote_set.delete\"}}");
      assertThat(client.text()).contains("\"type\":\"emote_set.delete\",\"condition\":null");
    }
  }

  @Test
  void aChannelSubscriptionIsAcknowledgedAsSent() throws Exception {
    try (SocketClient client = connect("")) {
      client
          .greeted()
          .send(
              "{\"op\":35,\"d\":{\"type\":\"entitlement.*\",\"condition\":{\"id\":\"+0123\","
                  + "\"ctx\":\"channel\",\"platform\":\"TWITCH\"}}}");
      assertThat(client.text())
          .contains("\"condition\":{\"ctx\":\"channel\",\"platform\":\"TWITCH\",\"id\":\"+0123\"}");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "client-heartbeat | Invalid Opcode | 4001 | 1008 Unknown Operation",
        "client-identify | Invalid Opcode | 4001 | 1008 Unknown Operation",
        "client-unsubscribe | Not subscribed to this event | 4010 | 1008 Not Subscribed",
        "client-unsubscribe-whole-type | Not subscribed to this event | 4010 | 1008 Not Subscribed",
        "client-subscribe-empty-condition | | 4002 | 1008 Invalid Payload",
      })
  void whatIsWrongEndsTheSession(String example, String error, int code, String close)
      throws Exception {
    try (SocketClient client = connect("")) {
      client.greeted().send(Examples.compact(example));
      if (error != null) {
        assertThat(client.frame().get("d").toString())
            .isEqualTo("{\"message\":\"" + error + "\",\"fields\":{}}");
      }
      assertEnds(client, code, close);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'op':35,'d':{'type':'emote.update'}}",
        "{'op':35,'d':{'type':'emote.update','condition':null}}",
        "{'op':35,'d':{'type':'emote.*','condition':{'ctx':'channel','platform':'KICK','id':'x'}}}",
        "{'op':36,'d':{'type':'emote.*','condition':{'ctx':'channel','platform':'KICK','id':''}}}",
      },
      quoteCharacter = '`')
  void aScopeThatIsNoneEndsTheSession(String command) throws Exception {
    try (SocketClient client = connect("")) {
      client.greeted().send(command.replace('\'', '"'));
      assertThat(client.frame().at("/d/message").stringValue())
          .isEqualTo("Invalid Subscription Condition");
      assertEnds(client, 4002, "1008 Invalid Payload");
    }
  }

  @Test
  void fiveHundredTopicsAreEnough() throws Exception {
    try (SocketClient client = connect("")) {
      client.greeted();
      Random random = new Random(9);
      for (int i = 0; i < 500; i++) {
        client.send(subscribe("user.update", Id.generate(i, random).toString()));
      }
      for (int i = 0; i < 500; i++) {
        assertThat(client.frame().get("op").intValue()).isEqualTo(5);
      }
      client.send(subscribe("user.update", SET));
      assertThat(client.frame().at("/d/message").stringValue())
          .isEqualTo("Too Many Active Subscriptions!");
      assertEnds(client, 4005, "1008 Rate limit reached");
    }
  }

  @Test
  void badBusMessagesAreSkipped() throws Exception {
    try (SocketClient client = connect("")) {
      client.greeted().subscribed("emote_set.*", SET);
      byte[] whole = BusSamples.message(BusSamples.addEvent());
      fixture.publish(new byte[0]);
      fixture.publish(java.util.Arrays.copyOf(whole, whole.length / 2));
      fixture.publish(new byte[500_000]);
      fixture.publish(BusSamples.message());
      fixture.publish(
          BusSamples.message(
              BusSamples.event("comet", BusSamples.json("{}"), "seen", ""),
              BusSamples.event("emote", BusSamples.json("{}"), "delete", ""),
              BusSamples.setEvent("delete", "")));
      assertThat(client.frame().at("/d/type").stringValue()).isEqualTo("emote_set.delete");
    }
  }

  @Test
  void everySessionOfEveryLoopGetsEachEventOnce() throws Exception {
    List<SocketClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        clients.add(connect("").greeted().subscribed("emote_set.update", SET));
      }
      assertThat(fixture.service.sessionsByLoop()).hasSize(2).allMatch(count -> count > 0);
      for (int i = 0; i < 3; i++) {
        fixture.publish(BusSamples.message(BusSamples.addEvent()));
      }
      for (SocketClient client : clients) {
        for (int i = 0; i < 3; i++) {
          assertDispatch(client.text(), "dispatch-emote_set.update-add", 3 + i);
        }
        client.send(Examples.compact("client-resume"));
        assertThat(client.frame().get("s").intValue()).isEqualTo(6);
      }
    } finally {
      clients.forEach(SocketClient::close);
    }
  }

  @Test
  void overTls() throws Exception {
    try (SocketClient client =
        SocketClient.connect(
            fixture.http, fixture.secureUri("wss", "?app=example"), "User-Agent", "x")) {
      client.greeted().subscribed("emote_set.update", SET);
      fixture.publish(BusSamples.message(BusSamples.addEvent()));
      assertDispatch(client.text(), "dispatch-emote_set.update-add", 3);
    }
  }
}
