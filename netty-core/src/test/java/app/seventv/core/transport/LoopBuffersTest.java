package app.seventv.core.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LoopBuffersTest {
  private static final LoopBuffers BUFFERS = LoopBuffers.INSTANCE;
  private static final int RECORD_BYTES = 16_500;

  private final EventLoop loop = new DefaultEventLoop();

  @AfterEach
  void stop() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private <T> T onLoop(Callable<T> action) throws Exception {
    return loop.submit(action).get(30, TimeUnit.SECONDS);
  }

  private static long addressOf(ByteBuf buffer) {
    assertThat(buffer.isDirect()).isTrue();
    return buffer.memoryAddress();
  }

  private static long addressOfNext() {
    ByteBuf buffer = BUFFERS.directBuffer(RECORD_BYTES);
    long address = addressOf(buffer);
    buffer.release();
    return address;
  }

  @ParameterizedTest
  @ValueSource(ints = {500, LoopBuffers.SMALL_BYTES, LoopBuffers.SMALL_BYTES + 1, RECORD_BYTES})
  void whatWasFreedLastIsGivenNext(int bytes) throws Exception {
    onLoop(() -> {
      ByteBuf first = BUFFERS.directBuffer(bytes);
      ByteBuf second = BUFFERS.directBuffer(bytes);
      long firstAddress = addressOf(first);
      long secondAddress = addressOf(second);
      assertThat(firstAddress).isNotEqualTo(secondAddress);
      second.release();
      first.release();
      ByteBuf third = BUFFERS.directBuffer(bytes);
      ByteBuf fourth = BUFFERS.directBuffer(bytes);
      assertThat(addressOf(third)).isEqualTo(firstAddress);
      assertThat(addressOf(fourth)).isEqualTo(secondAddress);
      third.release();
      return fourth.release();
    });
  }

  @Test
  void aBufferServesAgainLikeANewOne() throws Exception {
    onLoop(() -> {
      ByteBuf used = BUFFERS.directBuffer(1_000, 1_500);
      long address = addressOf(used);
      used.writeZero(1_000).markWriterIndex().skipBytes(10).markReaderIndex();
      used.release();
      assertThatThrownBy(() -> used.getByte(0)).isInstanceOf(RuntimeException.class);
      ByteBuf again = BUFFERS.directBuffer(600, 700);
      assertThat(addressOf(again)).isEqualTo(address);
      assertThat(again.refCnt()).isOne();
      assertThat(again.capacity()).isEqualTo(600);
      assertThat(again.maxCapacity()).isEqualTo(700);
      assertThat(again.readableBytes()).isZero();
      assertThat(again.resetReaderIndex().resetWriterIndex().writableBytes()).isEqualTo(600);
      assertThatThrownBy(() -> again.setByte(600, 1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> again.writeZero(701)).isInstanceOf(IndexOutOfBoundsException.class);
      return again.release();
    });
  }

  @Test
  void aBufferGrowsWithWhatItHolds() throws Exception {
    onLoop(() -> {
      Random random = new Random(3);
      for (int i = 0; i < 200; i++) {
        ByteBuf buffer = BUFFERS.directBuffer(129 + random.nextInt(20_000));
        byte[] bytes = new byte[random.nextInt(100_000)];
        random.nextBytes(bytes);
        for (int at = 0; at < bytes.length; ) {
          int size = Math.min(1 + random.nextInt(5_000), bytes.length - at);
          buffer.writeBytes(bytes, at, size);
          at += size;
        }
        byte[] read = new byte[buffer.readableBytes()];
        buffer.readBytes(read);
        assertThat(read).isEqualTo(bytes);
        buffer.release();
      }
      return null;
    });
  }

  @Test
  void oneThatShrinksHidesTheRest() throws Exception {
    onLoop(() -> {
      ByteBuf buffer = BUFFERS.directBuffer(1_000).writeZero(900);
      buffer.capacity(500);
      assertThat(buffer.writerIndex()).isEqualTo(500);
      buffer.capacity(1_800);
      assertThat(buffer.writableBytes()).isEqualTo(1_300);
      return buffer.release();
    });
  }

  /** The rest comes from elsewhere. */
  @Test
  void aLoopKeepsABoundedNumber() throws Exception {
    long before = LoopBuffers.bytes();
    onLoop(() -> {
      List<ByteBuf> held = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        held.add(BUFFERS.directBuffer(RECORD_BYTES));
      }
      long addresses = held.stream().map(LoopBuffersTest::addressOf).distinct().count();
      assertThat(addresses).isEqualTo(300);
      held.forEach(ByteBuf::release);
      return null;
    });
    assertThat(LoopBuffers.bytes() - before).isLessThanOrEqualTo(64L * LoopBuffers.LARGE_BYTES);
  }

  @Test
  void othersMayFreeWhatALoopHasGiven() throws Exception {
    for (int i = 0; i < 200; i++) {
      onLoop(() -> BUFFERS.directBuffer(RECORD_BYTES)).release();
    }
    long address = onLoop(LoopBuffersTest::addressOfNext);
    long next = onLoop(LoopBuffersTest::addressOfNext);
    assertThat(next).isEqualTo(address); // they have not used up what the loop may keep
  }

  @Test
  void threadsThatAreNoLoopsHaveOrdinaryOnes() {
    long before = LoopBuffers.bytes();
    ByteBuf buffer = BUFFERS.directBuffer(RECORD_BYTES);
    assertThat(buffer.capacity()).isEqualTo(RECORD_BYTES);
    assertThat(LoopBuffers.bytes()).isEqualTo(before);
    ReferenceCountUtil.release(buffer);
  }

  /** Also what is freed after its end. */
  @Test
  void aLoopThatEndsGivesItsMemoryBack() throws Exception {
    long before = LoopBuffers.bytes();
    ByteBuf late =
        onLoop(() -> {
          BUFFERS.directBuffer(500).release();
          ByteBuf kept = BUFFERS.directBuffer(RECORD_BYTES);
          BUFFERS.directBuffer(RECORD_BYTES).release();
          return kept;
        });
    assertThat(LoopBuffers.bytes()).isGreaterThan(before);
    stop();
    late.release();
    await().until(() -> LoopBuffers.bytes() <= before);
  }
}
