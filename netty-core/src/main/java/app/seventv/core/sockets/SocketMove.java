package app.seventv.core.sockets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.uring.DetachedSocket;
import io.netty.handler.ssl.SslHandler;
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

  /** Whether what arrives is encrypted, because TLS has left the channel. */
  private boolean sealed;

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

  /** Whether the channel's socket can move, with its TLS if it has any. */
  public static boolean isPossible(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    return DetachedSocket.isPossible(channel) && (tls == null || TlsSocket.isPossible(tls));
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
    boolean secure = channel.pipeline().get(SslHandler.class) != null;
    if (!secure && waiting.isEmpty() && waiting.totalPendingWriteBytes() == 0) {
      leave(channel);
    } else {
      table.hold(slot, channel);
      channel
          .writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(written -> {
            table.letGo(slot);
            if (written.isSuccess()) {
              channel.eventLoop().execute(() -> leave(channel)); // not within the handler of TLS
            } else {
              channel.close();
            }
          });
    }
  }

  private void leave(Channel channel) {
    if (over) {
      return;
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null && !takeTls(channel, tls)) {
      channel.close();
      return;
    }
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

  /** False if one side has ended TLS. */
  private boolean takeTls(Channel channel, SslHandler tls) {
    TlsSocket secure = TlsSocket.take(tls);
    if (secure == null) {
      return false;
    }
    table.secure(slot, secure);
    sealed = true;
    channel.pipeline().remove(tls); // what it has not decrypted comes this way
    TlsEndHold end = channel.pipeline().get(TlsEndHold.class);
    if (end != null) {
      channel.pipeline().remove(end); // so does what it has held back
    }
    return true;
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
    if (over) {
      ReferenceCountUtil.release(received);
    } else if (received instanceof ByteBuf bytes) {
      if (sealed) {
        table.early(slot, bytes);
      } else {
        user.received(bytes);
      }
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
