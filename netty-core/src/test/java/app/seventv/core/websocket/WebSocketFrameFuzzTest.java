package app.seventv.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;

/** Random frames: what a session does depends on the bytes alone, not on how they arrive. */
class WebSocketFrameFuzzTest {
  private static final int MAX_MESSAGE_BYTES = 400;
  private static final WebSocketOptions OPTIONS =
      WebSocketOptions.builder()
          .maxFrameBytes(300)
          .maxMessageBytes(MAX_MESSAGE_BYTES)
          .maxFragments(5)
          .maxControlFrames(8)
          .compression(true)
          .build();

  @FuzzTest
  void anySplitIsReceivedTheSame(byte[] bytes) {
    ByteBuf stream = stream(bytes);
    Outcome whole = outcome(stream, Integer.MAX_VALUE, bytes);
    assertThat(outcome(stream, 1, bytes)).isEqualTo(whole);
    for (int maxPiece : new int[] {2, 7, 60}) {
      assertThat(outcome(stream, maxPiece, bytes)).isEqualTo(whole);
    }
  }

  /**
   * Pairs of a first byte and a length, followed by that much payload, become client frames, so
   * that the fuzzer gets past the header; a length of 255 stands for raw bytes up to the end.
   */
  private static ByteBuf stream(byte[] bytes) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    ByteBuf stream = Unpooled.buffer();
    while (in.readableBytes() >= 2) {
      int first = in.readUnsignedByte();
      int length = in.readUnsignedByte();
      if (length == 255) {
        stream.writeByte(first).writeBytes(in);
        break;
      }
      byte[] payload = new byte[Math.min(length, in.readableBytes())];
      in.readBytes(payload);
      stream.writeBytes(MemoryTransport.clientFrame(first, payload, 0x80FF1234 + length));
    }
    return stream;
  }

  /** Everything a session has done. */
  private record Outcome(List<String> events, String written, List<String> calls) {}

  private static Outcome outcome(ByteBuf stream, int maxPiece, byte[] seed) {
    MemoryTransport transport = new MemoryTransport();
    RecordingListener listener = new RecordingListener();
    transport.options = OPTIONS;
    WebSocketSession session = new WebSocketSession(transport, true, listener);
    session.open("");
    ByteBuf bytes = stream.copy();
    if (maxPiece == Integer.MAX_VALUE) {
      session.receive(bytes);
    } else {
      MemoryTransport.receiveSplit(session, bytes, new Random(seed.length), maxPiece);
    }
    // The largest message, the start of a frame and a waiting ping.
    assertThat(transport.heldBytes()).isLessThanOrEqualTo(MAX_MESSAGE_BYTES + 2 * 139);
    session.transportClosed();
    assertThat(transport.heldBytes()).isZero();
    assertThat(session.work()).isNull();
    assertThat(listener.events.getLast()).startsWith("close ");
    return new Outcome(listener.events, transport.takeWritten(), transport.calls);
  }
}
