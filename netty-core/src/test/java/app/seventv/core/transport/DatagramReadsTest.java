package app.seventv.core.transport;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.transport.TransportOptions.Choice;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatagramReadsTest {
  private static final int DATAGRAMS = 30;

  private static RecvByteBufAllocator.ExtendedHandle newHandle() {
    return new DatagramReads().newHandle();
  }

  /** A turn in which so many datagrams come, and the next operation finds none. */
  private static void read(RecvByteBufAllocator.ExtendedHandle handle, int datagrams) {
    for (int i = 0; i < datagrams; i++) {
      handle.lastBytesRead(1_200);
    }
    handle.lastBytesRead(0);
    handle.readComplete();
  }

  private static int asksFor(RecvByteBufAllocator.ExtendedHandle handle) {
    return handle.guess() / DatagramReads.DATAGRAM_BYTES;
  }

  @Test
  void asksForMoreWhileAsManyCome() {
    RecvByteBufAllocator.ExtendedHandle handle = newHandle();
    List<Integer> asked = new ArrayList<>();
    for (int turn = 0; turn < 5; turn++) {
      asked.add(asksFor(handle));
      read(handle, asksFor(handle));
    }
    assertThat(asked).containsExactly(4, 16, 32, 32, DatagramReads.MAX_DATAGRAMS);
  }

  @Test
  void asksForFewWhenFewCome() {
    RecvByteBufAllocator.ExtendedHandle handle = newHandle();
    for (int turn = 0; turn < 5; turn++) {
      read(handle, asksFor(handle));
    }
    read(handle, 5);
    assertThat(asksFor(handle)).isEqualTo(DatagramReads.MAX_DATAGRAMS);
    List<Integer> asked = new ArrayList<>();
    for (int turn = 0; turn < 5; turn++) {
      read(handle, 1);
      asked.add(asksFor(handle));
    }
    assertThat(asked).containsExactly(16, 8, 4, 4, DatagramReads.MIN_DATAGRAMS);
  }

  @ParameterizedTest
  @EnumSource(Choice.class)
  void readsSeveralDatagramsThatWaitInOneTurn(Choice choice) throws Exception {
    BlockingQueue<Integer> batches = new LinkedBlockingQueue<>();
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (EventLoops loops = EventLoops.start(new TransportOptions(choice, 1, true));
        Listener listener = loops.bindDatagramPerLoop(any, _ -> countBatches(batches));
        DatagramSocket sender = new DatagramSocket()) {
      CountDownLatch busy = new CountDownLatch(1);
      CountDownLatch sent = new CountDownLatch(1);
      loops
          .loops()
          .getFirst()
          .execute(() -> {
            busy.countDown();
            try {
              sent.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
      assertThat(busy.await(30, TimeUnit.SECONDS)).as("the loop runs the task").isTrue();
      for (int i = 0; i < DATAGRAMS; i++) {
        sender.send(new java.net.DatagramPacket(new byte[100], 100, listener.address()));
      }
      sent.countDown();
      int all = 0;
      int turns = 0;
      while (all < DATAGRAMS) {
        Integer batch = batches.poll(30, TimeUnit.SECONDS);
        assertThat(batch).as("datagrams arrive after %d", all).isNotNull();
        all += batch == null ? 0 : batch;
        turns++;
      }
      assertThat(turns).isLessThan(DATAGRAMS / 2);
    }
  }

  private static ChannelHandler countBatches(BlockingQueue<Integer> batches) {
    return new ChannelInboundHandlerAdapter() {
      private int count;

      @Override
      public void channelRead(ChannelHandlerContext ctx, Object message) {
        ((DatagramPacket) message).release();
        count++;
      }

      @Override
      public void channelReadComplete(ChannelHandlerContext ctx) {
        if (count > 0) {
          batches.add(count);
        }
        count = 0;
      }
    };
  }
}
