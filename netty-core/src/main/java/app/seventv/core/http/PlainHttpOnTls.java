package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/**
 * Looks at the first byte on a TLS port: a client that speaks plain HTTP there is told so in words
 * it understands. The first byte of TLS is never a letter (RFC 8446 §5.1).
 */
final class PlainHttpOnTls extends ChannelInboundHandlerAdapter {
  private static final String TEXT = "plain HTTP was sent to an HTTPS port\n";

  private static final ByteBuf ANSWER =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer(
                  "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n"
                      + ("content-length: " + TEXT.length() + "\r\nconnection: close\r\n\r\n")
                      + TEXT,
                  StandardCharsets.US_ASCII)
              .asReadOnly());

  private final HttpObserver observer;
  private boolean answered;

  PlainHttpOnTls(HttpObserver observer) {
    this.observer = observer;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (answered) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof ByteBuf bytes && bytes.isReadable() && isLetter(bytes)) {
      answered = true;
      bytes.release();
      observer.dropped(Protocol.HTTP_1, "protocol-error");
      ctx.writeAndFlush(ANSWER.duplicate()).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    ctx.fireChannelRead(message);
    ctx.pipeline().remove(this);
  }

  private static boolean isLetter(ByteBuf bytes) {
    byte first = bytes.getByte(bytes.readerIndex());
    return first >= 'A' && first <= 'Z';
  }
}
