package app.seventv.core.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restart without a gap (docs/decisions/0011). A process that serves listens on a unix socket; its
 * successor connects there and receives the listening sockets themselves, so that no connection
 * that waits in one of them is lost:
 *
 * <pre>
 * predecessor                          successor
 *    "GENERATION COUNT\n"   -------->
 *                           &lt;--------  "send\n"
 *    COUNT descriptors      -------->  starts its service on them, without reading, and
 *                                     ends if that is not fit to replace the predecessor's
 *                           &lt;--------  "ready\n"
 *    stops reading, closes  -------->  reads; listens on the unix socket in its turn
 *    drains and ends
 * </pre>
 *
 * <p>Datagrams of QUIC connections that the predecessor still owns go to it through a second unix
 * socket, named after its generation; see {@link DatagramRelay}.
 */
public final class Handover implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

  /** Each step of the conversation; a predecessor that hangs must not stop its successor. */
  private static final Duration STEP_LIMIT = Duration.ofSeconds(10);

  private static final long CLOSE_LIMIT_MS = 1_000;

  /** Datagrams on their way to the predecessor; more are dropped, as a full network would. */
  private static final WriteBufferWaterMark RELAY_QUEUE =
      new WriteBufferWaterMark(512 << 10, 1 << 20);

  private final @Nullable HandoverPath path;
  private final @Nullable EventLoopGroup loop;
  private final InheritedSockets sockets;
  private final DatagramRelay relay;
  private final @Nullable Channel predecessor;

  /** The sockets for a successor and for its datagrams. */
  private List<Channel> listening = List.of();

  private Handover(
      @Nullable HandoverPath path,
      @Nullable EventLoopGroup loop,
      InheritedSockets sockets,
      DatagramRelay relay,
      @Nullable Channel predecessor) {
    this.path = path;
    this.loop = loop;
    this.sockets = sockets;
    this.relay = relay;
    this.predecessor = predecessor;
  }

  /** A process without predecessor, successor or systemd's sockets. */
  public static Handover none() {
    return of(InheritedSockets.none());
  }

  /** A process that only starts on given sockets (systemd's). */
  public static Handover of(InheritedSockets sockets) {
    return new Handover(null, null, sockets, firstRelay(), null);
  }

  private static DatagramRelay firstRelay() {
    // Random, so that ids of a process that died are most likely known as foreign.
    return new DatagramRelay(new SecureRandom().nextInt(DatagramRelay.GENERATIONS));
  }

  /**
   * Whether {@link #at} could use the path, as far as that is known beforehand.
   *
   * @throws IOException if not; the message says why
   */
  public static void check(Path at) throws IOException {
    HandoverPath.check(at);
  }

  /**
   * Asks the process that listens at the path for its sockets; if there is none, starts on those
   * given.
   *
   * @param at of the unix socket, in a directory that only this user may write to
   * @param otherwise sockets to start on without a predecessor
   * @throws IOException if the path is unfit, another process starts with it at the same time, or a
   *     predecessor answers but its sockets do not arrive
   */
  public static Handover at(Path at, InheritedSockets otherwise) throws IOException {
    HandoverPath path = new HandoverPath(at);
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("handover", true), EpollIoHandler.newFactory());
    try {
      HandoverClient client = new HandoverClient();
      Channel predecessor = path.mayHavePredecessor() ? connect(path, loop, client) : null;
      if (predecessor == null) {
        return new Handover(path, loop, otherwise, firstRelay(), null);
      }
      HandoverClient.Received received = await(client.received());
      InheritedSockets sockets = InheritedSockets.of(received.descriptors());
      LOG.info("{} sockets of the predecessor taken over", received.descriptors().size());
      return new Handover(path, loop, sockets, relayTo(received, path, loop), predecessor);
    } catch (IOException e) {
      path.release();
      loop.shutdownGracefully(0, CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS);
      throw e;
    }
  }

  private static @Nullable Channel connect(
      HandoverPath path, EventLoopGroup loop, HandoverClient client) {
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainSocketChannel.class)
            .handler(client)
            .connect(path.socket())
            .awaitUninterruptibly();
    if (connecting.isSuccess()) {
      return connecting.channel();
    }
    LOG.info("nobody listens at the handover socket {} any more", path);
    return null;
  }

  private static DatagramRelay relayTo(
      HandoverClient.Received received, HandoverPath path, EventLoopGroup loop) throws IOException {
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainDatagramChannel.class)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, RELAY_QUEUE)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(path.relay(received.generation()))
            .awaitUninterruptibly();
    if (!connecting.isSuccess()) {
      throw new IOException("the predecessor takes no datagrams", connecting.cause());
    }
    DatagramRelay relay =
        new DatagramRelay((received.generation() + 1) % DatagramRelay.GENERATIONS);
    relay.predecessor(connecting.channel());
    return relay;
  }

  InheritedSockets sockets() {
    return sockets;
  }

  DatagramRelay relay() {
    return relay;
  }

  /** Whether a successor may take over from this process. */
  public boolean isOffered() {
    return path != null;
  }

  /** Whether another process serves until {@link #complete}. */
  public boolean hasPredecessor() {
    return predecessor != null;
  }

  /**
   * Called when the service listens: the predecessor stops reading, this process starts, and waits
   * for a successor of its own.
   *
   * @param onSuccessor told once a successor serves: time to drain and end
   * @throws IOException if the unix socket cannot be bound
   */
  public void complete(EventLoops loops, Runnable onSuccessor) throws IOException {
    Channel old = predecessor;
    if (old != null) {
      HandoverClient.ready(old);
      if (!old.closeFuture().awaitUninterruptibly(STEP_LIMIT.toMillis())) {
        LOG.warn("the predecessor has not stopped within {}; starting all the same", STEP_LIMIT);
        old.close();
      }
    }
    loops.startListening();
    sockets.close();
    if (path != null && loop != null) {
      listen(path, loop, loops, onSuccessor);
    }
  }

  private void listen(HandoverPath at, EventLoopGroup group, EventLoops loops, Runnable onSuccessor)
      throws IOException {
    DomainSocketAddress relayAddress = at.relay(relay.generation());
    HandoverPath.clear(relayAddress);
    HandoverPath.clear(at.socket());
    ChannelFuture relaying =
        new Bootstrap()
            .group(group)
            .channel(EpollDomainDatagramChannel.class)
            .handler(relay.inbound())
            .bind(relayAddress)
            .awaitUninterruptibly();
    ChannelFuture asking =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerDomainSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1)
            .childHandler(new HandoverServer(relay.generation(), loops, onSuccessor))
            .bind(at.socket())
            .awaitUninterruptibly();
    listening = List.of(relaying.channel(), asking.channel());
    for (ChannelFuture bound : List.of(relaying, asking)) {
      if (!bound.isSuccess()) {
        throw new IOException("cannot listen for a successor at " + at, bound.cause());
      }
    }
    HandoverPath.restrict(relayAddress);
    HandoverPath.restrict(at.socket());
    at.release();
  }

  private static <T> T await(CompletableFuture<T> future) throws IOException {
    try {
      return future.get(STEP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the predecessor has not handed over its sockets", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted during the handover", e);
    }
  }

  /** Frees the unix sockets; the process has drained. */
  @Override
  public void close() {
    sockets.close();
    if (loop != null && path != null) {
      try (path) {
        for (Channel channel : listening) {
          channel.close().awaitUninterruptibly(CLOSE_LIMIT_MS);
        }
        if (!listening.isEmpty()) {
          HandoverPath.clear(path.relay(relay.generation()));
        }
      } catch (IOException e) {
        LOG.warn("a file of the handover could not be removed", e);
      }
      loop.shutdownGracefully(0, CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
  }
}
