package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.MongoExceptionHandler;
import de.bwaldvogel.mongo.wire.MongoWireMessageEncoder;
import de.bwaldvogel.mongo.wire.MongoWireProtocolHandler;
import de.bwaldvogel.mongo.wire.MongoWireReplyEncoder;
import de.bwaldvogel.mongo.wire.message.ClientRequest;
import de.bwaldvogel.mongo.wire.message.MessageHeader;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import de.bwaldvogel.mongo.wire.message.MongoReply;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks the wire protocol on loopback. Commands run on virtual threads, in order per connection,
 * so that waiting ones (a {@code getMore} on an idle change stream, a write behind a transaction)
 * cost no event-loop thread however many connections wait.
 */
final class WireServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(WireServer.class);

  private static final String HOST = "127.0.0.1";
  private static final int BACKLOG = 1024;
  private static final int EVENT_LOOP_THREADS = 2;

  private final CommandRouter router;
  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(EVENT_LOOP_THREADS, NioIoHandler.newFactory());
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ExecutorService commandThreads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("mongo-command-", 0).factory());
  private final AtomicInteger requestIds = new AtomicInteger();
  private final Channel listener;

  /**
   * @param port 0 for a free one
   * @throws UncheckedIOException when the port is in use
   */
  WireServer(CommandRouter router, int port) {
    this.router = router;
    ChannelFuture bound =
        new ServerBootstrap()
            .group(eventLoops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Initializer())
            .bind(new InetSocketAddress(InetAddress.ofLiteral(HOST), port))
            .awaitUninterruptibly();
    this.listener = bound.channel();
    if (!bound.isSuccess()) {
      stopThreads();
      throw new UncheckedIOException(busyPort(port, bound.cause()));
    }
  }

  private static BindException busyPort(int port, Throwable cause) {
    BindException busy =
        new BindException(
            "Cannot start the embedded MongoDB on "
                + HOST
                + ":"
                + port
                + ": is another MongoDB or dev-stack running there? Stop it or choose another port."
                + " ("
                + cause.getMessage()
                + ")");
    busy.initCause(cause);
    return busy;
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    connections.close().awaitUninterruptibly();
    stopThreads();
  }

  private void stopThreads() {
    eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    commandThreads.close();
  }

  private final class Initializer extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      connections.add(channel);
      channel
          .pipeline()
          .addLast(new MongoWireReplyEncoder())
          .addLast(new MongoWireMessageEncoder())
          .addLast(new MongoWireProtocolHandler())
          .addLast(new Connection())
          .addLast(new MongoExceptionHandler());
    }
  }

  /** One client connection. */
  private final class Connection extends SimpleChannelInboundHandler<ClientRequest> {

    private CompletableFuture<?> previous = CompletableFuture.completedFuture(null);

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ClientRequest request) {
      previous = previous.thenRunAsync(() -> answer(ctx, request), commandThreads);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
      Channel channel = ctx.channel();
      if (!commandThreads.isShutdown()) {
        previous.thenRunAsync(() -> router.connectionClosed(channel), commandThreads);
      }
      super.channelInactive(ctx);
    }

    private void answer(ChannelHandlerContext ctx, ClientRequest request) {
      MessageHeader header =
          new MessageHeader(requestIds.incrementAndGet(), request.getHeader().getRequestID());
      try {
        switch (request) {
          case MongoMessage message -> {
            Document command = message.getDocument();
            Document reply = router.handle(ctx.channel(), message.getDatabaseName(), command);
            ctx.writeAndFlush(new MongoMessage(ctx.channel(), header, reply));
          }
          case MongoQuery query ->
              // Only the first hello of a connection still comes in this old form.
              ctx.writeAndFlush(
                  new MongoReply(
                      header,
                      router.handle(ctx.channel(), query.getDatabaseName(), query.getQuery())));
          default -> throw new IllegalArgumentException("unknown message " + request.getClass());
        }
      } catch (RuntimeException e) {
        log.warn("closing a connection", e);
        ctx.close();
      }
    }
  }
}
