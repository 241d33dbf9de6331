package app.seventv.core.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whole bodies by coders that are used again. */
class ZstdBodiesTest {
  private static final int LEVEL = 3;

  /** Text that differs by its number and shrinks by about the half. */
  private static byte[] text(int number, int bytes) {
    Random random = new Random(number);
    StringBuilder text = new StringBuilder();
    while (text.length() < bytes) {
      text.append(random.nextInt(1000)).append(" is a number, ");
    }
    return text.substring(0, bytes).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] roundTrip(ByteBuf body) throws IOException {
    int readable = body.readableBytes();
    ByteBuf encoded = ZstdBodies.encode(body, LEVEL);
    try (ZstdInputStream in = new ZstdInputStream(new ByteBufInputStream(encoded))) {
      assertThat(body.readableBytes()).as("the body stays").isEqualTo(readable);
      return in.readAllBytes();
    } finally {
      encoded.release();
    }
  }

  @Test
  void bodiesOfAllSizesAndKindsOfMemoryComeBack() throws Exception {
    for (int bytes : new int[] {0, 1, 100, 70_000, 1_000_000, 100}) {
      byte[] text = text(bytes, bytes);
      assertThat(roundTrip(Unpooled.wrappedBuffer(text))).isEqualTo(text);
      ByteBuf direct = Unpooled.directBuffer().writeBytes(text);
      assertThat(roundTrip(direct)).isEqualTo(text);
      direct.release();
    }
    ByteBuf part = Unpooled.wrappedBuffer(text(1, 5000)).skipBytes(1000).slice(500, 2000);
    assertThat(roundTrip(part)).isEqualTo(ByteBufUtil.getBytes(part));
  }

  /** Clients must take windows of 8 MiB (RFC 9659 §3); ours are far smaller. */
  @Test
  void theWindowIsSmall() throws Exception {
    ByteBuf encoded = ZstdBodies.encode(Unpooled.wrappedBuffer(text(2, 3_000_000)), LEVEL);
    int descriptor = encoded.getUnsignedByte(4);
    assertThat(descriptor & 0x20).as("not one segment of the whole size").isZero();
    int windowLog = 10 + (encoded.getUnsignedByte(5) >> 3); // RFC 8878 §3.1.1.1.2
    assertThat(windowLog).isLessThanOrEqualTo(ZstdEncoder.WINDOW_LOG);
    encoded.release();
  }

  @Test
  void noMoreCodersStayThanCanWork() throws Exception {
    List<CompletableFuture<Void>> running = new ArrayList<>();
    for (int i = 0; i < 4 * ZstdBodies.MAX_IDLE; i++) {
      byte[] text = text(i, 200_000);
      running.add(
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int n = 0; n < 20; n++) {
                    assertThat(roundTrip(Unpooled.wrappedBuffer(text))).isEqualTo(text);
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              },
              task -> Thread.ofPlatform().daemon().start(task)));
    }
    running.forEach(CompletableFuture::join);
    assertThat(ZstdBodies.idle()).isBetween(1, ZstdBodies.MAX_IDLE);
  }

  @Test
  void aCoderThatHasGrownLargeDoesNotStay() throws Exception {
    while (ZstdBodies.idle() > 0) {
      roundTrip(Unpooled.wrappedBuffer(text(3, ZstdBodies.MAX_KEPT_BYTES + 1)));
    }
    roundTrip(Unpooled.wrappedBuffer(text(4, 1000)));
    assertThat(ZstdBodies.idle()).isEqualTo(1);
  }
}
