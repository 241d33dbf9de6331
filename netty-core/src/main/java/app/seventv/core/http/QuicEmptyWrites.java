package app.seventv.core.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Keeps empty datagrams from the network. Netty writes one behind the last packet of a connection,
 * to hear when that has left; epoll and NIO swallow it, io_uring sends it to the client. Here it
 * completes together with what was written before it.
 */
final class QuicEmptyWrites extends ChannelOutboundHandlerAdapter {
  private @Nullable ChannelFuture last;

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (((DatagramPacket) message).content().isReadable()) {
      last = promise;
      ctx.write(message, promise);
      return;
    }
    ReferenceCountUtil.release(message);
    if (last == null) {
      promise.trySuccess();
    } else {
      last.addListener(sent -> promise.trySuccess());
    }
  }
}
