package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns HTTP objects into exchanges. What differs between a connection (HTTP/1.1) and a stream
 * (HTTP/2, HTTP/3) is left to the two subclasses.
 */
abstract class ExchangeHandler extends ChannelInboundHandlerAdapter implements ExchangeTransport {
  final ServerContext server;
  final Connection connection;

  private @Nullable ChannelHandlerContext context;
  private @Nullable HttpExchange current;
  private long declaredLength;
  private boolean continueExpected;
  private boolean reading;
  private boolean flushPending;

  ExchangeHandler(ServerContext server, Connection connection) {
    this.server = server;
    this.connection = connection;
  }

  // Hooks for the subclasses.

  /** Chooses how the body of a streamed response is delimited. */
  abstract void framing(HttpResponse head);

  /** A request head arrived. */
  void requestStarted(HttpRequest head) {}

  // Inbound.

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    dispatch(message);
  }

  /** Handles one HTTP object, whose reference it takes. */
  final void dispatch(Object message) {
    if (message instanceof HttpRequest head) {
      beginRequest(head);
    }
    if (message instanceof HttpContent content) {
      HttpExchange exchange = current;
      if (exchange == null) {
        content.release();
        return;
      }
      if (content.decoderResult().isFailure()) {
        content.release();
        protocolError(content.decoderResult());
        return;
      }
      ByteBuf data = content.content();
      if (data.isReadable()) {
        exchange.bodyChunk(data);
      } else {
        data.release();
      }
      if (content instanceof LastHttpContent last) {
        exchange.bodyEnd(last.trailingHeaders());
      }
    } else if (!(message instanceof HttpRequest)) {
      ReferenceCountUtil.release(message);
    }
  }

  private void beginRequest(HttpRequest head) {
    if (head.decoderResult().isFailure()) {
      protocolError(head.decoderResult());
      return;
    }
    requestStarted(head);
    declaredLength = HttpUtil.getContentLength(head, -1L);
    continueExpected = HttpUtil.is100ContinueExpected(head);
    Request request = new Request(head.method().name(), head.uri(), head.headers(), connection);
    HttpExchange exchange = new HttpExchange(server, this, request, System.nanoTime());
    current = exchange;
    String violation = violation(head);
    try {
      if (violation != null) {
        throw new HttpError(400, violation);
      }
      server.handler.handle(exchange);
    } catch (Exception failure) {
      exchange.fail(failure);
    }
  }

  /** A defect that makes the request unfit for any handler, or null. */
  @Nullable String violation(HttpRequest head) {
    return null;
  }

  private void protocolError(DecoderResult result) {
    Throwable cause = result.cause();
    int status =
        cause instanceof TooLongHttpLineException
            ? 414
            : cause instanceof TooLongHttpHeaderException ? 431 : 400;
    server.observer.dropped(connection.protocol(), "malformed-request");
    HttpExchange exchange = current;
    if (exchange != null) {
      abort();
      return;
    }
    Response response = Response.of(status).header("connection", "close");
    response.headers().set("content-length", "0");
    sendResponse(status, response.headers(), response.body());
    closeAfterFlush(context().channel());
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (flushPending) {
      flushPending = false;
      ctx.flush();
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.writabilityChanged();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.channelClosed();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Resets and TLS alerts by the peer; nothing can be sent any more, so the socket goes.
    server.observer.dropped(connection.protocol(), "transport-error");
    ctx.close();
  }

  // Services for the exchange.

  @Override
  public final EventLoop eventLoop() {
    return context().channel().eventLoop();
  }

  @Override
  public final ByteBufAllocator alloc() {
    return context().alloc();
  }

  @Override
  public final long declaredLength() {
    return declaredLength;
  }

  @Override
  public final void continueIfExpected() {
    if (continueExpected) {
      continueExpected = false;
      context()
          .writeAndFlush(
              new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
  }

  /** Whether the client still waits for 100 (Continue), so that its body will never come. */
  final boolean bodyHeldBack() {
    return continueExpected;
  }

  @Override
  public final void reading(boolean wanted) {
    context().channel().config().setAutoRead(wanted);
  }

  @Override
  public final void sendResponse(int status, HttpHeaders headers, ByteBuf body) {
    queue(
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            body,
            headers,
            EmptyHttpHeaders.INSTANCE));
    flush();
  }

  @Override
  public final void sendHead(int status, HttpHeaders headers) {
    HttpResponse head =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), headers);
    framing(head);
    queue(head);
  }

  @Override
  public final void sendData(ByteBuf data) {
    queue(new DefaultHttpContent(data));
  }

  @Override
  public final void sendEnd(HttpHeaders trailers) {
    queue(
        trailers.isEmpty()
            ? LastHttpContent.EMPTY_LAST_CONTENT
            : new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER, trailers));
    flush();
  }

  private void queue(Object message) {
    context().write(message, context().voidPromise());
  }

  @Override
  public final void flush() {
    if (reading) {
      flushPending = true;
    } else {
      context().flush();
    }
  }

  @Override
  public final boolean isWritable() {
    return context().channel().isWritable();
  }

  @Override
  public final long bytesBeforeUnwritable() {
    return context().channel().bytesBeforeUnwritable();
  }

  /** Closes the connection once everything queued has been written. */
  static void closeAfterFlush(Channel channel) {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  final @Nullable HttpExchange current() {
    return current;
  }

  final void clearCurrent() {
    current = null;
  }

  final ChannelHandlerContext context() {
    return Objects.requireNonNull(context, "handler is not in a pipeline");
  }

  /** Whether the head carries both framings (RFC 9112 §6.3), the seed of request smuggling. */
  static boolean ambiguousFraming(HttpHeaders headers) {
    return headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        && headers.contains(HttpHeaderNames.CONTENT_LENGTH);
  }
}
