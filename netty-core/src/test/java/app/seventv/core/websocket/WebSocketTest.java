package app.seventv.core.websocket;

import static app.seventv.core.websocket.RawWebSocket.masked;
import static app.seventv.core.websocket.RawWebSocket.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.OverWires;
import app.seventv.core.http.Wire;
import java.util.HexFormat;

/** Frames on the wire, byte by byte. */
class WebSocketTest extends WebSocketFixture {
  @OverWires
  void textIsEchoedWhole(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      for (int length : new int[] {0, 1, 7, 125, 126, 700}) {
        String text = "é".repeat(length / 2) + "x".repeat(length % 2);
        client.send(0x81, utf8(text));
        assertThat(client.receive()).isEqualTo("81:" + text);
      }
    }
  }

  @OverWires
  void framesMaySplitAnywhere(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      for (byte b : masked(0x81, utf8("dribbled €"))) {
        client.out.write(b);
        client.out.flush();
      }
      assertThat(client.receive()).isEqualTo("81:dribbled €");
    }
  }

  @OverWires
  void manyFramesInOneSegment(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      byte[] one = masked(0x81, utf8("a"));
      byte[] all = new byte[one.length * 500];
      for (int i = 0; i < 500; i++) {
        System.arraycopy(one, 0, all, i * one.length, one.length);
      }
      client.out.write(all);
      for (int i = 0; i < 500; i++) {
        assertThat(client.receive()).isEqualTo("81:a");
      }
    }
  }

  @OverWires
  void fragmentsJoinAndControlFramesInterleave(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      byte[] euro = utf8("€");
      client.send(0x01, new byte[] {euro[0]});
      client.send(0x89, utf8("are you there"));
      assertThat(client.receive()).isEqualTo("8a:are you there");
      client.send(0x80, new byte[] {euro[1], euro[2]});
      assertThat(client.receive()).isEqualTo("81:€");
    }
  }

  @OverWires
  void violationsFailTheConnectionWithTheRightCode(Wire wire) throws Exception {
    expectClose(wire, 0xC1, utf8("x"), "03ea"); // reserved bit: 1002
    expectClose(wire, 0x83, utf8("x"), "03ea"); // unknown opcode
    expectClose(wire, 0x80, utf8("x"), "03ea"); // stray continuation
    expectClose(wire, 0x09, utf8("x"), "03ea"); // fragmented ping
    expectClose(wire, 0x81, new byte[] {(byte) 0xC3, 0x28}, "03ef"); // bad UTF-8: 1007
    expectClose(
        wire, 0x81, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, "03ef"); // surrogate
    expectClose(wire, 0x81, new byte[1001], "03f1"); // frame over the limit: 1009
    expectClose(wire, 0x88, new byte[] {3}, "03ea"); // close frame of one byte
    expectClose(wire, 0x88, new byte[] {3, (byte) 0xEE}, "03ea"); // 1006 must not be sent
  }

  private void expectClose(Wire wire, int first, byte[] payload, String code) throws Exception {
    try (RawWebSocket client = open(wire)) {
      client.send(first, payload);
      assertThat(client.receive()).startsWith("88:" + code);
      client.awaitEnd();
    }
  }

  @OverWires
  void messageLimitHoldsOverFragments(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      client.send(0x01, new byte[900]);
      client.send(0x00, new byte[900]);
      client.send(0x00, new byte[900]);
      assertThat(client.receive()).startsWith("88:03f1");
      client.awaitEnd();
    }
  }

  @OverWires
  void closeHandshakeBothWays(Wire wire) throws Exception {
    closes.clear();
    try (RawWebSocket client = open(wire)) {
      client.send(0x88, new byte[] {0x0F, (byte) 0xA0});
      assertThat(client.receive()).isEqualTo("88:0fa0");
      client.awaitEnd();
    }
    awaitClose("4000");
    try (RawWebSocket client = open(wire)) {
      client.send(0x81, utf8("close 4001"));
      assertThat(client.receive())
          .isEqualTo("88:0fa1" + HexFormat.of().formatHex(utf8("as asked")));
      client.send(0x88, new byte[] {0x0F, (byte) 0xA1});
      client.awaitEnd();
    }
    awaitClose("4001 as asked");
  }

  @OverWires
  void silentClientIsCutOffAfterTheCloseTimeout(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire, "/impatient", new byte[0])) {
      client.send(0x81, utf8("close 4002"));
      assertThat(client.receive()).startsWith("88:0fa2");
      client.awaitEnd();
    }
  }

  @OverWires
  void vanishedClientIsReported(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      client.send(0x81, utf8("going"));
      assertThat(client.receive()).isEqualTo("81:going");
      client.send(0x01, utf8("half"));
    }
    awaitClose("1006  after going");
  }

  @OverWires
  void binaryPingsAndOtherThreads(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire)) {
      client.send(0x82, utf8("bytes"));
      assertThat(client.receive()).isEqualTo("82:bytes");
      client.send(0x81, utf8("other thread"));
      assertThat(client.receive()).isEqualTo("82:b");
      assertThat(client.receive()).isEqualTo("89:");
      client.send(0x8A, new byte[0]);
      assertThat(client.receive()).isEqualTo("81:pong");
    }
  }

  @OverWires
  void framesBehindTheHandshakeAreNotLost(Wire wire) throws Exception {
    try (RawWebSocket client = open(wire, "/ws", masked(0x81, utf8("hasty")))) {
      assertThat(client.receive()).isEqualTo("81:hasty");
    }
  }

  @OverWires
  void failedConnectionStillDeliversTheCloseFrame(Wire wire) throws Exception {
    closes.clear();
    try (RawWebSocket client = open(wire)) {
      byte[] refused = masked(0x82, new byte[1_001]);
      for (int i = 0; i < 2_000; i++) {
        client.out.write(refused);
      }
      assertThat(client.receive()).startsWith("88:03f1");
      client.awaitEnd();
    }
    awaitClose("1009");
  }

  @OverWires
  void slowReaderIsFelt(Wire wire) throws Exception {
    mostPending.set(0);
    try (RawWebSocket client = open(wire)) {
      client.send(0x81, utf8("flood"));
      for (int i = 0; i < FLOOD_FRAMES; i++) {
        assertThat(client.in.readUnsignedShort()).isEqualTo(0x827E);
        assertThat(client.in.readUnsignedShort()).isEqualTo(FLOOD_FRAME_BYTES);
        client.in.skipNBytes(FLOOD_FRAME_BYTES);
      }
    }
    assertThat(mostPending.get()).isBetween(48L << 10, 96L << 10);
  }

  @OverWires
  void vanishedWithoutCloseFrame(Wire wire) throws Exception {
    closes.clear();
    try (RawWebSocket client = open(wire)) {
      client.send(0x81, utf8("hello"));
      assertThat(client.receive()).isEqualTo("81:hello");
      client.tunnel.end();
      client.awaitEnd();
    }
    awaitClose("1006  after hello");
  }
}
