package app.seventv.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
  /** Bytes at the edges of what UTF-8 allows. */
  private static final int[] EDGES = {
    0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED,
    0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
  };

  @Test
  void agreesWithTheJdkOnEverySequenceOfEdges() {
    for (int a : EDGES) {
      for (int b : EDGES) {
        for (int c : EDGES) {
          for (int d : EDGES) {
            check(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
          }
        }
      }
    }
  }

  @Test
  void agreesWithTheJdkAroundLongRunsAndSplits() {
    Random random = new Random(7);
    String[] parts = {"a", "0123456789abcdef", "é", "€", "😀", "漢字かな"};
    for (int round = 0; round < 2_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      if (random.nextBoolean()) {
        bytes[random.nextInt(bytes.length)] = (byte) EDGES[random.nextInt(EDGES.length)];
      }
      check(bytes);
    }
  }

  private static void check(byte[] bytes) {
    ByteBuf data = Unpooled.wrappedBuffer(bytes);
    boolean valid = isValid(bytes);
    assertThat(Utf8.isValid(data)).isEqualTo(valid);
    for (int split = 0; split <= bytes.length; split++) {
      int state = Utf8.advance(Utf8.BOUNDARY, data, 0, split);
      if (state != Utf8.REJECTED) {
        state = Utf8.advance(state, data, split, bytes.length);
      }
      assertThat(state == Utf8.BOUNDARY).isEqualTo(valid);
    }
  }

  private static boolean isValid(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
