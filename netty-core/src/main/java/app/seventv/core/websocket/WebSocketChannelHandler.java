package app.seventv.core.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A session over a connection of its own (HTTP/1.1 after the handshake). 32 bytes with compact
 * headers.
 */
final class WebSocketChannelHandler extends ChannelInboundHandlerAdapter
    implements WebSocketTransport {
  private boolean reading;
  private boolean flushPending;
  private @Nullable ChannelHandlerContext context;
  private final WebSocketOptions options;
  private final WebSocketSession session;

  WebSocketChannelHandler(
      WebSocketOptions options, boolean compressed, WebSocketListener listener) {
    this.options = options;
    session = new WebSocketSession(this, compressed, listener);
  }

  WebSocketSession session() {
    return session;
  }

  // From the channel.

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object received) {
    if (received instanceof ByteBuf data) {
      reading = true;
      session.receive(data);
    } else {
      ReferenceCountUtil.release(received); // what the HTTP decoder had not passed on
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (flushPending) {
      flushPending = false;
      ctx.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    session.writabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close(); // resets and TLS alerts: nothing can be sent any more
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    session.transportClosed();
  }

  // For the session.

  @Override
  public EventExecutor executor(WebSocketSession of) {
    return context().channel().eventLoop();
  }

  @Override
  public WebSocketOptions options(WebSocketSession of) {
    return options;
  }

  @Override
  public ByteBufAllocator alloc(WebSocketSession of) {
    return context().alloc();
  }

  @Override
  public void write(WebSocketSession of, ByteBuf bytes) {
    context().write(bytes, context().voidPromise());
  }

  @Override
  public void flush(WebSocketSession of) {
    if (reading) {
      flushPending = true;
    } else {
      context().flush();
    }
  }

  @Override
  public boolean isWritable(WebSocketSession of) {
    return context().channel().isWritable();
  }

  @Override
  public long pendingBytes(WebSocketSession of) {
    var buffer = context().channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  @Override
  public void reading(WebSocketSession of, boolean wanted) {
    context().channel().config().setAutoRead(wanted);
  }

  @Override
  public void close(WebSocketSession of) {
    SslHandler tls = context().pipeline().get(SslHandler.class);
    if (tls == null) {
      context()
          .writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener((ChannelFutureListener) flushed -> endOutput(flushed.channel()));
    } else {
      context().flush();
      tls.closeOutbound()
          .addListener((ChannelFutureListener) notified -> endOutput(notified.channel()));
    }
  }

  /** Sends the end; Netty closes the channel when the peer's has arrived. */
  private static void endOutput(Channel channel) {
    if (channel instanceof DuplexChannel duplex && duplex.isActive()) {
      duplex
          .shutdownOutput()
          .addListener(ended -> {
            if (!ended.isSuccess()) {
              duplex.close();
            }
          });
    } else {
      channel.close();
    }
  }

  @Override
  public void abort(WebSocketSession of) {
    context().channel().close();
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context, "handler is not in a pipeline");
  }
}
