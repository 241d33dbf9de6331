package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of event-api.md §3, frame by frame. */
class FrameRulesTest extends ServiceCases {
  private static final String RESUME = "{\"op\":34,\"d\":{}}";
  private static final int TEXT = 0x81;
  private static final int PONG = 0x8A;
  private static final int CLOSE = 0x88;

  private RawSocketClient connect() throws IOException {
    return new RawSocketClient(fixture.port()).greeted();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void assertResumeAck(RawSocketClient client) throws IOException {
    RawSocketClient.Frame ack = client.read();
    assertThat(ack.first()).as("one whole text frame").isEqualTo(TEXT);
    assertThat(ack.text()).contains("\"command\":\"RESUME\"");
  }

  @Test
  void everyMessageIsOneTextFrameAlsoForABinaryCommand() throws IOException {
    try (RawSocketClient client = new RawSocketClient(fixture.port())) {
      assertThat(client.read().first()).isEqualTo(TEXT);
      assertThat(client.read().first()).isEqualTo(TEXT);
      client.send(RawSocketClient.text(RESUME));
      assertResumeAck(client);
      client.send(RawSocketClient.frame(0x82, utf8(RESUME)));
      assertResumeAck(client);
    }
  }

  @Test
  void fragmentsMakeOneCommandWithAPingBetweenThem() throws IOException {
    try (RawSocketClient client = connect()) {
      client
          .send(RawSocketClient.frame(0x01, utf8(RESUME.substring(0, 5))))
          .send(RawSocketClient.frame(0x89, utf8("now?")))
          .send(RawSocketClient.frame(0x00, utf8(RESUME.substring(5, 6))))
          .send(RawSocketClient.frame(0x80, utf8(RESUME.substring(6))));
      RawSocketClient.Frame pong = client.read();
      assertThat(pong.first()).isEqualTo(PONG);
      assertThat(pong.text()).isEqualTo("now?");
      assertResumeAck(client);
    }
  }

  @Test
  void aPingHasOnePongAndAPongHasNothing() throws IOException {
    try (RawSocketClient client = connect()) {
      client
          .send(RawSocketClient.frame(PONG, utf8("unasked")))
          .send(RawSocketClient.frame(0x89, new byte[0]))
          .send(RawSocketClient.text(RESUME));
      RawSocketClient.Frame pong = client.read();
      assertThat(pong.first()).isEqualTo(PONG);
      assertThat(pong.payload()).isEmpty();
      assertResumeAck(client);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1008, 1011, 1012, 1013, 3000, 4000, 4999})
  void aCloseFrameIsAnsweredWithItsCodeAndReason(int code) throws IOException {
    try (RawSocketClient client = connect()) {
      client.send(RawSocketClient.close(code, "bye \u00fc"));
      RawSocketClient.Frame answer = client.read();
      assertThat(answer.first()).isEqualTo(CLOSE);
      assertThat(answer.code()).isEqualTo(code);
      assertThat(answer.reason()).isEqualTo("bye \u00fc");
      assertThat(client.isAtEnd()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1014, 1015, 1016, 2999, 5000})
  void aCodeThatMustNotBeSentIsAProtocolError(int code) throws IOException {
    try (RawSocketClient client = connect()) {
      client.send(RawSocketClient.close(code, ""));
      RawSocketClient.Frame answer = client.read();
      assertThat(answer.first()).isEqualTo(CLOSE);
      assertThat(answer.code()).isEqualTo(1002);
      assertThat(answer.reason()).isEqualTo("Protocol violation");
      assertThat(client.isAtEnd()).isTrue();
    }
  }

  @Test
  void anEmptyCloseFrameHasAnEmptyAnswer() throws IOException {
    try (RawSocketClient client = connect()) {
      client.send(RawSocketClient.frame(CLOSE, new byte[0]));
      RawSocketClient.Frame answer = client.read();
      assertThat(answer.first()).isEqualTo(CLOSE);
      assertThat(answer.payload()).isEmpty();
      assertThat(client.isAtEnd()).isTrue();
    }
  }

  /** Dropped without a word by the service of today; §20 row 27 wants the reason told. */
  @ParameterizedTest
  @CsvSource({
    "89 FE 007E 00000000, 1002", // a control frame of 126 bytes
    "81 80 00000000 01 81 00000000 61 81 81 00000000 61, 1002", // a new message inside one
    "88 83 00000000 03E8FF, 1007", // a reason that is not UTF-8
    "01 81 00000000 C3 80 81 00000000 28, 1007", // a letter broken between fragments
    "A1 80 00000000, 1002", // the other reserved bits
    "91 80 00000000, 1002",
    "8B 80 00000000, 1002", // a reserved control opcode
  })
  void whatBreaksTheProtocolEndsTheConnection(String hex, int code) throws IOException {
    try (RawSocketClient client = connect()) {
      client.sendHex(hex);
      RawSocketClient.Frame frame = client.read();
      while (frame.first() != CLOSE) {
        frame = client.read(); // the empty message in front of one of them is a bad command
      }
      assertThat(frame.code()).isIn(code, 1008);
    }
  }

  @Test
  void aMessageOfTwoLargeFragmentsIsTooLarge() throws IOException {
    try (RawSocketClient client = connect()) {
      byte[] part = " ".repeat(9_217).getBytes(StandardCharsets.US_ASCII);
      client.send(RawSocketClient.frame(0x01, part)).send(RawSocketClient.frame(0x80, part));
      assertThat(client.read().code()).isEqualTo(1009);
    }
  }

  @Test
  void theLargestFrameAndMessageAreCommands() throws IOException {
    try (RawSocketClient client = connect()) {
      byte[] frame = utf8(" ".repeat(16_384 - RESUME.length()) + RESUME);
      client.send(RawSocketClient.frame(0x81, frame));
      assertResumeAck(client);
      byte[] rest = utf8(" ".repeat(18_432 - 16_384 - RESUME.length()) + RESUME);
      client
          .send(RawSocketClient.frame(0x01, utf8(" ".repeat(16_384))))
          .send(RawSocketClient.frame(0x80, rest));
      assertResumeAck(client);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "{\"op\":\"35\",\"d\":{}}", "{\"op\":99,\"d\":{}}", ""})
  void whatIsNoCommandEndsTheSessionWithoutAnError(String text) throws IOException {
    try (RawSocketClient client = connect()) {
      client.send(RawSocketClient.text(text));
      assertThat(client.read().text()).contains("\"code\":4002", "\"op\":7");
      RawSocketClient.Frame close = client.read();
      assertThat(close.code()).isEqualTo(1008);
      assertThat(close.reason()).isEqualTo("Invalid Payload");
    }
  }

  /** §19 rows 16 and 17: what is under way is read and dropped, and nothing is lost by a reset. */
  @Test
  void commandsBehindTheEndAreDroppedAndTheEndArrives() throws IOException {
    try (RawSocketClient client = connect()) {
      client.send(RawSocketClient.text("x"));
      for (int i = 0; i < 200; i++) {
        client.send(RawSocketClient.text(RESUME));
      }
      assertThat(client.read().text()).contains("\"code\":4002");
      assertThat(client.read().first()).isEqualTo(CLOSE);
      client.send(RawSocketClient.close(1008, ""));
      assertThat(client.isAtEnd()).isTrue();
    }
  }

  /** RFC 6455 §7.1.7 lets a server do so; the answer may be on its way for seconds. */
  @Test
  void whoDoesNotAnswerTheCloseFrameIsGivenUpAfterAWhile() throws IOException {
    try (RawSocketClient client = connect()) {
      client.send(RawSocketClient.text("x")).send(RawSocketClient.text(RESUME));
      assertThat(client.read().text()).contains("\"code\":4002");
      assertThat(client.read().first()).isEqualTo(CLOSE);
      assertThat(client.isAtEnd()).isTrue();
    }
  }

  /** §19 row 19. */
  @Test
  void commandsInOneSegmentWithTheHandshakeAreHandledAfterHello() throws IOException {
    byte[] behind = RawSocketClient.text(RESUME);
    try (RawSocketClient client = new RawSocketClient(fixture.port(), behind)) {
      assertThat(client.read().text()).contains("\"op\":1,");
      assertThat(client.read().text()).contains("\"op\":2,");
      assertResumeAck(client);
    }
  }
}
