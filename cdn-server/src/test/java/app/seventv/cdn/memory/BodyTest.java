package app.seventv.cdn.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A body is a buffer like Netty's: the same calls do the same to both. */
class BodyTest {
  private static final int LENGTH = 500;
  private static final int CALLS = 20_000;

  @TempDir Path directory = Path.of(".");

  private final BodyMemory memory = new BodyMemory(1 << 20);
  private final ByteBuf before = body();
  private final ByteBuf body = body();
  private final ByteBuf behind = body();
  private final ByteBuf model = Unpooled.buffer(LENGTH, LENGTH);

  private ByteBuf body() {
    return Objects.requireNonNull(memory.allocate(LENGTH, 1 << 20)).setZero(0, LENGTH);
  }

  private interface Call {
    Object on(ByteBuf buffer) throws Exception;
  }

  /** All ways to write, each with a way to read; values and places come from the seed. */
  private static List<Call> calls(Random random) {
    int at = random.nextInt(LENGTH - 8);
    int length = random.nextInt(LENGTH - at);
    long value = random.nextLong();
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    List<Call> calls = new ArrayList<>();
    calls.add(b -> b.setByte(at, (int) value).getByte(at));
    calls.add(b -> b.setShort(at, (int) value).getShort(at));
    calls.add(b -> b.setShortLE(at, (int) value).getShortLE(at));
    calls.add(b -> b.setMedium(at, (int) value).getUnsignedMedium(at));
    calls.add(b -> b.setMediumLE(at, (int) value).getUnsignedMediumLE(at));
    calls.add(b -> b.setMedium(at, (int) value).getMediumLE(at));
    calls.add(b -> b.setInt(at, (int) value).getInt(at));
    calls.add(b -> b.setIntLE(at, (int) value).getIntLE(at));
    calls.add(b -> b.setLong(at, value).getLong(at));
    calls.add(b -> b.setLongLE(at, value).getLongLE(at));
    calls.add(b -> b.setBytes(at, bytes).slice(at, length).hashCode());
    calls.add(b -> b.setBytes(at, ByteBuffer.wrap(bytes)).slice(at, length).hashCode());
    calls.add(b -> b.setBytes(at, Unpooled.wrappedBuffer(bytes), 0, length).getByte(at));
    calls.add(
        b -> b.setBytes(at, Unpooled.wrappedBuffer(new byte[3], bytes), 3, length).getByte(at));
    calls.add(b -> b.setBytes(at, new ByteArrayInputStream(bytes), length));
    calls.add(b -> {
      ByteBuf copy = b.copy(at, length);
      String text = ByteBufUtil.hexDump(copy);
      copy.release();
      return text;
    });
    calls.add(b -> {
      byte[] copy = new byte[LENGTH];
      b.getBytes(at, copy, 5, Math.min(length, LENGTH - 5));
      return ByteBufUtil.hexDump(copy);
    });
    calls.add(b -> {
      ByteBuf copy = Unpooled.directBuffer(LENGTH).writerIndex(LENGTH).setZero(0, LENGTH);
      b.getBytes(at, copy, 5, Math.min(length, LENGTH - 5));
      String text = ByteBufUtil.hexDump(copy);
      copy.release();
      return text;
    });
    calls.add(b -> {
      ByteBuffer copy = ByteBuffer.allocate(length);
      b.getBytes(at, copy);
      return ByteBufUtil.hexDump(copy.array()) + copy.position();
    });
    calls.add(b -> {
      ByteArrayOutputStream copy = new ByteArrayOutputStream();
      b.getBytes(at, copy, length);
      return ByteBufUtil.hexDump(copy.toByteArray());
    });
    calls.add(b -> ByteBufUtil.hexDump(Unpooled.wrappedBuffer(b.nioBuffers(at, length))));
    calls.add(b -> b.setBytes(at, b, 0, Math.min(length, at)).getByte(at));
    return calls;
  }

  @Test
  void doesWhatNettysBuffersDo() throws Exception {
    long seeds = new Random(5).nextLong();
    for (int i = 0; i < CALLS; i++) {
      int kind = i % calls(new Random(0)).size();
      Object wanted = calls(new Random(seeds + i)).get(kind).on(model);
      assertThat(calls(new Random(seeds + i)).get(kind).on(body))
          .as("call %d", kind)
          .isEqualTo(wanted);
    }
    assertThat(body.writerIndex(LENGTH)).isEqualTo(model.writerIndex(LENGTH));
    assertThat(body.nioBuffer()).isEqualTo(model.nioBuffer());
    assertThat(before.writerIndex(LENGTH).forEachByte(b -> b == 0)).isEqualTo(-1);
    assertThat(behind.writerIndex(LENGTH).forEachByte(b -> b == 0)).isEqualTo(-1);
  }

  @Test
  void goesToFilesAndBack() throws Exception {
    new Random(1).ints(LENGTH).forEach(body::writeByte);
    try (FileChannel file =
        FileChannel.open(
            Files.createFile(directory.resolve("f")),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      assertThat(body.getBytes(0, file, 10L, LENGTH)).isEqualTo(LENGTH);
      assertThat(behind.setBytes(0, file, 10L, LENGTH)).isEqualTo(LENGTH);
      assertThat(behind.writerIndex(LENGTH)).isEqualTo(body);
      file.position(10);
      assertThat(before.setBytes(0, file, LENGTH)).isEqualTo(LENGTH);
      assertThat(before.writerIndex(LENGTH)).isEqualTo(body);
    }
  }

  @Test
  void keepsToItsBounds() {
    List<Call> wrong =
        List.of(
            b -> b.getByte(LENGTH),
            b -> b.getByte(-1),
            b -> b.setLong(LENGTH - 7, 1),
            b -> b.setBytes(1, new byte[LENGTH]),
            b -> b.setBytes(1, ByteBuffer.allocate(LENGTH)),
            b -> b.getBytes(1, new byte[LENGTH]),
            b -> b.getBytes(1, ByteBuffer.allocate(LENGTH)),
            b -> b.nioBuffer(1, LENGTH),
            b -> b.writerIndex(LENGTH).writeByte(1),
            b -> b.copy(1, LENGTH));
    for (Call call : wrong) {
      assertThatThrownBy(() -> call.on(body)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> body.capacity(LENGTH + 1))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(body.capacity(LENGTH).capacity()).isEqualTo(LENGTH);
  }
}
