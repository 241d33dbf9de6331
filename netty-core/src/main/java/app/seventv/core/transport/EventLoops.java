package app.seventv.core.transport;

import app.seventv.core.sockets.SocketTable;
import app.seventv.core.sockets.SocketTables;
import app.seventv.core.transport.TransportOptions.Choice;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUring;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
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
  private final IdentityHashMap<EventLoop, SocketTable> tables = new IdentityHashMap<>();
  private final InheritedSockets inherited;
  private final DatagramRelay relay;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /** Whether a predecessor still serves the sockets that were inherited. */
  private volatile boolean waiting;

  private EventLoops(Transport transport, TransportOptions options, Handover handover) {
    this.inherited = handover.sockets();
    this.relay = handover.relay();
    this.waiting = handover.hasPredecessor();
    this.transport = transport;
    this.bufferRing = options.bufferRing();
    this.group =
        new MultiThreadIoEventLoopGroup(
            options.loopCount(),
            new DefaultThreadFactory("loop", true),
            transport.handlerFactory(bufferRing));
    List<EventLoop> all = new ArrayList<>();
    for (EventExecutor loop : group) {
      all.add((EventLoop) loop);
    }
    this.loops = List.copyOf(all);
    if (transport == Transport.IO_URING && options.socketTables()) {
      for (EventLoop loop : loops) {
        tables.put(loop, new SocketTable((IoEventLoop) loop, Transport.RING_SIZE_ENTRIES));
      }
    }
  }

  /** Where sockets go that need no channel any more. */
  public SocketTables sockets() {
    return tables::get;
  }

  /**
   * Starts the loops on the chosen transport, or on the best that works, and logs the choice once.
   *
   * @throws IllegalStateException if a transport was asked for that does not work here
   */
  public static EventLoops start(TransportOptions options) {
    return start(options, Handover.none());
  }

  /**
   * Starts the loops, which will listen on what the handover brings before they bind anything new.
   *
   * @throws IllegalStateException if a transport was asked for that does not work here
   */
  public static EventLoops start(TransportOptions options, Handover handover) {
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
        EventLoops loops = new EventLoops(transport, options, handover);
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

  /** Carries datagrams of connections that another process generation owns. */
  public DatagramRelay relay() {
    return relay;
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
   * that a connection is accepted and served by the same loop. An address at which somebody listens
   * is refused, unless it is a predecessor that hands over.
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
        true,
        (loop, descriptor, spread) -> {
          ServerBootstrap bootstrap =
              new ServerBootstrap()
                  .group(loop, spread ? group : loop)
                  .handler(new AcceptGuard(admission))
                  .childOption(ChannelOption.ALLOCATOR, LoopBuffers.INSTANCE)
                  .childHandler(childHandler.apply(loop));
          if (descriptor == null) {
            bootstrap
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG_CONNECTIONS)
                .option(ChannelOption.SO_REUSEADDR, true);
          } else {
            bootstrap.channelFactory(() -> transport.adoptServer(descriptor));
          }
          transport.listenOptions().forEach((k, v) -> bootstrap.option(cast(k), v));
          transport.streamOptions(bufferRing).forEach((k, v) -> bootstrap.childOption(cast(k), v));
          return bootstrap;
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
        false,
        (loop, descriptor, spread) -> {
          Bootstrap bootstrap =
              new Bootstrap()
                  .group(loop)
                  .handler(handler.apply(loop))
                  .option(ChannelOption.SO_RCVBUF, Transport.DATAGRAM_SOCKET_BUFFER_BYTES)
                  .option(ChannelOption.SO_SNDBUF, Transport.DATAGRAM_SOCKET_BUFFER_BYTES)
                  .option(ChannelOption.WRITE_BUFFER_WATER_MARK, Transport.DATAGRAM_WATER_MARK);
          transport.datagramOptions().forEach((k, v) -> bootstrap.option(cast(k), v));
          if (descriptor == null) {
            bootstrap.channel(transport.datagramChannel());
          } else {
            bootstrap.channelFactory(() -> transport.adoptDatagram(descriptor));
          }
          return bootstrap;
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

  /** Takes over what was inherited for the address, or binds a socket for each loop. */
  private Listener bindEach(InetSocketAddress address, boolean stream, BootstrapFactory factory)
      throws IOException {
    List<Integer> adopted = inherited.claim(stream, address);
    int wanted = transport.hasReusePort() ? loops.size() : 1;
    // What others have bound may not be shared (SO_REUSEPORT): then fewer sockets serve all loops.
    int count = adopted.isEmpty() ? wanted : adopted.size();
    boolean spread = count < loops.size();
    if (adopted.isEmpty() && !waiting && transport.hasReusePort()) {
      refuseToShare(address, stream);
    }
    List<Channel> channels = new ArrayList<>();
    InetSocketAddress actual = address;
    for (int i = 0; i < count; i++) {
      EventLoop loop = loops.get(i % loops.size());
      Integer descriptor = i < adopted.size() ? adopted.get(i) : null;
      AbstractBootstrap<?, ?> bootstrap = factory.make(loop, descriptor, spread);
      if (descriptor == null) {
        transport.reusePortOptions().forEach((k, v) -> bootstrap.option(cast(k), v));
      }
      bootstrap.option(ChannelOption.AUTO_READ, !waiting);
      ChannelFuture future =
          (descriptor == null ? bootstrap.bind(actual) : bootstrap.register())
              .awaitUninterruptibly();
      if (!future.isSuccess()) {
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
        throw new IOException("cannot listen on " + actual, future.cause());
      }
      channels.add(future.channel());
      actual = (InetSocketAddress) future.channel().localAddress();
    }
    Listener listener = new Listener(actual, List.copyOf(channels));
    listeners.add(listener);
    return listener;
  }

  private static void refuseToShare(InetSocketAddress address, boolean stream) throws IOException {
    try {
      SharedPorts.refuse(address, stream);
    } catch (IOException taken) {
      throw new IOException("cannot listen on " + address, taken);
    }
  }

  /** Descriptors of all sockets that listen now, for a successor. */
  List<Integer> listeningDescriptors() {
    List<Integer> descriptors = new ArrayList<>();
    for (Channel channel : listeningChannels()) {
      if (channel instanceof UnixChannel unix) {
        descriptors.add(unix.fd().intValue());
      }
    }
    return descriptors;
  }

  /** Takes nothing more from the listening sockets: they stay open, and others may read them. */
  void stopListening() {
    listeningChannels().forEach(channel -> channel.config().setAutoRead(false));
  }

  /** Begins to take connections and datagrams, once a predecessor has stopped. */
  void startListening() {
    waiting = false;
    listeningChannels().forEach(channel -> channel.config().setAutoRead(true));
  }

  private List<Channel> listeningChannels() {
    listeners.removeIf(listener -> listener.channels().stream().noneMatch(Channel::isOpen));
    return listeners.stream()
        .flatMap(listener -> listener.channels().stream())
        .filter(Channel::isOpen)
        .toList();
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

  /** Makes the bootstrap of one socket: a new one, or one around a descriptor. */
  private interface BootstrapFactory {
    AbstractBootstrap<?, ?> make(EventLoop loop, @Nullable Integer descriptor, boolean spread);
  }
}
