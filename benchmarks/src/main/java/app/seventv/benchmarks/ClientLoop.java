package app.seventv.benchmarks;

import app.seventv.core.clibrary.CLibrary;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategy;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The loop of clients beside a server whose processor time is measured: on the core of the load
 * generators, and never asleep. On the loopback interface whoever sends also wakes the receiver.
 * Through a network card no server does, and in a virtual machine to wake a sleeping core costs
 * more than to send: the figures would tell how often the clients had caught up.
 */
final class ClientLoop implements AutoCloseable {
  private static final MethodHandle SCHED_SETAFFINITY =
      CLibrary.link(
          "sched_setaffinity",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS));

  private final EventLoopGroup group;

  private ClientLoop(EventLoopGroup group) {
    this.group = group;
  }

  /** Starts the loop's thread. */
  static ClientLoop start() {
    ThreadFactory threads =
        task ->
            Thread.ofPlatform()
                .name("clients")
                .daemon()
                .unstarted(() -> {
                  stayOn(Integer.parseInt(LoadTools.CLIENT_CORE));
                  task.run();
                });
    return new ClientLoop(
        new MultiThreadIoEventLoopGroup(
            1,
            threads,
            EpollIoHandler.newFactory(
                0, () -> (ready, hasTasks) -> hasTasks ? ready.get() : SelectStrategy.BUSY_WAIT)));
  }

  /** Binds the calling thread to a core. */
  private static void stayOn(int core) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment cores = arena.allocate(ValueLayout.JAVA_LONG);
      cores.set(ValueLayout.JAVA_LONG, 0, 1L << core);
      if ((int) SCHED_SETAFFINITY.invokeExact(0, cores.byteSize(), cores) != 0) {
        throw new IllegalStateException("core " + core + " cannot be had");
      }
    } catch (IllegalStateException e) {
      throw e;
    } catch (Throwable impossible) {
      throw CLibrary.uncallable("sched_setaffinity", impossible);
    }
  }

  /** For outgoing connections; set the handler. */
  Bootstrap client() {
    return new Bootstrap()
        .group(group)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true);
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
