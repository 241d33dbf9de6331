package app.seventv.core.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/** Ends an HTTP/2 connection that is idle or drained; everything else is the streams' business. */
final class Http2Life extends ChannelInboundHandlerAdapter {
  private final ServerContext server;
  private long lastReadNs = System.nanoTime();

  Http2Life(ServerContext server) {
    this.server = server;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    watch(ctx, server.limits.idleTimeoutMs());
  }

  private void watch(ChannelHandlerContext ctx, long delayMs) {
    ctx.executor().schedule(() -> check(ctx), delayMs, TimeUnit.MILLISECONDS);
  }

  private void check(ChannelHandlerContext ctx) {
    if (!ctx.channel().isActive()) {
      return;
    }
    if (activeStreams(ctx) > 0) {
      lastReadNs = System.nanoTime();
      watch(ctx, server.limits.idleTimeoutMs());
      return;
    }
    long idleMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastReadNs);
    long leftMs = server.limits.idleTimeoutMs() - idleMs;
    if (leftMs > 0) {
      watch(ctx, leftMs);
    } else {
      server.observer.dropped(Protocol.HTTP_2, "idle-timeout");
      ctx.close(); // the frame codec sends GOAWAY first
    }
  }

  private static int activeStreams(ChannelHandlerContext ctx) {
    Http2FrameCodec codec = ctx.pipeline().get(Http2FrameCodec.class);
    return codec == null ? 0 : codec.connection().numActiveStreams();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    lastReadNs = System.nanoTime();
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    // Connection-level frames (settings, ping) that the codec has already acted upon.
    ReferenceCountUtil.release(frame);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
