package app.seventv.core.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Work that goes on in a loop's next turn lets its sockets in between. */
class LoopTurnsTest {
  /** Netty looks at its sockets after 64 tasks that asked for each other, at best. */
  private static final int MOST_TASKS = 50;

  private static final long TASK_NS = TimeUnit.MILLISECONDS.toNanos(1);

  @ParameterizedTest
  @EnumSource(
      value = TransportOptions.Choice.class,
      names = {"IO_URING", "EPOLL", "NIO"})
  void socketsHaveTheirTurnBetweenTasks(TransportOptions.Choice transport) throws Exception {
    try (EventLoops loops = EventLoops.start(new TransportOptions(transport, 1, true));
        Listener listener =
            loops.bindPerLoop(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), loop -> new Echo());
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), listener.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(1);
      assertThat(socket.getInputStream().read()).isEqualTo(1);
      EventLoop loop = loops.loops().getFirst();
      AtomicInteger tasks = new AtomicInteger();
      AtomicBoolean over = new AtomicBoolean();
      loop.execute(
          new Runnable() {
            @Override
            public void run() {
              long endNs = System.nanoTime() + TASK_NS;
              while (System.nanoTime() < endNs) {
                Thread.onSpinWait();
              }
              tasks.incrementAndGet();
              if (!over.get()) {
                LoopTurns.afterSockets(loop, this);
              }
            }
          });
      int before = tasks.get();
      socket.getOutputStream().write(2);
      assertThat(socket.getInputStream().read()).isEqualTo(2);
      int between = tasks.get() - before;
      over.set(true);
      assertThat(between).isLessThan(MOST_TASKS);
    }
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
    }
  }
}
