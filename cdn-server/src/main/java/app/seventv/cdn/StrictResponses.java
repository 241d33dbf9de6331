package app.seventv.cdn;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * Ends a connection to the origin on which anything but the answer to a request comes.
 *
 * <p>The SDK behind it does not look at what the decoder says: it takes a broken chunk for the end
 * of a body, and so it does a connection that ends among the chunks; it keeps connections on which
 * more bytes came than were announced, and takes what follows for an answer with status 999, whose
 * buffer it releases twice. It takes an interim answer for the answer; here it never sees one.
 */
final class StrictResponses extends ChannelDuplexHandler {
  private final Runnable answered;
  private boolean awaited;
  private boolean interim;
  private boolean broken;

  private StrictResponses(Runnable answered) {
    this.answered = answered;
  }

  /**
   * A connection to be, which is checked as soon as the SDK has set up its codec.
   *
   * @param answered runs with each head of an answer
   */
  static NioSocketChannel newChannel(Runnable answered) {
    NioSocketChannel channel = new NioSocketChannel();
    channel.pipeline().addLast(new Installer(answered));
    return channel;
  }

  /**
   * Acts when the connection begins, not when it is active: the SDK, told before the pipeline is,
   * may have written its request by then.
   */
  private static final class Installer extends ChannelOutboundHandlerAdapter {
    private final Runnable answered;

    Installer(Runnable answered) {
      this.answered = answered;
    }

    @Override
    public void connect(
        ChannelHandlerContext ctx, SocketAddress to, SocketAddress from, ChannelPromise promise) {
      String codec = ctx.pipeline().context(HttpClientCodec.class).name();
      ctx.pipeline().addAfter(codec, null, new StrictResponses(answered));
      ctx.connect(to, from, promise);
      ctx.pipeline().remove(this);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof HttpRequest) {
      awaited = true;
    }
    ctx.write(message, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!broken && awaited && message instanceof HttpObject part) {
      if (part.decoderResult().isSuccess()) {
        if (part instanceof HttpResponse head) {
          answered.run();
          interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        }
        if (interim) {
          ReferenceCountUtil.release(message);
          ctx.read(); // the SDK asks for one answer only
          return;
        }
        // Before the SDK hears of it, which may send the next request at once.
        awaited = !(part instanceof LastHttpContent);
        ctx.fireChannelRead(message);
        return;
      }
      ctx.fireExceptionCaught(new IOException("no HTTP: " + part.decoderResult().cause()));
    }
    broken = true;
    ReferenceCountUtil.release(message);
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    // Behind the decoder, which has ended what may end like this.
    if (awaited && !broken) {
      ctx.fireExceptionCaught(new IOException("the connection ended before the answer did"));
    }
    ctx.fireChannelInactive();
  }
}
