package app.seventv.core.http;

import app.seventv.core.tls.TlsContexts;
import app.seventv.core.transport.ConnectionEnds;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Builds the pipeline of an accepted TCP connection: TLS, protocol choice, codec, exchanges. */
final class ConnectionInitializer extends ChannelInitializer<Channel> {
  private static final byte[] HTTP2_PREFACE_START = "PRI * HT".getBytes(StandardCharsets.US_ASCII);

  private final ServerContext server;
  private final HttpListener listener;
  private final @Nullable TlsContexts tls;

  ConnectionInitializer(ServerContext server, HttpListener listener, @Nullable TlsContexts tls) {
    this.server = server;
    this.listener = listener;
    this.tls = tls;
  }

  @Override
  protected void initChannel(Channel channel) {
    HttpLimits limits = server.limits;
    channel
        .config()
        .setMessageSizeEstimator(RegionSizes.INSTANCE)
        .setWriteBufferWaterMark(
            new WriteBufferWaterMark(
                limits.writeLowWatermarkBytes(), limits.writeHighWatermarkBytes()));
    server.open.add(channel);
    if (server.draining()) {
      server.askToLeave(channel); // accepted before, registered after the others were asked
    }
    ProxyProtocol proxy = listener.proxyProtocol();
    boolean required = proxy.mode() == ProxyProtocol.Mode.REQUIRED;
    if (proxy.mode() != ProxyProtocol.Mode.OFF
        && proxy.trusts(ProxyHeaderReader.peer(channel).getAddress())) {
      channel
          .pipeline()
          .addLast("proxy", new ProxyHeaderReader(server, required, this::startBehindProxy));
    } else {
      start(channel);
    }
  }

  private void startBehindProxy(Channel channel) {
    if (server.door.admitPeer(
        channel, Protocol.HTTP_1, ProxyHeaderReader.peer(channel).getAddress())) {
      start(channel);
    } else {
      channel.close();
    }
  }

  private void start(Channel channel) {
    HttpLimits limits = server.limits;
    ChannelPipeline pipeline = channel.pipeline();
    if (tls != null) {
      if (!server.handshakes.tryAcquire()) {
        server.observer.dropped(Protocol.HTTP_1, "handshake-limit");
        channel.close();
        return;
      }
      pipeline.addLast("alpn", new AlpnChoice()); // first: it gives the room back
      pipeline.addBefore(
          "alpn", "tls", tls.newHandler(channel.alloc(), limits.handshakeTimeoutMs()));
      pipeline.addBefore("tls", "first", new FirstRecord(server.observer, tls));
      pipeline.addBefore("tls", "end", new CloseNotifyHold());
      pipeline.addBefore("alpn", "handshake", new HandshakeWatch(server.observer));
    } else if (listener.http2()) {
      pipeline.addLast("preface", new PrefaceChoice());
    } else {
      http1(pipeline);
    }
  }

  private void http1(ChannelPipeline pipeline) {
    Connection connection = connection(pipeline.channel(), Protocol.HTTP_1);
    CloseNotifyHold end = pipeline.get(CloseNotifyHold.class);
    pipeline.addLast("exchanges", new Http1Handler(server, connection, end));
    server.observe(pipeline.channel(), connection);
    if (server.draining()) {
      server.askToLeave(pipeline.channel()); // it was not there to be asked before
    }
  }

  private void http2(ChannelPipeline pipeline) {
    if (tls != null) {
      pipeline.remove(CloseNotifyHold.class); // here the streams tell their ends
    }
    Connection connection = connection(pipeline.channel(), Protocol.HTTP_2);
    pipeline.addLast("http2", new Http2Handler(server, connection));
    server.observe(pipeline.channel(), connection);
  }

  private Connection connection(Channel channel, Protocol protocol) {
    InetSocketAddress peer = ProxyHeaderReader.peer(channel);
    InetSocketAddress local = (InetSocketAddress) channel.localAddress();
    return new Connection(protocol, peer, local.getPort(), tls != null);
  }

  /** Goes on with what the client chose by ALPN (RFC 7301). */
  private final class AlpnChoice extends ApplicationProtocolNegotiationHandler {
    AlpnChoice() {
      super(ApplicationProtocolNames.HTTP_1_1);
    }

    /** The handshake is over, either way. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
      server.handshakes.release();
      super.handlerRemoved(ctx);
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
      if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
        http2(ctx.pipeline());
      } else {
        http1(ctx.pipeline());
      }
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close(); // counted by HandshakeWatch
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  /** Tells HTTP/2 with prior knowledge (RFC 9113 §3.3) from HTTP/1.1 by the first bytes. */
  private final class PrefaceChoice extends ByteToMessageDecoder {
    private @Nullable ScheduledFuture<?> deadline;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      deadline =
          ctx.executor()
              .schedule(
                  () -> {
                    server.observer.dropped(Protocol.HTTP_1, "idle-timeout");
                    ctx.close();
                  },
                  server.limits.idleTimeoutMs(),
                  TimeUnit.MILLISECONDS);
    }

    /** A forgotten timer would hold this and, through its neighbours, every later handler. */
    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
      if (deadline != null) {
        deadline.cancel(false);
      }
    }

    /** A reset before the first bytes, as of a port scan: counted like later ones. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      server.observer.dropped(Protocol.HTTP_1, "transport-error");
      ConnectionEnds.cut(ctx.channel());
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      int known = Math.min(in.readableBytes(), HTTP2_PREFACE_START.length);
      boolean preface = true;
      for (int i = 0; i < known && preface; i++) {
        preface = in.getByte(in.readerIndex() + i) == HTTP2_PREFACE_START[i];
      }
      if (preface && known < HTTP2_PREFACE_START.length) {
        return;
      }
      if (preface) {
        http2(ctx.pipeline());
      } else {
        http1(ctx.pipeline());
      }
      ctx.pipeline().remove(this);
    }
  }
}
