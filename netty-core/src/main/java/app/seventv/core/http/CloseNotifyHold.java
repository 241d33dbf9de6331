package app.seventv.core.http;

import app.seventv.core.sockets.TlsEndHold;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stands before TLS and keeps a client's {@code close_notify} back while an HTTP/1.1 request is
 * being answered. The alert ends only the client's half (RFC 8446 §6.1), but Netty's OpenSSL engine
 * closes both when it reads one, and nothing could be encrypted any more.
 *
 * <p>What is in a record cannot be seen here. One that may be an alert by its type and length is
 * held while nothing follows it, and only while what it holds would have to wait anyway: any other
 * content of it would be the start of a pipelined request.
 */
final class CloseNotifyHold extends ChannelInboundHandlerAdapter implements TlsEndHold {
  private static final int HEADER_BYTES = 5;
  private static final int TYPE_ALERT = 21;
  private static final int TYPE_APPLICATION_DATA = 23;

  /**
   * Level and description, the content type of TLS 1.3 or a nonce, a tag of 16 bytes, and what some
   * clients pad records with.
   */
  private static final int MAX_ALERT_BYTES = 64;

  private BooleanSupplier answering = () -> false;
  private @Nullable ChannelHandlerContext context;

  /** Bytes from the start of a record that TLS has not seen. */
  private ByteBuf held = Unpooled.EMPTY_BUFFER;

  /** Of the record whose start TLS has seen. */
  private int missingBytes;

  /** Whether TLS got something that it has not been told to be the end of a read. */
  private boolean forwarded;

  /**
   * Begins to hold alerts back.
   *
   * @param holds whether a complete request is being answered; {@link #releaseSoon} must be called
   *     when that is over
   */
  void holdWhile(BooleanSupplier holds) {
    answering = holds;
  }

  @Override
  public void holdUntilRemoved() {
    answering = () -> true;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (held.isReadable()) {
      ByteBuf both = ctx.alloc().buffer(held.readableBytes() + in.readableBytes());
      both.writeBytes(held).writeBytes(in);
      held.release();
      held = Unpooled.EMPTY_BUFFER;
      in.release();
      in = both;
    }
    int end = in.writerIndex();
    int at = skipRecords(in);
    if (at == end || (at == in.readerIndex() && isComplete(in) && mayPass())) {
      forwarded = true;
      ctx.fireChannelRead(in);
      return;
    }
    held = ctx.alloc().buffer(end - at, end - at).writeBytes(in, at, end - at);
    if (at > in.readerIndex()) {
      forwarded = true;
      ctx.fireChannelRead(in.writerIndex(at));
    } else {
      in.release();
    }
    releaseSoon();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    forwarded = false;
    ctx.fireChannelReadComplete();
  }

  /** Whether nothing is being answered, and no answer waits for the end of the read. */
  private boolean mayPass() {
    return !forwarded && !answering.getAsBoolean();
  }

  private static boolean isComplete(ByteBuf record) {
    int bytes = record.readableBytes();
    return bytes >= HEADER_BYTES
        && bytes == HEADER_BYTES + record.getUnsignedShort(record.readerIndex() + 3);
  }

  /**
   * Where the record begins that may be a last alert, or of which too little is known; or the end.
   */
  private int skipRecords(ByteBuf in) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    if (missingBytes >= end - at) {
      missingBytes -= end - at;
      return end;
    }
    at += missingBytes;
    missingBytes = 0;
    while (end - at >= HEADER_BYTES) {
      int recordBytes = HEADER_BYTES + in.getUnsignedShort(at + 3);
      if (recordBytes >= end - at && mayBeAlert(in, at)) {
        return at;
      }
      if (recordBytes > end - at) {
        missingBytes = recordBytes - (end - at);
        return end;
      }
      at += recordBytes;
    }
    return at;
  }

  private static boolean mayBeAlert(ByteBuf in, int at) {
    int type = in.getUnsignedByte(at);
    return (type == TYPE_ALERT || type == TYPE_APPLICATION_DATA)
        && in.getUnsignedShort(at + 3) <= MAX_ALERT_BYTES;
  }

  /** Looks at it when what has been answered by now is flushed, which is when the read ends. */
  void releaseSoon() {
    if (held.isReadable() && context != null) {
      context.executor().execute(this::release);
    }
  }

  /** Lets TLS have what is held if it is complete and nothing is being answered now. */
  private void release() {
    ChannelHandlerContext ctx = context;
    if (ctx != null && isComplete(held) && mayPass()) {
      ByteBuf record = held;
      held = Unpooled.EMPTY_BUFFER;
      ctx.fireChannelRead(record);
      ctx.fireChannelReadComplete();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    ByteBuf rest = held;
    held = Unpooled.EMPTY_BUFFER;
    if (rest.isReadable()) {
      ctx.fireChannelRead(rest);
    }
  }
}
