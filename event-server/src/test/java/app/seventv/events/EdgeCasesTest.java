package app.seventv.events;

import static app.seventv.events.SocketClient.subscribe;
import static app.seventv.events.SocketClient.subscribeChannel;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.events.dispatch.BusSamples;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Rows of event-api.md §19 that no other test is about; its number is in each name. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class EdgeCasesTest {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";
  private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  private static final int TIMEOUT_MS = 30_000;
  private static final String RESUME = "{\"op\":34,\"d\":{}}";

  @TempDir static Path directory = Path.of(".");

  private ServiceFixture fixture;

  @BeforeAll
  void start() throws Exception {
    fixture = new ServiceFixture(directory, "subscription_limit = 4");
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  private SocketClient connect(String rest, String... headers) {
    return SocketClient.connect(fixture.http, fixture.webSocketUri(rest), headers);
  }

  private static void assertEnd(SocketClient client, int code) throws InterruptedException {
    assertThat(client.frame().at("/d/code").intValue()).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Upgrade: websocket|Connection: upgrade|Sec-WebSocket-Version: 13|",
        "Upgrade: websocket|Connection: upgrade|Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==|",
        "Upgrade: websocket|Connection: upgrade|Sec-WebSocket-Version: 8|Sec-WebSocket-Key: A|",
        "Upgrade: h2c|Connection: upgrade|",
        "Upgrade: websocket, h2c|Connection: upgrade|Sec-WebSocket-Version: 13|Sec-WebSocket-Key:"
            + " A|",
        ""
      })
  void row1AFailedHandshakeIsAStream(String fields) throws Exception {
    try (EventStreamClient client =
        new EventStreamClient(fixture.port(), "/v3", fields.replace("|", "\r\n"))) {
      assertThat(client.readTo("id: 0")).startsWith("HTTP/1.1 200 OK").contains("event: hello");
    }
  }

  /** A key is not looked at, and the connection only has to contain the word (§2.4). */
  @ParameterizedTest
  @ValueSource(strings = {"keep-alive, Upgrade", "x-UPGRADEs"})
  void anyKeyWillDo(String connection) throws Exception {
    String fields =
        "Upgrade: WebSocket|Connection: "
            + connection
            + "|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: abc|";
    try (EventStreamClient client =
        new EventStreamClient(fixture.port(), "/v3", fields.replace("|", "\r\n"))) {
      assertThat(client.readTo(""))
          .startsWith("HTTP/1.1 101 ")
          .contains("sec-websocket-accept: zwKd5BnoWxQ6GxTxxSmBSHGHX9M=\n");
    }
  }

  /** HTTP/1.0 knows no upgrade (RFC 9110 §7.8), so a handshake in it is a stream, too. */
  @Test
  void row1AHandshakeInHttp10IsAStream() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.port())) {
      assertThat(head(socket, "HTTP/1.0", KEY)).startsWith("HTTP/1.1 200 OK");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-WebSocket-Key: x",
        "Sec-WebSocket-Key: 0123456789abcdef0123456789abcdef",
        KEY + "\r\nSec-WebSocket-Extensions: ;;permessage-deflate;=",
        KEY + "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
      })
  void neitherTheKeyNorOffersAreLookedAt(String fields) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.port())) {
      assertThat(head(socket, "HTTP/1.1", fields))
          .startsWith("HTTP/1.1 101 ")
          .doesNotContain("sec-websocket-extensions");
    }
  }

  /** Sends a handshake and reads the head of the answer. */
  private static String head(Socket socket, String version, String fields) throws IOException {
    String request =
        "GET /v3 "
            + version
            + "\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\n"
            + fields
            + "\r\n\r\n";
    socket.setSoTimeout(TIMEOUT_MS);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    StringBuilder read = new StringBuilder();
    while (read.indexOf("\r\n\r\n") < 0) {
      read.append((char) new DataInputStream(socket.getInputStream()).readUnsignedByte());
    }
    return read.toString();
  }

  @Test
  void row2AnEmptyConditionIsFatal() throws Exception {
    try (SocketClient client = connect("").greeted()) {
      client.send(Examples.compact("client-subscribe-empty-condition"));
      assertThat(client.frame().get("op").intValue()).isEqualTo(7);
    }
  }

  @Test
  void row3ADuplicateIsSilent() throws Exception {
    try (SocketClient client = connect("").greeted().subscribed("emote_set.*", SET)) {
      client.send(subscribe("emote_set.*", SET)).send(RESUME);
      assertThat(client.frame().at("/d/command").stringValue()).isEqualTo("RESUME");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"op\":36,\"d\":{\"type\":\"emote_set.*\",\"condition\":{\"object_id\":\""
            + SET
            + "\"}}}",
        "{\"op\":36,\"d\":{\"type\":\"emote_set.*\"}}"
      })
  void row4UnsubscribingTheUnknownIsFatal(String command) throws Exception {
    try (SocketClient client = connect("").greeted().subscribed("emote_set.update", SET)) {
      client.send(command);
      assertThat(client.frame().get("d").toString())
          .isEqualTo(Examples.payload("error-not-subscribed"));
      assertThat(client.frame().get("d").toString())
          .isEqualTo(Examples.payload("end-of-stream-not-subscribed"));
    }
  }

  @Test
  void rows5And6HiddenTopicsCountAndADuplicateAtTheLimitIsFatal() throws Exception {
    try (SocketClient client = connect("").greeted()) {
      client.send(subscribeChannel("cosmetic.*", "1")); // and the hidden one
      client.frame();
      client.subscribed("emote_set.*", SET); // three
      client.send(subscribeChannel("cosmetic.*", "2")).frame(); // four, and one above the limit
      client.send(subscribe("emote_set.*", SET));
      assertThat(client.frame().get("d").toString())
          .isEqualTo(Examples.payload("error-too-many-subscriptions"));
      assertEnd(client, 4005);
      assertThat(client.closed()).isEqualTo("1008 Rate limit reached");
    }
  }

  @Test
  void rows9And10AnAckHasItsOwnNumberAndTheIdAsUlid() throws Exception {
    try (SocketClient client = connect("").greeted()) {
      client.send(subscribe("user.update", "60b39e943e203cc169dfc106"));
      JsonNode ack = client.frame();
      assertThat(ack.at("/d/data/id")).isEqualTo(ack.get("s"));
      assertThat(ack.at("/d/data/condition/object_id").stringValue())
          .isEqualTo("01F6YT6WH00003W81WR5MXZG86");
      client.send(subscribe("user.*", "017e6a8f-1000-0000-0000-0000000000ab"));
      assertThat(client.frame().at("/d/data/condition/object_id").stringValue()).hasSize(26);
    }
  }

  @Test
  void row13AnUnknownOpcodeIsNotAForbiddenOne() throws Exception {
    for (int op : new int[] {0, 1, 2, 4, 5, 6, 7, 33, 37}) {
      try (SocketClient client = connect("").greeted()) {
        client.send("{\"op\":" + op + ",\"d\":{}}");
        assertThat(client.frame().get("d").toString())
            .isEqualTo(Examples.payload("error-invalid-opcode"));
        assertThat(client.frame().get("d").toString())
            .isEqualTo(Examples.payload("end-of-stream-unknown-operation"));
      }
    }
    for (int op : new int[] {3, 8, 39, 99}) {
      try (SocketClient client = connect("").greeted()) {
        client.send("{\"op\":" + op + ",\"d\":{}}");
        assertEnd(client, 4002);
      }
    }
  }

  @Test
  void row18ResumeMayComeBeforeOrAfterSubscribing() throws Exception {
    try (SocketClient client = connect("").greeted()) {
      client.send(RESUME).send(subscribe("emote_set.*", SET)).send(RESUME);
      for (String command : new String[] {"RESUME", "SUBSCRIBE", "RESUME"}) {
        assertThat(client.frame().at("/d/command").stringValue()).isEqualTo(command);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"@", "@nonsense", "@emote_set.update%3Cobject_id%3Dx%3E"})
  void row21AnEmptyListInThePathStillCounts(String path) throws Exception {
    String list = "[{\"type\":\"emote_set.*\",\"condition\":{\"object_id\":\"" + SET + "\"}}]";
    try (SocketClient client = connect(path + "?q=nonsense", "X-7TV-Query", list)) {
      client.greeted(); // no ACK between
    }
  }

  /** §2.5, last rule. */
  @Test
  void aPathItemWhoseChannelIsNoNumberIsFatal() throws Exception {
    String item = "@cosmetic.*%3Cctx%3Dchannel;platform%3DTWITCH;id%3Dsam%3E";
    try (SocketClient client = connect(item)) {
      assertThat(client.frame().get("op").intValue()).isEqualTo(1);
      assertThat(client.frame().get("d").toString())
          .isEqualTo(Examples.payload("error-invalid-subscription-condition"));
      assertEnd(client, 4002);
    }
  }

  @Test
  void row29LeadingZerosNameTheSameChannel() throws Exception {
    try (SocketClient client = connect("").greeted()) {
      client.send(subscribeChannel("cosmetic.*", "0123")).frame();
      client.send(subscribeChannel("cosmetic.*", "123")).send(RESUME);
      assertThat(client.frame().at("/d/command").stringValue()).isEqualTo("RESUME");
    }
  }

  @Test
  void row30YoutubeIdsAreComparedByteForByte() throws Exception {
    String youtube =
        "{\"op\":35,\"d\":{\"type\":\"cosmetic.*\",\"condition\":{\"ctx\":\"channel\","
            + "\"platform\":\"YOUTUBE\",\"id\":\"%s\"}}}";
    try (SocketClient client = connect("").greeted()) {
      String longest = "U".repeat(1_000);
      for (String id : new String[] {"UCabc", longest}) {
        client.send(youtube.formatted(id));
        assertThat(client.frame().at("/d/data/condition/id").stringValue()).isEqualTo(id);
      }
    }
    try (SocketClient client = connect("").greeted()) {
      client.send(youtube.formatted("UCabc")).frame();
      client.send(youtube.formatted("UCABC"));
      assertThat(client.frame().at("/d/data/condition/id").stringValue()).isEqualTo("UCABC");
    }
  }

  @Test
  void row31AVeryLargeFrameIsOneMessage() throws Exception {
    try (SocketClient client = connect("").greeted()) {
      client.send(subscribeChannel("cosmetic.*", "123456789")).frame();
      ObjectNode event = BusSamples.presenceEvent();
      ObjectNode set = (ObjectNode) event.at("/data/personal_emote_sets/0");
      ArrayNode entries = (ArrayNode) set.at("/emote_set/emotes");
      ArrayNode emotes = (ArrayNode) set.get("emotes");
      JsonNode entry = entries.get(0);
      JsonNode emote = emotes.get(0);
      for (int i = 0; i < 300; i++) {
        String id = "01HF7YAT3FHM8HEE7QV4YSR%03d".formatted(i);
        entries.add(((ObjectNode) entry.deepCopy()).put("id", id));
        emotes.add(((ObjectNode) emote.deepCopy()).put("_id", id));
      }
      fixture.publish(BusSamples.message(event));
      String text = client.text();
      while (!text.contains("\"pushed\"")) {
        text = client.text();
      }
      assertThat(text).hasSizeGreaterThan(256 << 10).endsWith("}");
    }
  }

  @Test
  void row34EmptyBatchesLeadToNothing() throws Exception {
    try (SocketClient client = connect("").greeted().subscribed("emote_set.*", SET)) {
      for (int i = 0; i < 50; i++) {
        fixture.publish(BusSamples.message());
      }
      fixture.publish(BusSamples.message(BusSamples.addEvent()));
      assertThat(client.frame().at("/d/type").stringValue()).isEqualTo("emote_set.update");
    }
  }
}
