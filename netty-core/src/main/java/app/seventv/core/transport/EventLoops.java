package app.seventv.core.transport;

import app.seventv.core.transport.TransportOptions.Choice;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.uring.IoUring;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of a process: one thread each, one transport for all, never blocked. Sockets made
 * here get the options that fit the transport.
 */
public final class EventLoops implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

  /** Connections the kernel completes ahead of accept, per listening socket. */
  private static final int BACKLOG_CONNECTIONS = 65_535;

  /** Quiet time before loops end: late tasks of closing channels still run. */
  private static final Duration QUIET_PERIOD = Duration.ofMillis(50);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final Transport transport;
  private final boolean bufferRing;
  private final EventLoopGroup group;
  private final List<EventLoop> loops;

  private EventLoops(Transport transport, boolean bufferRing, int count) {
    this.transport = transport;
    this.bufferRing = bufferRing;
    this.group =
        new MultiThreadIoEventLoopGroup(
            count, new DefaultThreadFactory("loop", true), transport.handlerFactory(bufferRing));
    List<EventLoop> all = new ArrayList<>();
    for (EventExecutor loop : group) {
      all.add((EventLoop) loop);
    }
    this.loops = List.copyOf(all);
  }

  /**
   * Starts the loops on the chosen transport, or on the best that works, and logs the choice once.
   *
   * @throws IllegalStateException if a transport was asked for that does not work here
   */
  public static EventLoops start(TransportOptions options) {
    List<Transport> candidates =
        options.choice() == Choice.AUTO
            ? List.of(Transport.values())
            : List.of(Transport.valueOf(options.choice().name()));
    List<String> refused = new ArrayList<>();
    for (Transport transport : candidates) {
      if (!transport.isAvailable()) {
        refused.add(transport + " unavailable: " + transport.unavailableBecause());
        continue;
      }
      try {
        EventLoops loops = new EventLoops(transport, options.bufferRing(), options.loopCount());
        LOG.info("{}; passed over: {}", loops.describe(), refused);
        return loops;
      } catch (IllegalStateException e) {
        refused.add(transport + " failed: " + (e.getCause() == null ? e : e.getCause()));
      }
    }
    throw new IllegalStateException("no usable network transport: " + refused);
  }

  /** Transport, number of loops and kernel features in one line. */
  public String describe() {
    String features =
        transport == Transport.IO_URING
            ? " (accept_multishot=%b recv_multishot=%b poll_multishot=%b buffer_ring=%b incremental=%b)"
                .formatted(
                    IoUring.isAcceptMultishotEnabled(),
                    IoUring.isRecvMultishotEnabled(),
                    IoUring.isPollAddMultishotEnabled(),
                    bufferRing && IoUring.isRegisterBufferRingSupported(),
                    IoUring.isRegisterBufferRingIncSupported())
            : "";
    return "transport " + transport + features + ", " + loops.size() + " event loops";
  }

  /** The transport in use. */
  public Transport transport() {
    return transport;
  }

  /** All loops, in a fixed order. */
  public List<EventLoop> loops() {
    return loops;
  }

  /** Accepts that failed in this process, mostly for want of descriptors; see {@code ulimit -n}. */
  public static long acceptFailures() {
    return AcceptGuard.failures();
  }

  /** The loops as a group, for clients that spread their channels themselves. */
  public EventLoopGroup group() {
    return group;
  }

  /**
   * Listens on a stream address, where possible with one socket per loop ({@code SO_REUSEPORT}), so
   * that a connection is accepted and served by the same loop. Another process of the same user may
   * bind the same port then: that is how a successor takes over without a gap.
   *
   * @param address port 0 takes a free one, the same for all loops
   * @param childHandler makes the handler of accepted channels, called once per listening socket;
   *     usually a {@link io.netty.channel.ChannelInitializer}
   * @throws IOException if the address cannot be bound; nothing stays open then
   */
  public Listener bindPerLoop(
      InetSocketAddress address, Function<EventLoop, ChannelHandler> childHandler)
      throws IOException {
    return bindPerLoop(address, childHandler, accepted -> true);
  }

  /**
   * Listens as above and resets connections right after accept that are not admitted.
   *
   * @param admission sees each accepted channel before it is registered with a loop, on the loop
   *     that accepted it; must not block
   */
  public Listener bindPerLoop(
      InetSocketAddress address,
      Function<EventLoop, ChannelHandler> childHandler,
      Predicate<Channel> admission)
      throws IOException {
    return bindEach(
        address,
        loop -> {
          ServerBootstrap bootstrap =
              new ServerBootstrap()
                  .group(loop, transport.hasReusePort() ? loop : group)
                  .channel(transport.serverChannel())
                  .option(ChannelOption.SO_BACKLOG, BACKLOG_CONNECTIONS)
                  .option(ChannelOption.SO_REUSEADDR, true)
                  .childOption(ChannelOption.TCP_NODELAY, true)
                  .handler(new AcceptGuard(admission))
                  .childHandler(childHandler.apply(loop));
          transport.reusePortOptions().forEach((k, v) -> bootstrap.option(cast(k), v));
          transport.streamOptions(bufferRing).forEach((k, v) -> bootstrap.childOption(cast(k), v));
          return bootstrap::bind;
        });
  }

  /**
   * Listens for datagrams, where possible with one socket per loop; the kernel then spreads senders
   * over the sockets by address.
   *
   * @param handler makes the handler of each socket
   * @throws IOException if the address cannot be bound; nothing stays open then
   */
  public Listener bindDatagramPerLoop(
      InetSocketAddress address, Function<EventLoop, ChannelHandler> handler) throws IOException {
    return bindEach(
        address,
        loop -> {
          Bootstrap bootstrap =
              new Bootstrap()
                  .group(loop)
                  .channel(transport.datagramChannel())
                  .handler(handler.apply(loop));
          transport.reusePortOptions().forEach((k, v) -> bootstrap.option(cast(k), v));
          return bootstrap::bind;
        });
  }

  /** A bootstrap for outgoing stream connections on any loop; set the handler. */
  public Bootstrap client() {
    return client(group);
  }

  /** A bootstrap for outgoing stream connections on one loop; set the handler. */
  public Bootstrap client(EventLoopGroup loop) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(transport.clientChannel())
            .option(ChannelOption.TCP_NODELAY, true);
    transport.streamOptions(bufferRing).forEach((k, v) -> bootstrap.option(cast(k), v));
    return bootstrap;
  }

  private Listener bindEach(InetSocketAddress address, Function<EventLoop, Binder> binders)
      throws IOException {
    List<Channel> channels = new ArrayList<>();
    List<EventLoop> bound = transport.hasReusePort() ? loops : loops.subList(0, 1);
    InetSocketAddress actual = address;
    for (EventLoop loop : bound) {
      ChannelFuture future = binders.apply(loop).bind(actual).awaitUninterruptibly();
      if (!future.isSuccess()) {
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
        throw new IOException("cannot listen on " + actual, future.cause());
      }
      channels.add(future.channel());
      actual = (InetSocketAddress) future.channel().localAddress();
    }
    return new Listener(actual, List.copyOf(channels));
  }

  @SuppressWarnings("unchecked") // the maps pair each option with a value of its own type
  private static ChannelOption<Object> cast(ChannelOption<?> option) {
    return (ChannelOption<Object>) option;
  }

  /** Closes every channel that is left and ends the threads; waits a few seconds at most. */
  @Override
  public void close() {
    Future<?> ended =
        group.shutdownGracefully(
            QUIET_PERIOD.toMillis(), CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended.awaitUninterruptibly(CLOSE_LIMIT.toMillis() + 1_000, TimeUnit.MILLISECONDS)) {
      LOG.warn("event loops did not end within {}", CLOSE_LIMIT);
    }
  }

  private interface Binder {
    ChannelFuture bind(InetSocketAddress address);
  }
}
