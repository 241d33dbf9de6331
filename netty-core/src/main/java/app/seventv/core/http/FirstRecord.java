package app.seventv.core.http;

import app.seventv.core.tls.TlsContexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes on a TLS port. Who does not speak TLS there is answered as by the
 * services of before (event-api.md §2.1, cdn.md §1): in words of plain HTTP, except for HTTP/2,
 * which ends without a word. The first record of TLS is passed on as a whole, after {@link
 * TlsContexts#firstRecord} has seen it.
 */
@SuppressWarnings("StaticAssignmentOfThrowable") // bad input is cheap
final class FirstRecord extends ChannelInboundHandlerAdapter {
  private static final int HEADER_BYTES = 5;
  private static final int TYPE_HANDSHAKE = 0x16;
  private static final int MAJOR_VERSION = 3;

  /** Longest record (RFC 8446 §5.1); TLS will refuse a longer one by its header. */
  private static final int MAX_RECORD_BYTES = HEADER_BYTES + (16 << 10);

  private static final String HTTP2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final String HTTP1 = "HTTP/1.1";
  private static final ByteBuf PLAIN_HTTP = page("400 Sent plain HTTP request to an HTTPS port");
  private static final ByteBuf BAD_REQUEST = page("400 Bad Request");
  private static final SslHandshakeCompletionEvent NOT_TLS =
      new SslHandshakeCompletionEvent(new NotSslRecordException("no record of TLS"));

  private final HttpObserver observer;
  private final TlsContexts tls;
  private @Nullable ByteBuf held;
  private boolean refused;

  FirstRecord(HttpObserver observer, TlsContexts tls) {
    this.observer = observer;
    this.tls = tls;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static ByteBuf page(String title) {
    String html =
        "<html><head><title>%1$s</title></head><body><h1>%1$s</h1></body></html>\n"
            .formatted(title);
    String head =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: %d\r\n"
                .formatted(html.length())
            + "Connection: close\r\n\r\n";
    return Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(ascii(head + html)).asReadOnly());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (refused || !(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    ByteBuf in = bytes;
    ByteBuf before = held;
    if (before != null) {
      held = null;
      in = before.writeBytes(bytes);
      bytes.release();
    }
    if (!mayBeTls(in)) {
      refused = true;
      refuse(ctx, in);
      in.release();
    } else if (isComplete(in)) {
      SslHandler handler = ctx.pipeline().get(SslHandler.class);
      if (handler != null) { // not if the name is awaited that chooses the certificate
        tls.firstRecord(handler, in);
      }
      ctx.fireChannelRead(in);
      ctx.pipeline().remove(this);
    } else {
      held = before != null ? in : copy(ctx, in);
    }
  }

  /** Not the buffer itself: it belongs to the loop. */
  private static ByteBuf copy(ChannelHandlerContext ctx, ByteBuf in) {
    ByteBuf copy = ctx.alloc().buffer().writeBytes(in);
    in.release();
    return copy;
  }

  private static boolean mayBeTls(ByteBuf in) {
    int at = in.readerIndex();
    int count = in.readableBytes();
    return (count < 1 || in.getByte(at) == TYPE_HANDSHAKE)
        && (count < 2 || in.getByte(at + 1) == MAJOR_VERSION)
        && (count < 3 || in.getByte(at + 2) != 0);
  }

  private static boolean isComplete(ByteBuf in) {
    int count = in.readableBytes();
    if (count < HEADER_BYTES) {
      return false;
    }
    int recordBytes = HEADER_BYTES + in.getUnsignedShort(in.readerIndex() + 3);
    return count >= Math.min(recordBytes, MAX_RECORD_BYTES);
  }

  private void refuse(ChannelHandlerContext ctx, ByteBuf in) {
    observer.dropped(Protocol.HTTP_1, "protocol-error");
    String start =
        in.toString(
            in.readerIndex(),
            Math.min(in.readableBytes(), HTTP2_PREFACE.length()),
            StandardCharsets.ISO_8859_1);
    if (start.equals(HTTP2_PREFACE)) {
      ctx.fireUserEventTriggered(NOT_TLS);
      ctx.close();
      return;
    }
    boolean isHttp = start.contains(HTTP1);
    ctx.writeAndFlush((isHttp ? PLAIN_HTTP : BAD_REQUEST).duplicate())
        .addListener(written -> {
          ctx.fireUserEventTriggered(NOT_TLS);
          ctx.close();
        });
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    letGo();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    letGo();
  }

  private void letGo() {
    ByteBuf rest = held;
    held = null;
    ReferenceCountUtil.release(rest);
  }
}
