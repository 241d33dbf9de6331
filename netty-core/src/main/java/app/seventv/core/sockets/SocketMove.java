package app.seventv.core.sockets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.uring.DetachedSocket;
import io.netty.util.ReferenceCountUtil;

/**
 * The way of a socket from its channel into a table: the channel's reads are cancelled, what they
 * still bring goes to the user, and when the ring knows nothing of the channel any more the
 * descriptor is taken out of it. The user may write meanwhile.
 */
public final class SocketMove extends ChannelInboundHandlerAdapter {
  private final SocketTable table;
  private final SocketUser user;
  private final int slot;
  private boolean over;

  /**
   * The last handler of the channel.
   *
   * @param slot reserved for the user
   */
  public SocketMove(SocketTable table, SocketUser user, int slot) {
    this.table = table;
    this.user = user;
    this.slot = slot;
  }

  /** Whether sockets of such channels can move. */
  public static boolean isPossible(Channel channel) {
    return DetachedSocket.isPossible(channel);
  }

  /**
   * Sets what is to be done when the socket is closed.
   *
   * @param openedNs when the connection was accepted
   */
  public void end(SocketEnd end, long openedNs) {
    table.end(slot, end, openedNs);
  }

  /** Starts the move, in a later part of the turn; the handler must be in the pipeline. */
  public void start(Channel channel) {
    // The end of the client's direction is the table's business: it must not close the channel.
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    channel.config().setAutoRead(false);
    channel.eventLoop().execute(() -> awaitWrites(channel));
  }

  /** Answers to earlier requests may still be on their way. */
  private void awaitWrites(Channel channel) {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    if (waiting == null) {
      return; // closed: channelInactive has told
    }
    if (waiting.isEmpty() && waiting.totalPendingWriteBytes() == 0) {
      leave(channel);
    } else {
      table.hold(slot, channel);
      channel
          .writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(written -> {
            table.letGo(slot);
            if (written.isSuccess()) {
              leave(channel);
            } else {
              channel.close();
            }
          });
    }
  }

  private void leave(Channel channel) {
    var deregistered = channel.deregister();
    // Behind the task in which Netty cancels the channel's operations.
    channel.eventLoop().execute(() -> DetachedSocket.forget(channel));
    deregistered.addListener(left -> {
      if (left.isSuccess() && !over) {
        arrive(channel);
      } else {
        channel.close();
      }
    });
  }

  private void arrive(Channel channel) {
    over = true;
    int descriptor = DetachedSocket.take(channel);
    if (descriptor < 0) {
      table.abandon(slot);
    } else {
      table.attach(slot, descriptor);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object received) {
    if (received instanceof ByteBuf bytes) {
      user.received(bytes);
    } else {
      ReferenceCountUtil.release(received); // what the HTTP decoder had not passed on
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!over) {
      over = true;
      table.abandon(slot);
    }
  }
}
