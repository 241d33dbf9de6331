package app.seventv.core.service;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.concurrent.TimeUnit;

/**
 * Health, figures and version over HTTP/1.1 (operations.md §4.1) on a loop of its own, so that it
 * answers even if the service's loops are stuck. Private interface only: no TLS, no login, and no
 * figures of its own (docs/observability.md).
 */
final class AdminServer implements AutoCloseable {
  private static final int MAX_REQUEST_LINE_BYTES = 1_024;
  private static final int MAX_HEADER_BYTES = 8_192;
  private static final int IDLE_SECONDS = 60;
  private static final int BACKLOG_CONNECTIONS = 128;
  private static final long CLOSE_LIMIT_MS = 1_000;

  private final EventLoopGroup loop;
  private final Channel channel;

  private AdminServer(EventLoopGroup loop, Channel channel) {
    this.loop = loop;
    this.channel = channel;
  }

  /**
   * Listens.
   *
   * @param shared whether a predecessor may still listen on the same address
   * @throws IOException if the address cannot be bound
   */
  static AdminServer start(InetSocketAddress address, AdminRoutes routes, boolean shared)
      throws IOException {
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("admin", true), NioIoHandler.newFactory());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG_CONNECTIONS)
            .option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), shared)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel connection) {
                    connection
                        .pipeline()
                        .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                        .addLast(
                            new HttpServerCodec(
                                new HttpDecoderConfig()
                                    .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
                                    .setMaxHeaderSize(MAX_HEADER_BYTES)))
                        .addLast(new HttpServerKeepAliveHandler())
                        .addLast(new AdminHandler(routes));
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loop.shutdownGracefully(0, CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS);
      throw new IOException(
          "cannot listen on " + address + " (" + ServiceKeys.METRICS_BIND_ADDRESS + ")",
          bound.cause());
    }
    return new AdminServer(loop, bound.channel());
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }
}
