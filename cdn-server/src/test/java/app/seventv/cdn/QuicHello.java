package app.seventv.cdn;

import app.seventv.core.transport.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * A client of QUIC that offers any protocols, and looks at what the server says to that. It speaks
 * HTTP/3, but has no room for an answer: the windows of its requests stay shut.
 */
final class QuicHello implements AutoCloseable {
  private static final long LIMIT_SECONDS = 30;

  /** Longer than servers wait, so that it is they who close a connection. */
  private static final long IDLE_SECONDS = 300;

  private final Channel datagrams;
  private final CompletableFuture<Long> closed = new CompletableFuture<>();
  private @Nullable QuicChannel quic;

  private QuicHello(Channel datagrams) {
    this.datagrams = datagrams;
  }

  /** Shakes hands with a server on this machine; whether there is a connection then shows. */
  static QuicHello send(EventLoops loops, int port, String... protocols) throws Exception {
    QuicSslContextBuilder ssl =
        QuicSslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE);
    if (protocols.length > 0) {
      ssl.applicationProtocols(protocols);
    }
    Channel datagrams =
        new Bootstrap()
            .group(loops.group())
            .channel(loops.transport().datagramChannel())
            .handler(
                new QuicClientCodecBuilder()
                    .sslContext(ssl.build())
                    .maxIdleTimeout(IDLE_SECONDS, TimeUnit.SECONDS)
                    .initialMaxData(1 << 20)
                    .initialMaxStreamDataUnidirectional(1 << 20)
                    .initialMaxStreamsUnidirectional(16)
                    .build())
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    QuicHello hello = new QuicHello(datagrams);
    hello.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return hello;
  }

  private void connect(InetSocketAddress server) throws Exception {
    try {
      quic =
          QuicChannel.newBootstrap(datagrams)
              .handler(
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                      connection
                          .pipeline()
                          .addLast(new CloseReader(), new Http3ClientConnectionHandler());
                    }
                  })
              .remoteAddress(server)
              .connect()
              .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      quic = null; // refused before there was a connection
    }
  }

  /** Learns why the server has closed the connection. */
  private final class CloseReader extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof QuicConnectionCloseEvent close) {
        closed.complete((long) close.error());
      }
      ctx.fireUserEventTriggered(event);
    }
  }

  /** Asks for a path; completes when the stream ends, with whether the server has reset it. */
  CompletableFuture<Boolean> ask(String path) throws Exception {
    CompletableFuture<Boolean> reset = new CompletableFuture<>();
    QuicStreamChannel stream =
        Http3.newRequestStream(
                Objects.requireNonNull(quic, "refused"),
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    reset.complete(cause instanceof QuicStreamResetException);
                    ctx.close();
                  }

                  @Override
                  public void channelInactive(ChannelHandlerContext ctx) {
                    reset.complete(false);
                  }
                })
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    Http3Headers fields =
        new DefaultHttp3Headers().method("GET").path(path).scheme("https").authority("localhost");
    stream
        .writeAndFlush(new DefaultHttp3HeadersFrame(fields))
        .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
    return reset;
  }

  private SSLEngine tls() {
    return Objects.requireNonNull(Objects.requireNonNull(quic, "refused").sslEngine());
  }

  /** Whether the handshake has failed. */
  boolean isRefused() {
    return quic == null;
  }

  /** The protocol that was agreed on. */
  String protocol() {
    return tls().getApplicationProtocol();
  }

  /** What the server has shown. */
  List<Certificate> certificates() throws Exception {
    return List.of(tls().getSession().getPeerCertificates());
  }

  /**
   * Completes with the error of the server's CONNECTION_CLOSE (RFC 9000 §20.1); of a connection
   * that was refused it may never be told.
   */
  CompletableFuture<Long> closed() {
    return closed;
  }

  @Override
  public void close() {
    if (quic != null) {
      quic.close().syncUninterruptibly();
    }
    datagrams.close().syncUninterruptibly();
  }
}
