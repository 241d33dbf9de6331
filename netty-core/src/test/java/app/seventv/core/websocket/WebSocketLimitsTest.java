package app.seventv.core.websocket;

import static app.seventv.core.websocket.MemoryTransport.clientFrame;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Values at a websocket's limit are accepted, values one beyond it refused (docs/limits.md). */
class WebSocketLimitsTest {
  private static final int TEXT = 0x81;
  private static final int TEXT_START = 0x01;
  private static final int CONTINUATION = 0x00;
  private static final int LAST = 0x80;
  private static final int PONG = 0x8A;
  private static final String POLICY_VIOLATION = "03f0";
  private static final String TOO_BIG = "03f1";

  private final MemoryTransport transport = new MemoryTransport();
  private final RecordingListener listener = new RecordingListener();

  private WebSocketSession open(UnaryOperator<WebSocketOptions.Builder> limits) {
    transport.options = limits.apply(WebSocketOptions.builder()).build();
    WebSocketSession opened = new WebSocketSession(transport, true, listener);
    opened.open("");
    listener.events.clear();
    return opened;
  }

  @AfterEach
  void everyBufferIsReleased() {
    assertThat(transport.heldBytes()).isZero();
  }

  private void assertOpen(WebSocketSession session) {
    assertThat(transport.takeWritten()).isEmpty();
    assertThat(transport.calls).isEmpty();
    assertThat(session.work()).isNull();
  }

  @Test
  void frameBytes() {
    WebSocketSession session = open(b -> b.maxFrameBytes(1_000));
    session.receive(clientFrame(TEXT, text(1_000)));
    assertThat(listener.events).hasSize(1);
    assertOpen(session);
    session.receive(clientFrame(TEXT, text(1_001)));
    assertThat(transport.takeWritten()).contains(TOO_BIG);
    assertThat(listener.events).hasSize(1);
    session.transportClosed();
  }

  @Test
  void messageBytes() {
    WebSocketSession session = open(b -> b.maxMessageBytes(1_000));
    session.receive(clientFrame(TEXT_START, text(600)));
    session.receive(clientFrame(LAST, text(400)));
    assertThat(listener.events).hasSize(1);
    assertOpen(session);
    session.receive(clientFrame(TEXT_START, text(600)));
    session.receive(clientFrame(LAST, text(401)));
    assertThat(transport.takeWritten()).contains(TOO_BIG);
    session.transportClosed();
  }

  @Test
  void fragments() {
    WebSocketSession session = open(b -> b.maxFragments(4));
    session.receive(clientFrame(TEXT_START, text(1)));
    session.receive(clientFrame(CONTINUATION, text(1)));
    session.receive(clientFrame(CONTINUATION, text(1)));
    session.receive(clientFrame(LAST, text(1)));
    assertThat(listener.events).containsExactly("text xxxx");
    assertOpen(session);
    session.receive(clientFrame(TEXT_START, text(1)));
    session.receive(clientFrame(CONTINUATION, text(1)));
    session.receive(clientFrame(CONTINUATION, text(1)));
    session.receive(clientFrame(CONTINUATION, text(1)));
    assertThat(transport.takeWritten()).isEmpty();
    session.receive(clientFrame(LAST, text(1)));
    assertThat(transport.takeWritten()).contains(POLICY_VIOLATION);
    session.transportClosed();
  }

  @Test
  void controlFramesPerWindow() {
    WebSocketSession session = open(b -> b.maxControlFrames(3).controlWindowMs(1_000));
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 3; i++) {
        session.receive(clientFrame(PONG, text(0)));
      }
      assertOpen(session);
      transport.advance(1_001); // a new window
    }
    for (int i = 0; i < 4; i++) {
      session.receive(clientFrame(PONG, text(0)));
    }
    assertThat(transport.takeWritten()).contains(POLICY_VIOLATION);
    session.transportClosed();
  }

  @Test
  void closeTimeout() {
    WebSocketSession session = open(b -> b.closeTimeoutMs(2_000));
    session.close(1000, "");
    transport.advance(1_999);
    assertThat(transport.calls).isEmpty();
    transport.advance(1);
    assertThat(transport.calls).isNotEmpty();
    session.transportClosed();
  }

  @Test
  void smallMessagesAreNotCompressed() {
    WebSocketSession session = open(b -> b.compression(true).minCompressedBytes(100));
    session.writeText(Unpooled.wrappedBuffer(text(99)));
    assertThat(transport.takeWritten()).startsWith("81");
    session.writeText(Unpooled.wrappedBuffer(text(100)));
    assertThat(transport.takeWritten()).startsWith("c1");
    session.transportClosed();
  }

  private static byte[] text(int length) {
    return "x".repeat(length).getBytes(StandardCharsets.US_ASCII);
  }
}
