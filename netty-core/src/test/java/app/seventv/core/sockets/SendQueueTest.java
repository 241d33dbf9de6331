package app.seventv.core.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What waits for a client, and how it is put before the kernel. */
class SendQueueTest {
  private static ByteBuf bytes(int... values) {
    ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(values.length);
    for (int value : values) {
      buffer.writeByte(value);
    }
    return buffer;
  }

  @Test
  void buffersAreTakenInOrderAndReleasedWhenTheyAreSent() {
    SendQueue queue = new SendQueue();
    List<ByteBuf> all = new ArrayList<>();
    for (int i = 0; i < 21; i++) {
      ByteBuf buffer = bytes(i, i, i);
      all.add(buffer);
      queue.add(buffer);
      if (i % 3 == 2) {
        queue.taken(4);
      }
    }
    assertThat(queue.bytes()).isEqualTo(21 * 3 - 7 * 4);
    assertThat(queue.size()).isEqualTo(12);
    assertThat(queue.buffer(0).readableBytes()).isEqualTo(2); // 28 bytes are gone: 9 buffers and 1
    assertThat(queue.buffer(0).getByte(0)).isEqualTo((byte) 9);
    assertThat(all.get(8).refCnt()).isZero();
    assertThat(all.get(9).refCnt()).isEqualTo(1);
    queue.clear();
    assertThat(queue.size()).isZero();
    assertThat(queue.bytes()).isZero();
    assertThat(all).allMatch(buffer -> buffer.refCnt() == 0);
  }

  @Test
  void aGrownQueueIsNotKept() {
    SendQueue queue = new SendQueue();
    assertThat(queue.isWorthKeeping()).isTrue();
    for (int i = 0; i < 65; i++) {
      queue.add(bytes(i));
    }
    assertThat(queue.isWorthKeeping()).isFalse();
    queue.clear();
  }

  @Test
  @SuppressWarnings("restricted") // reads what the kernel would
  void aHeaderNamesTheBuffersAndOutlivesAFullQueue() {
    int ringEntries = 4;
    MessageHeaders headers = new MessageHeaders(ringEntries);
    SendQueue queue = new SendQueue();
    queue.add(bytes(1, 2, 3));
    queue.add(bytes(4, 5));
    queue.taken(1);
    long address = headers.gather(queue, 2);
    MemorySegment header = MemorySegment.ofAddress(address).reinterpret(56 + 2 * 16);
    assertThat(header.get(ValueLayout.JAVA_LONG, 24)).isEqualTo(2);
    long vector = header.get(ValueLayout.JAVA_LONG, 16);
    assertThat(vector).isEqualTo(address + 56);
    assertThat(header.get(ValueLayout.JAVA_LONG, 56)).isEqualTo(Addresses.of(queue.buffer(0)));
    assertThat(header.get(ValueLayout.JAVA_LONG, 64)).isEqualTo(2);
    assertThat(header.get(ValueLayout.JAVA_LONG, 72)).isEqualTo(Addresses.of(queue.buffer(1)));
    assertThat(header.get(ValueLayout.JAVA_LONG, 80)).isEqualTo(2);
    Set<Long> others = new HashSet<>();
    for (int i = 0; i < ringEntries; i++) {
      others.add(headers.gather(queue, 2));
    }
    assertThat(others).hasSize(ringEntries).doesNotContain(address);
    queue.clear();
  }
}
