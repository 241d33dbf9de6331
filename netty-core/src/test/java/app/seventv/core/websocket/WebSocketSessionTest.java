package app.seventv.core.websocket;

import static app.seventv.core.websocket.MemoryTransport.clientFrame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The state machine without a network. */
class WebSocketSessionTest {
  private final MemoryTransport transport = new MemoryTransport();
  private final RecordingListener listener = new RecordingListener();
  private final WebSocketSession session =
      open(
          WebSocketOptions.builder()
              .maxFrameBytes(100_000)
              .maxMessageBytes(150_000)
              .maxFragments(8)
              .maxControlFrames(5)
              .controlWindowMs(1_000)
              .build());

  private WebSocketSession open(WebSocketOptions options) {
    transport.options = options;
    WebSocketSession opened = new WebSocketSession(transport, false, listener);
    opened.open("");
    listener.events.clear();
    return opened;
  }

  @AfterEach
  void everyBufferIsReleased() {
    session.transportClosed();
    assertThat(transport.heldBytes()).isZero();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void idleSessionKeepsNothing() {
    assertThat(session.work()).isNull();
    ByteBuf fragment = clientFrame(0x01, utf8("half"));
    session.receive(fragment.readBytes(3));
    session.receive(fragment);
    assertThat(session.work()).isNotNull();
    session.receive(clientFrame(0x89, utf8("ping")));
    session.receive(clientFrame(0x80, utf8(" whole")));
    assertThat(listener.events).containsExactly("text half whole");
    assertThat(session.work()).isNull();
  }

  @Test
  void anySplitGivesTheSameMessages() {
    ByteBuf stream = Unpooled.buffer();
    stream.writeBytes(clientFrame(0x81, utf8("x".repeat(70_000) + "é")));
    stream.writeBytes(clientFrame(0x02, new byte[300]));
    stream.writeBytes(clientFrame(0x8A, utf8("pong")));
    stream.writeBytes(clientFrame(0x00, new byte[0]));
    stream.writeBytes(clientFrame(0x80, new byte[] {1, 2, 3}, 0xCAFEBABE));
    stream.writeBytes(clientFrame(0x81, new byte[0]));
    stream.writeBytes(clientFrame(0x81, utf8("😀 end")));
    session.receive(stream.copy());
    List<String> whole = List.copyOf(listener.events);
    assertThat(whole).hasSize(5).contains("pong", "text 😀 end");
    Random random = new Random(1);
    for (int maxPiece : new int[] {1, 2, 7, 130, 5_000}) {
      listener.events.clear();
      transport.advance(2_000);
      MemoryTransport.receiveSplit(session, stream.copy(), random, maxPiece);
      assertThat(listener.events).isEqualTo(whole);
      assertThat(session.work()).isNull();
    }
  }

  @Test
  void wrongTextFailsBeforeItsFrameIsComplete() {
    ByteBuf frame = clientFrame(0x81, new byte[] {'o', 'k', (byte) 0xFF, 'x', 'x', 'x', 'x'});
    session.receive(frame.readBytes(6 + 2));
    assertThat(transport.takeWritten()).isEmpty();
    session.receive(frame.readBytes(1));
    assertThat(transport.takeWritten()).startsWith("88").contains("03ef");
    assertThat(transport.calls).containsExactly("close");
    session.transportClosed();
    assertThat(listener.events).containsExactly("close 1007 text is not UTF-8");
    assertThat(session.work()).isNull();
  }

  @Test
  void limitsAnswerFromTheHeaderAlone() {
    session.receive(Unpooled.wrappedBuffer(new byte[] {(byte) 0x82, (byte) 0xFF, 0, 0, 0, 0}));
    session.receive(
        Unpooled.wrappedBuffer(new byte[] {0, 1, (byte) 0x86, (byte) 0xA1, 1, 1, 1, 1}));
    assertThat(transport.takeWritten()).contains("03f1");
  }

  @Test
  void messageLimitCountsAllFragments() {
    session.receive(clientFrame(0x02, new byte[100_000]));
    ByteBuf second = clientFrame(0x80, new byte[50_001]);
    session.receive(second.readBytes(7));
    assertThat(transport.takeWritten()).isEmpty();
    session.receive(second.readBytes(1));
    assertThat(transport.takeWritten()).contains("03f1");
  }

  @Test
  void fragmentsAreCapped() {
    session.receive(clientFrame(0x02, new byte[0]));
    for (int i = 0; i < 7; i++) {
      session.receive(clientFrame(0x00, new byte[0]));
    }
    assertThat(transport.takeWritten()).isEmpty();
    session.receive(clientFrame(0x00, new byte[0]));
    assertThat(transport.takeWritten()).contains("03f0");
    assertThat(Objects.requireNonNull(session.work()).message).isNull();
  }

  @Test
  void lengthsMustBeInTheirShortestForm() {
    for (String header :
        List.of(
            "81fe007d01020304",
            "81ff000000000000ffff01020304",
            "82ff8000000000000001" + "01020304")) {
      WebSocketSession fresh = open(WebSocketOptions.DEFAULT);
      fresh.receive(Unpooled.wrappedBuffer(java.util.HexFormat.of().parseHex(header)));
      assertThat(transport.takeWritten()).contains("03ea");
    }
  }

  @Test
  void controlFloodIsRefusedPerWindow() {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 5; i++) {
        session.receive(clientFrame(0x8A, new byte[0]));
      }
      transport.advance(1_001);
    }
    assertThat(listener.events).hasSize(15);
    for (int i = 0; i < 6; i++) {
      session.receive(clientFrame(0x89, new byte[0]));
    }
    assertThat(transport.takeWritten()).startsWith("8a00").contains("03f0");
  }

  @Test
  void onlyTheLatestPingIsAnsweredOnceThereIsRoom() {
    transport.writable = false;
    session.receive(clientFrame(0x89, utf8("first")));
    session.receive(clientFrame(0x89, utf8("2")));
    assertThat(transport.takeWritten()).isEmpty();
    transport.writable = true;
    session.writabilityChanged();
    assertThat(transport.takeWritten()).isEqualTo("8a0132");
    assertThat(session.work()).isNull();
    assertThat(listener.events).containsExactly("writable true");
  }

  @Test
  void closeIsEchoedAndWhatFollowsIgnored() {
    session.receive(
        Unpooled.wrappedBuffer(
            clientFrame(0x88, new byte[] {0x0F, (byte) 0xA0, 'b', 'y', 'e'}),
            clientFrame(0x81, utf8("late")),
            clientFrame(0x89, utf8("late"))));
    assertThat(transport.takeWritten()).isEqualTo("88050fa0627965");
    assertThat(transport.calls).containsExactly("close");
    session.writeText(Unpooled.copiedBuffer("late", StandardCharsets.UTF_8));
    assertThat(transport.takeWritten()).isEmpty();
    session.transportClosed();
    session.transportClosed();
    assertThat(listener.events).containsExactly("close 4000 bye");
    assertThat(session.work()).isNull();
  }

  @Test
  void closeWithoutCodeIsEchoedWithoutCode() {
    session.receive(clientFrame(0x88, new byte[0]));
    assertThat(transport.takeWritten()).isEqualTo("8800");
    session.transportClosed();
    assertThat(listener.events).containsExactly("close 1005 ");
  }

  @Test
  void closingFromHereWaitsForThePeer() {
    session.close(4001, "later");
    assertThat(transport.takeWritten()).startsWith("88070fa1");
    session.receive(clientFrame(0x81, utf8("ignored")));
    assertThat(transport.calls).isEmpty();
    transport.advance(4_999);
    assertThat(transport.calls).isEmpty();
    session.receive(clientFrame(0x88, new byte[] {0x0F, (byte) 0xA1}));
    assertThat(transport.calls).containsExactly("close");
    transport.advance(2);
    assertThat(transport.calls).containsExactly("close", "abort");
    session.transportClosed();
    assertThat(listener.events).containsExactly("close 4001 later");
  }

  @Test
  void closeCodesThatMustNotBeSentAreRefused() {
    for (int code : new int[] {0, 999, 1004, 1006, 1015, 2999, 5000}) {
      assertThatThrownBy(() -> session.close(code, ""))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void longReasonsAreCutAtACharacter() {
    session.close(1000, "é".repeat(100));
    String written = transport.takeWritten();
    assertThat(written).startsWith("887c03e8").endsWith("c3a9").hasSize(2 * (2 + 124));
  }

  @Test
  void brokenListenerClosesTheSession() {
    WebSocketListener broken =
        new WebSocketListener() {
          @Override
          public void onOpen(WebSocket socket, String subprotocol) {}

          @Override
          public void onText(WebSocket socket, ByteBuf text) {
            throw new IllegalStateException("expected by the test");
          }

          @Override
          public void onClose(WebSocket socket, int code, String reason) {
            listener.events.add("close " + code);
          }
        };
    WebSocketSession other = new WebSocketSession(transport, false, broken);
    other.open("");
    other.receive(clientFrame(0x81, utf8("boom")));
    assertThat(transport.takeWritten()).isEqualTo("880203f3");
    other.transportClosed();
    assertThat(listener.events).containsExactly("close 1011");
  }

  @Test
  void bytesBeforeTheOpeningWait() {
    WebSocketSession early = new WebSocketSession(transport, false, listener);
    ByteBuf frame = clientFrame(0x81, utf8("hasty"));
    early.receive(frame.readBytes(4));
    early.receive(frame);
    assertThat(listener.events).isEmpty();
    early.open("chat");
    assertThat(listener.events).containsExactly("open chat", "text hasty");
    assertThat(early.work()).isNull();
  }

  @Test
  void largeMessagesAreSentWithoutACopy() {
    ByteBuf payload = Unpooled.wrappedBuffer(new byte[70_000]);
    session.writeBinary(payload);
    assertThat(transport.takeWritten()).startsWith("827f0000000000011170").hasSize(2 * 70_010);
    assertThat(payload.refCnt()).isZero();
  }
}
