package app.seventv.events;

import static app.seventv.events.SocketClient.subscribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import app.seventv.events.dispatch.BusSamples;
import app.seventv.events.dispatch.JsonToMessagePack;
import app.seventv.model.Id;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jol.info.ClassLayout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The acceptance checklist of event-api.md §22, check by check. */
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class AcceptanceTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";
  private static final int MIB = 1 << 20;

  @TempDir Path directory = Path.of(".");

  private ServiceFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new ServiceFixture(directory, "max_pending_bytes = 65536");
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private SocketClient connect(String rest, String... headers) {
    return SocketClient.connect(fixture.http, fixture.webSocketUri(rest), headers);
  }

  private int sessions() {
    return fixture.service.sessionsByLoop().stream().mapToInt(i -> i).sum();
  }

  private static String op(JsonNode frame) {
    return frame.get("op") + " " + frame.at("/d/command").stringValue("");
  }

  @Test
  void check1ChatterinosFlow() throws Exception {
    try (SocketClient client = connect("", "User-Agent", "Chatterino/2.5.1 (abc)")) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        ids.add(Id.generate(i + 1, new Random(i)).toString());
        client.send(
            Examples.tree("client-subscribe-object").toPrettyString().replace(SET, ids.get(i)));
      }
      client.greeted();
      for (String id : ids) {
        assertThat(client.frame().at("/d/data/condition/object_id").stringValue()).isEqualTo(id);
      }
    }
  }

  @Test
  void check2TheExtensionsFlow() throws Exception {
    try (SocketClient client = connect("?app=7tv-extension&version=3.1.0")) {
      client.greeted().send(Examples.compact("client-resume"));
      assertThat(client.frame().get("d").toString()).isEqualTo(Examples.payload("ack-resume"));
      for (String command :
          List.of(
              subscribe("emote_set.*", SET),
              subscribe("user.*", "01H5XXK1A1G7KYHRJXJG7DJ13N"),
              SocketClient.subscribeChannel("entitlement.*", "123456789"),
              SocketClient.subscribeChannel("cosmetic.*", "123456789"),
              SocketClient.subscribeChannel("emote_set.*", "123456789"))) {
        client.send(command);
        assertThat(op(client.frame())).isEqualTo("5 SUBSCRIBE");
      }
      assertThat(fixture.service.hub().loops().stream().mapToLong(l -> l.topics().memberships()))
          .contains(6L);
    }
  }

  @Test
  void check3ALegacyIdIsTheUlid() throws Exception {
    try (SocketClient client = connect("")) {
      client.greeted().send(Examples.compact("client-subscribe-legacy-id"));
      assertThat(client.text()).contains("\"object_id\":\"01F6YT6WH00003W81WR5MXZG86\"");
      ObjectNode user = (ObjectNode) BusSamples.addEvent().get("actor").get("user");
      user.put("_id", "01F6YT6WH00003W81WR5MXZG86");
      fixture.publish(BusSamples.message(BusSamples.event("user", user, "delete", "")));
      assertThat(client.frame().at("/d/type").stringValue()).isEqualTo("user.update");
    }
  }

  @Test
  void check4TheBusMessagesOfTheExamplesLeadToTheirDispatches() throws Exception {
    try (SocketClient client = connect("")) {
      client.greeted().subscribed("emote_set.*", SET);
      client.subscribed("emote_set.delete", "01J1NSEQE8H4QX4FR84G98PBSK");
      client.send(SocketClient.subscribeChannel("cosmetic.*", "123456789")).frame();
      for (String message : List.of("nats-emote-set-add", "nats-user-presence")) {
        fixture.publish(
            JsonToMessagePack.encode(Examples.tree(message).get("messagepack_as_json")));
      }
      for (String expected :
          List.of(
              "dispatch-emote_set.update-add",
              "dispatch-cosmetic.create-badge",
              "dispatch-cosmetic.create-paint-linear",
              "dispatch-emote_set.create-personal",
              "dispatch-emote_set.update-personal-fill",
              "dispatch-entitlement.create-badge",
              "dispatch-entitlement.create-paint",
              "dispatch-entitlement.create-emote-set")) {
        assertThat(client.frame().get("d").toString()).isEqualTo(Examples.payload(expected));
      }
      for (JsonNode vector : Examples.tree("nats-hex-vectors").get("vectors")) {
        fixture.publish(HexFormat.of().parseHex(vector.get("hex").stringValue()));
      }
      assertThat(client.frame().get("d").toString())
          .isEqualTo(
              "{\"type\":\"emote_set.delete\",\"body\":{\"id\":\"01J1NSEQE8H4QX4FR84G98PBSK\","
                  + "\"kind\":3}}");
    }
  }

  @Test
  void check5InlineSubscriptionsOnBothTransports() throws Exception {
    String list = "[{\"type\":\"emote_set.update\",\"condition\":{\"object_id\":\"" + SET + "\"}}]";
    String path = "@emote_set.update%3Cobject_id%3D" + SET + "%3E";
    String query = "?q=" + URLEncoder.encode(list, StandardCharsets.UTF_8);
    for (String rest : List.of(path, query, "")) {
      String[] headers = rest.isEmpty() ? new String[] {"X-7TV-Query", list} : new String[0];
      try (SocketClient client = connect(rest, headers)) {
        assertThat(op(client.frame())).startsWith("1");
        assertThat(op(client.frame())).isEqualTo("5 SUBSCRIBE");
        assertThat(op(client.frame())).startsWith("2");
      }
      String field = rest.isEmpty() ? "X-7TV-Query: " + list + "\r\n" : "";
      try (EventStreamClient client = new EventStreamClient(fixture.port(), "/v3" + rest, field)) {
        assertThat(client.readTo("id: 2"))
            .contains("event: hello", "\"command\":\"SUBSCRIBE\"", "event: heartbeat");
      }
    }
  }

  /** The other rows are in the tests of the protocol, the frames, the requests and the life. */
  @Test
  void check6OddButDeliberate() throws Exception {
    try (SocketClient client = connect("")) {
      client.greeted().subscribed("emote_set.update", SET);
      // A duplicate is silent, a whole type by null, BRIDGE without effect, binary as good as text.
      client.send(subscribe("emote_set.update", SET)).send("{\"op\":38,\"d\":[1]}");
      client.send("{\"op\":36,\"d\":{\"type\":\"emote_set.update\",\"condition\":null}}");
      assertThat(client.frame().get("d").toString())
          .isEqualTo(
              "{\"command\":\"UNSUBSCRIBE\",\"data\":{\"type\":\"emote_set.update\","
                  + "\"condition\":null}}");
      client.send("{\"op\":99,\"d\":{}}");
      assertThat(client.frame().get("d").toString())
          .isEqualTo(Examples.payload("end-of-stream-invalid-payload"));
      assertThat(client.closed()).isEqualTo("1008 Invalid Payload");
    }
  }

  @Test
  void check7Jitter() throws Exception {
    SessionLoop loop = fixture.service.hub().loops().getFirst();
    for (int i = 0; i < 1_000; i++) {
      assertThat(loop.heartbeatMs(i)).isBetween(45_000, 49_500);
      assertThat(loop.ttlTicks(i) * SessionLoop.TICK_MS).isBetween(3_600_000, 3_960_000);
    }
    try (SocketClient client = connect("")) {
      assertThat(client.frame().at("/d/heartbeat_interval").intValue()).isBetween(45_000, 49_500);
      assertThat(client.text()).startsWith("{\"d\":{\"count\":0},\"op\":2,");
    }
  }

  @Test
  void check8WhateverTheBusBrings() throws Exception {
    try (SocketClient client = connect("")) {
      client.greeted().subscribed("emote_set.*", SET);
      byte[] whole = BusSamples.message(BusSamples.addEvent());
      fixture.publish(Arrays.copyOf(whole, whole.length - 7));
      fixture.publish(new byte[MIB]);
      fixture.publish(BusSamples.message());
      ObjectNode newer = BusSamples.addEvent();
      newer.put("unknown_field", 1);
      ((ObjectNode) newer.at("/data/after")).putObject("unknown_field");
      fixture.publish(
          BusSamples.message(BusSamples.event("comet", BusSamples.json("{}"), "seen", ""), newer));
      assertThat(client.frame().get("d").toString())
          .isEqualTo(Examples.payload("dispatch-emote_set.update-add"));
    }
  }

  @Test
  void check9ASlowReaderIsEndedAndDelaysNobody() throws Exception {
    String target = "/v3@emote_set.update%3Cobject_id%3D" + SET + "%3E";
    try (SocketClient reader = connect("").greeted().subscribed("emote_set.update", SET);
        EventStreamClient slow = new EventStreamClient(fixture.port(), target, "")) {
      slow.readTo("id: 2");
      byte[] message = BusSamples.message(BusSamples.longEvent(50_000));
      int published = 0;
      while (sessions() == 2) {
        fixture.publish(message);
        assertThat(reader.frame().get("op").intValue()).isZero();
        published++;
        assertThat(published).as("events until the slow reader is ended").isLessThan(2_000);
      }
    }
  }

  @Test
  void check10EverybodyIsToldOnShutdown() throws Exception {
    List<SocketClient> clients = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      clients.add(connect("").greeted());
    }
    fixture.service.drain(Duration.ofSeconds(5));
    for (SocketClient client : clients) {
      assertThat(client.frame().get("d").toString())
          .isEqualTo(Examples.payload("reconnect-restart"));
      assertThat(client.frame().get("d").toString())
          .isEqualTo(Examples.payload("end-of-stream-restart"));
      assertThat(client.closed()).isEqualTo("1001 Server is restarting");
    }
    await().until(() -> sessions() == 0);
  }

  /**
   * The million is in MillionSessionsTest; sockets with TLS are measured by ./bench connections.
   */
  @Test
  void check11MemoryPerSessionAndSubscription() {
    assertThat(ClassLayout.parseClass(WebSocketSession.class).instanceSize()).isEqualTo(64);
  }
}
