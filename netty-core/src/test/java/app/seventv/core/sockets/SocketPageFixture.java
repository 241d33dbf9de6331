package app.seventv.core.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.ScriptedKernel;
import io.netty.channel.uring.ScriptedKernel.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** One slot of a page, with a ring whose completions the test makes up. */
abstract class SocketPageFixture {
  static final int INDEX = 3;
  static final int MORE = 2;
  static final int POLLIN = 1;
  static final int ECANCELED = -125;
  static final int HIGH_BYTES = 100;

  private static final byte ASYNC_CANCEL = 14;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final IoEventLoop loop = (IoEventLoop) group.next();
  final ScriptedKernel kernel = new ScriptedKernel();
  private final SocketTable table = new SocketTable(loop, 8);
  final SocketPage page = new SocketPage(table, 0, SocketTable.NONE);
  final User user = new User();

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** What the test does, in one turn of the loop. */
  interface Turn {
    void run() throws Exception;
  }

  final void onLoop(Turn turn) throws Exception {
    loop.submit(
            () -> {
              turn.run();
              return true;
            })
        .get(30, TimeUnit.SECONDS);
  }

  /** Counts what it is told. */
  static final class User implements SocketUser {
    int received;
    int closed;
    int told;

    /** What it does when it has received something. */
    Runnable then = () -> {};

    @Override
    public void received(ByteBuf bytes) {
      received += bytes.readableBytes();
      bytes.release();
      then.run();
    }

    @Override
    public void writabilityChanged() {
      told++;
    }

    @Override
    public void closed() {
      closed++;
    }

    @Override
    public int lowWatermarkBytes() {
      return HIGH_BYTES / 2;
    }

    @Override
    public int highWatermarkBytes() {
      return HIGH_BYTES;
    }
  }

  final void attach(int descriptor) {
    page.start(kernel);
    page.reserve(INDEX, user);
    page.attach(INDEX, descriptor);
    assertThat(opcodes()).containsExactly(SocketOperations.POLL_ADD);
  }

  final List<Byte> opcodes() {
    return kernel.submitted().stream().map(Operation::opcode).toList();
  }

  final void complete(byte opcode, int result, int flags) {
    page.handle(kernel, new IoUringIoEvent(result, flags, opcode, (long) INDEX));
  }

  final ByteBuf write(int bytes) {
    ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(bytes).writeZero(bytes);
    page.write(INDEX, buffer);
    return buffer;
  }

  final void assertCancelled(byte... opcodes) {
    List<Operation> submitted = kernel.submitted();
    assertThat(submitted).extracting(Operation::opcode).containsOnly(ASYNC_CANCEL);
    List<Long> ids = new ArrayList<>();
    for (byte opcode : opcodes) {
      ids.add(ScriptedKernel.id(opcode, INDEX));
    }
    assertThat(submitted).extracting(Operation::address).isEqualTo(ids);
  }
}
