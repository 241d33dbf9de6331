package io.netty.handler.codec.quic;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.http.TestCertificate;
import app.seventv.core.tls.TlsFiles;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The streams of a connection whose socket is closed before the connection is. */
@NullMarked
@SuppressWarnings("NullAway.Init") // JUnit calls start() first
class QuicheStreamsTest {
  private static final int LIMIT_SECONDS = 30;
  private static final String PROTOCOL = "test";
  private static final int WINDOW_BYTES = 1 << 20;

  @TempDir private static Path directory = Path.of(".");

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final QuicheSocket socket = new QuicheSocket(new NoFailures());
  private final Front front = new Front();
  private Channel server;
  private QuicChannel client;
  private QuicStreamChannel stream;

  @BeforeEach
  void start() throws Exception {
    TlsFiles files = TestCertificate.in(directory);
    QuicSslContext tls =
        QuicSslContextBuilder.forServer(files.key().toFile(), null, files.certificate().toFile())
            .applicationProtocols(PROTOCOL)
            .build();
    server =
        bind(
            front,
            new QuicServerCodecBuilder()
                .sslContext(tls)
                .tokenHandler(null)
                .initialMaxData(WINDOW_BYTES)
                .initialMaxStreamDataBidirectionalRemote(WINDOW_BYTES)
                .initialMaxStreamsBidirectional(10)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new Opened())
                .build());
    client = connect();
    stream =
        client
            .createStream(QuicStreamType.BIDIRECTIONAL, new ChannelInboundHandlerAdapter())
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private Channel bind(ChannelHandler... handlers) {
    return new Bootstrap()
        .group(group)
        .channel(NioDatagramChannel.class)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handlers);
              }
            })
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .syncUninterruptibly()
        .channel();
  }

  private QuicChannel connect() throws Exception {
    QuicSslContext tls =
        QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .applicationProtocols(PROTOCOL)
            .build();
    Channel datagrams =
        bind(
            new QuicClientCodecBuilder()
                .sslContext(tls)
                .initialMaxData(WINDOW_BYTES)
                .initialMaxStreamDataBidirectionalLocal(WINDOW_BYTES)
                .build());
    return QuicChannel.newBootstrap(datagrams)
        .handler(new ChannelInboundHandlerAdapter())
        .streamHandler(new ChannelInboundHandlerAdapter())
        .remoteAddress(server.localAddress())
        .connect()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() {
    server.close().syncUninterruptibly();
    group
        .shutdownGracefully(0, LIMIT_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private <T> T onLoop(Callable<T> work) throws Exception {
    return group.next().submit(work).get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void whatIsServicedAfterItsSocketWasClosedFindsItselfAtItsEnd() throws Exception {
    stream.writeAndFlush(Unpooled.copiedBuffer("before", StandardCharsets.US_ASCII)).sync();
    front.whenReadable.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    QuicheStreams streams = front.opened.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    onLoop(() -> {
      assertThat(streams.readable()).as("a stream that can be read").isEqualTo(1);
      assertThat(streams.isClosed()).isFalse();
      int sentBefore = front.written.get();
      socket.close();
      assertAtItsEnd(streams, streams.id(0));
      assertThat(front.written).as("packets").hasValue(sentBefore);
      return true;
    });
  }

  private void assertAtItsEnd(QuicheStreams streams, long id) {
    ByteBuf data = Unpooled.directBuffer().writeZero(100);
    DatagramPacket packet =
        new DatagramPacket(data.retainedDuplicate(), address(server), address(client.parent()));
    ChannelHandlerContext out = server.pipeline().firstContext();
    assertThat(streams.isClosed()).isTrue();
    assertThat(streams.receive(packet, 0)).isFalse();
    assertThat(streams.readable()).isZero();
    assertThat(streams.writable()).isZero();
    assertThat(streams.read(id)).isEqualTo(QuicheStreams.CLOSED);
    assertThat(streams.write(id, data, true)).isEqualTo(QuicheStreams.CLOSED);
    assertThat(streams.capacity(id)).isEqualTo(QuicheStreams.CLOSED);
    assertThat(streams.send(out)).isZero();
    assertThat(streams.timeoutMs()).isNegative();
    streams.priority(id, 1, true);
    streams.stop(id, 0);
    streams.reset(id, 0);
    streams.timedOut();
    assertThat(streams.data().setIndex(0, 1).readByte()).as("memory that is there").isZero();
    assertThat(streams.isEnd()).isFalse();
    packet.release();
    data.release();
  }

  private static InetSocketAddress address(Channel channel) {
    return (InetSocketAddress) channel.localAddress();
  }

  /** Has the streams of the connection made when its handshake is over. */
  private final class Opened extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      front.opened.complete(
          new QuicheStreams(
              (QuicChannel) ctx.channel(), socket, SegmentedDatagramPacketAllocator.NONE));
    }
  }

  /** Gives the streams their datagrams and Netty the others; counts what is sent. */
  private static final class Front extends ChannelDuplexHandler {
    final CompletableFuture<QuicheStreams> opened = new CompletableFuture<>();
    final CompletableFuture<Boolean> whenReadable = new CompletableFuture<>();
    final AtomicInteger written = new AtomicInteger();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      QuicheStreams streams = opened.getNow(null);
      if (streams != null && streams.receive(packet, 0)) {
        packet.release();
      } else {
        ctx.fireChannelRead(packet);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      @Nullable QuicheStreams streams = opened.getNow(null);
      if (streams != null && streams.readable() > 0) {
        whenReadable.complete(true);
      }
      ctx.fireChannelReadComplete();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      written.incrementAndGet();
      ctx.write(message, promise);
    }
  }

  /** Nothing is sent in a way that could fail. */
  private static final class NoFailures implements QuicheSocket.SendFailures {
    @Override
    public void burstRefused(boolean forGood, Throwable cause) {
      throw new IllegalStateException(cause);
    }

    @Override
    public void sendFailed(Throwable cause) {
      throw new IllegalStateException(cause);
    }
  }
}
