package app.seventv.core.websocket;

import static app.seventv.core.websocket.MemoryTransport.clientFrame;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** RFC 7692 without a network; the examples are those of its §7.2.3. */
class PerMessageDeflateTest {
  private static final int RSV1_TEXT = 0xC1;

  private final MemoryTransport transport = new MemoryTransport();
  private final RecordingListener listener = new RecordingListener();
  private final WebSocketSession session = session(1 << 20);

  private WebSocketSession session(int maxMessageBytes) {
    WebSocketOptions options =
        WebSocketOptions.builder()
            .compression(true)
            .minCompressedBytes(16)
            .maxMessageBytes(maxMessageBytes)
            .build();
    transport.options = options;
    WebSocketSession opened = new WebSocketSession(transport, true, listener);
    opened.open("");
    listener.events.clear();
    return opened;
  }

  @AfterEach
  void everyBufferIsReleased() {
    session.transportClosed();
    assertThat(transport.heldBytes()).isZero();
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  /** What a client would send: sync flush, tail taken off. */
  private static byte[] deflate(byte[] message, int flush) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(message);
    if (flush == Deflater.FULL_FLUSH) {
      deflater.finish();
    }
    byte[] chunk = new byte[1 << 16];
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int produced;
    do {
      produced = deflater.deflate(chunk, 0, chunk.length, Deflater.SYNC_FLUSH);
      out.write(chunk, 0, produced);
    } while (produced == chunk.length);
    deflater.end();
    byte[] all = out.toByteArray();
    return Arrays.copyOf(all, all.length - 4);
  }

  @Test
  void examplesOfTheRfcAreUnderstood() {
    session.receive(clientFrame(RSV1_TEXT, hex("f2 48 cd c9 c9 07 00"))); // one block
    session.receive(clientFrame(RSV1_TEXT, hex("00 05 00 fa ff 48 65 6c 6c 6f 00"))); // stored
    session.receive(clientFrame(RSV1_TEXT, hex("f3 48 cd c9 c9 07 00 00"))); // final block
    session.receive(clientFrame(RSV1_TEXT, hex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00"))); // two
    assertThat(listener.events).hasSize(4).containsOnly("text Hello");
    listener.events.clear();
    session.receive(clientFrame(0x41, hex("f2 48 cd")));
    session.receive(clientFrame(0x80, hex("c9 c9 07 00")));
    session.receive(clientFrame(RSV1_TEXT, hex("00")));
    assertThat(listener.events).containsExactly("text Hello", "text ");
    assertThat(session.work()).isNull();
  }

  @Test
  void messagesOfEverySizeSurviveBothWays() {
    Random random = new Random(3);
    for (int length : new int[] {60, 61, 125, 126, 4_000, 65_535, 65_536, 300_000}) {
      byte[] message = new byte[length];
      for (int i = 0; i < length; i++) {
        message[i] = (byte) ('a' + random.nextInt(1 + length % 4));
      }
      session.writeText(Unpooled.wrappedBuffer(message));
      byte[] frame = hex(transport.takeWritten());
      assertThat(frame[0]).isEqualTo((byte) RSV1_TEXT);
      assertThat(frame.length).isLessThan(length);
      byte[] payload = deflate(message, Deflater.SYNC_FLUSH);
      MemoryTransport.receiveSplit(
          session, clientFrame(RSV1_TEXT, payload), random, payload.length);
      session.receive(clientFrame(RSV1_TEXT, payloadOf(frame)));
    }
    assertThat(listener.events).hasSize(16);
    for (int i = 0; i < 16; i += 2) {
      assertThat(listener.events.get(i)).isEqualTo(listener.events.get(i + 1));
    }
  }

  private static byte[] payloadOf(byte[] serverFrame) {
    int length7 = serverFrame[1];
    int header = length7 < 126 ? 2 : length7 == 126 ? 4 : 10;
    return Arrays.copyOfRange(serverFrame, header, serverFrame.length);
  }

  @Test
  void smallAndIncompressibleMessagesAreSentPlain() {
    session.writeText(Unpooled.copiedBuffer("short", StandardCharsets.UTF_8));
    assertThat(transport.takeWritten()).startsWith("8105");
    byte[] noise = new byte[1_000];
    new Random(5).nextBytes(noise);
    session.writeBinary(Unpooled.wrappedBuffer(noise));
    assertThat(transport.takeWritten()).isEqualTo("827e03e8" + HexFormat.of().formatHex(noise));
    assertThat(
            WebSocketFrames.compressedText(
                ByteBufAllocator.DEFAULT, Unpooled.wrappedBuffer(noise), 6))
        .isNull();
  }

  @Test
  void oneFrameServesTheWholeFanOut() {
    ByteBuf text = Unpooled.copiedBuffer("emote ".repeat(100), StandardCharsets.UTF_8);
    ByteBuf frame =
        Objects.requireNonNull(WebSocketFrames.compressedText(ByteBufAllocator.DEFAULT, text, 9));
    byte[] bytes = ByteBufUtil.getBytes(frame);
    session.writeFrames(frame.retainedSlice());
    session(1 << 20).writeFrames(frame);
    assertThat(transport.takeWritten()).isEqualTo(HexFormat.of().formatHex(bytes).repeat(2));
    session.receive(clientFrame(RSV1_TEXT, payloadOf(bytes)));
    assertThat(listener.events.getLast()).startsWith("text of 600 ");
    text.release();
  }

  @Test
  void bombIsRefusedAtTheLimit() {
    byte[] bomb = deflate(new byte[50 << 20], Deflater.SYNC_FLUSH);
    assertThat(bomb.length).isLessThan(64 << 10);
    session.receive(clientFrame(0xC2, bomb));
    assertThat(transport.takeWritten()).contains("03f1");
    WebSocketSession exact = session(1_000);
    exact.receive(clientFrame(0xC2, deflate(new byte[1_000], Deflater.SYNC_FLUSH)));
    assertThat(listener.events).hasSize(1);
    exact.receive(clientFrame(0xC2, deflate(new byte[1_001], Deflater.SYNC_FLUSH)));
    assertThat(transport.takeWritten()).contains("03f1");
  }

  @Test
  void malformedDataIsRefused() {
    byte[] good = deflate("some text that is long enough".getBytes(StandardCharsets.UTF_8), 2);
    for (byte[] bad :
        new byte[][] {
          hex("ff ff ff"), // a block type that does not exist
          Arrays.copyOf(good, good.length - 3), // truncated
          hex("00 05 00 fa ff 48 65"), // stored block without its end
          hex("f3 48 cd c9 c9 07 00 ff ff")
        }) {
      WebSocketSession fresh = session(1_000);
      fresh.receive(clientFrame(RSV1_TEXT, bad));
      assertThat(transport.takeWritten()).as(HexFormat.of().formatHex(bad)).contains("03ef");
      fresh.transportClosed();
    }
    assertThat(listener.events).allMatch(event -> event.startsWith("close 1007"));
  }

  @Test
  void inflatedTextMustBeUtf8() {
    session.receive(clientFrame(RSV1_TEXT, deflate(new byte[] {'a', (byte) 0xC3}, 2)));
    assertThat(transport.takeWritten()).contains("03ef");
  }

  @Test
  void onlyTheFirstFrameOfAMessageMaySayCompressed() {
    for (int first : new int[] {0xC9, 0xCA, 0xC8, 0xA1, 0x91}) {
      WebSocketSession fresh = session(1_000);
      fresh.receive(clientFrame(first, new byte[0]));
      assertThat(transport.takeWritten()).contains("03ea");
    }
    session.receive(clientFrame(0x41, hex("f2 48 cd")));
    session.receive(clientFrame(0xC0, hex("c9 c9 07 00")));
    assertThat(transport.takeWritten()).contains("03ea");
  }
}
