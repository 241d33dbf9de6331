package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of the PROXY protocol that a trusted proxy sends first, and goes on with the
 * address it tells.
 */
final class ProxyHeaderReader extends ByteToMessageDecoder {
  /** Bytes after which the two versions of the header can be told from anything else. */
  private static final int SIGNATURE_BYTES = 12;

  private static final byte[] SIGNATURE_1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] SIGNATURE_2 = {
    '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
  };

  /** Bytes of a version 2 header besides the addresses; longer ones are refused. */
  private static final int MAX_EXTENSION_BYTES = 2_048;

  private static final AttributeKey<InetSocketAddress> PEER =
      AttributeKey.valueOf(ProxyHeaderReader.class, "peer");

  private final ServerContext server;
  private final boolean required;
  private final Consumer<Channel> next;
  private @Nullable Future<?> deadline;

  /**
   * Reads a header.
   *
   * @param required whether a connection without one is closed
   * @param next builds the rest of the pipeline, once {@link #peer} is known
   */
  ProxyHeaderReader(ServerContext server, boolean required, Consumer<Channel> next) {
    this.server = server;
    this.required = required;
    this.next = next;
  }

  /** The client's address: what a trusted proxy told, else the other end of the socket. */
  static InetSocketAddress peer(Channel channel) {
    InetSocketAddress told = channel.hasAttr(PEER) ? channel.attr(PEER).get() : null;
    return told == null ? (InetSocketAddress) channel.remoteAddress() : told;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    Channel channel = ctx.channel();
    deadline =
        ctx.executor()
            .schedule(
                () -> refuse(channel, "proxy-protocol"),
                server.limits.handshakeTimeoutMs(),
                TimeUnit.MILLISECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    boolean maybeFirst = startsLike(in, SIGNATURE_1);
    boolean maybeSecond = startsLike(in, SIGNATURE_2);
    if ((maybeFirst && in.readableBytes() >= SIGNATURE_1.length)
        || (maybeSecond && in.readableBytes() >= SIGNATURE_BYTES)) {
      ctx.pipeline()
          .addAfter(ctx.name(), "proxy-header", new HAProxyMessageDecoder(MAX_EXTENSION_BYTES))
          .addAfter("proxy-header", "proxy-address", new AddressReader());
      ctx.pipeline().remove(this);
    } else if (!maybeFirst && !maybeSecond) {
      if (required) {
        in.skipBytes(in.readableBytes());
        refuse(ctx.channel(), "proxy-protocol");
      } else {
        goOn(ctx.channel(), null);
        ctx.pipeline().remove(this);
      }
    }
  }

  private static boolean startsLike(ByteBuf in, byte[] signature) {
    int known = Math.min(in.readableBytes(), signature.length);
    for (int i = 0; i < known; i++) {
      if (in.getByte(in.readerIndex() + i) != signature[i]) {
        return false;
      }
    }
    return true;
  }

  private void goOn(Channel channel, @Nullable InetSocketAddress told) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (told != null) {
      channel.attr(PEER).set(told);
    }
    next.accept(channel);
  }

  private void refuse(Channel channel, String reason) {
    if (channel.isActive()) {
      server.observer.dropped(Protocol.HTTP_1, reason);
      channel.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    if (deadline != null) {
      deadline.cancel(false);
    }
    super.channelInactive(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    failed(ctx, cause);
  }

  /** The peer has reset the connection, or its header is wrong. */
  private void failed(ChannelHandlerContext ctx, Throwable cause) {
    refuse(ctx.channel(), cause instanceof IOException ? "transport-error" : "proxy-protocol");
    ctx.close();
  }

  /** Takes the decoded header. */
  private final class AddressReader extends ChannelInboundHandlerAdapter {
    private boolean read;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (!(message instanceof HAProxyMessage header)) {
        if (read) {
          ctx.fireChannelRead(message);
        } else {
          ReferenceCountUtil.release(message);
        }
        return;
      }
      InetSocketAddress told;
      try {
        told = address(header);
      } catch (UnknownHostException e) {
        refuse(ctx.channel(), "proxy-protocol");
        return;
      } finally {
        header.release();
      }
      read = true;
      goOn(ctx.channel(), told);
      ctx.pipeline().remove(this);
    }

    /** Health checks of the proxy itself (LOCAL) and unknown protocols tell no address. */
    private static @Nullable InetSocketAddress address(HAProxyMessage header)
        throws UnknownHostException {
      AddressFamily family = header.proxiedProtocol().addressFamily();
      if (header.command() == HAProxyCommand.LOCAL
          || (family != AddressFamily.AF_IPv4 && family != AddressFamily.AF_IPv6)) {
        return null;
      }
      byte[] bytes = NetUtil.createByteArrayFromIpAddressString(header.sourceAddress());
      if (bytes == null) {
        throw new UnknownHostException("no address");
      }
      return new InetSocketAddress(InetAddress.getByAddress(bytes), header.sourcePort());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (deadline != null) {
        deadline.cancel(false);
      }
      ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failed(ctx, cause);
    }
  }
}
