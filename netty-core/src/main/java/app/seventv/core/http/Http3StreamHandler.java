package app.seventv.core.http;

import app.seventv.core.websocket.WebSocketHandshake;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3Headers;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.http3.Http3Exception;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3HeadersValidationException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/3 request stream (RFC 9114 §4.1): frames in, frames out, exactly one exchange.
 *
 * <p>An extended CONNECT (RFC 9220) that is answered with 200 and a response stream stays open both
 * ways: DATA from the client goes to the exchange's body sink, DATA to the client is what is
 * written to the stream.
 */
final class Http3StreamHandler extends ChannelInboundHandlerAdapter
    implements ExchangeTransport, Http3WriteMerger.Listener, Http3Deadlines.Watched {
  private final ServerContext server;
  private final Connection connection;
  private final Http3Life life;
  private final QuicStreamChannel stream;
  private final Http3WriteMerger out;

  private @Nullable HttpExchange current;
  private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;
  private long declaredLength = -1;
  private long receivedBytes;
  private long receivedAtLastLookBytes;
  private long bodyStartNs;
  private long deadlineNs;
  private boolean responded;
  private boolean continueExpected;
  private boolean headSeen;
  private boolean headSent;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean outputReset;
  private boolean reading;
  private boolean flushPending;

  Http3StreamHandler(
      ServerContext server,
      Connection connection,
      Http3Life life,
      QuicStreamChannel stream,
      Http3WriteMerger out) {
    this.server = server;
    this.connection = connection;
    this.life = life;
    this.stream = stream;
    this.out = out;
  }

  // Inbound.

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    out.listener(this);
    stream.closeFuture().addListener(closed -> streamClosed());
    watch(server.limits.headerTimeoutMs());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    switch (message) {
      case Http3HeadersFrame frame when !headSeen -> begin(frame.headers());
      case Http3HeadersFrame frame -> trailers(frame.headers());
      case Http3DataFrame frame -> data(frame.content());
      default -> ReferenceCountUtil.release(message); // extension frames (RFC 9114 §9)
    }
  }

  private void begin(Http3Headers fields) {
    headSeen = true;
    HttpLimits limits = server.limits;
    RequestHead head = new RequestHead(limits.maxHeaderBytes(), limits.maxHeaderFields());
    fields.forEach(field -> head.add(field.getKey(), field.getValue()));
    if (head.finish() != null) {
      malformed();
      return;
    }
    declaredLength = head.contentLength();
    continueExpected = head.continueExpected();
    Request request = head.request(connection);
    life.priorities().begin(stream, request);
    bodyStartNs = System.nanoTime();
    HttpExchange exchange = new HttpExchange(server, this, request, bodyStartNs);
    current = exchange;
    watch(server.limits.bodyTimeoutMs());
    try {
      if (head.isTooLarge()) {
        server.observer.dropped(Protocol.HTTP_3, "header-too-large");
        throw new HttpError(431, "request header fields too large");
      }
      server.handle(exchange);
    } catch (Exception failure) {
      exchange.fail(failure);
    }
  }

  private void trailers(Http3Headers fields) {
    HttpHeaders section = RequestHead.trailers(fields);
    if (section == null) {
      malformed();
    } else {
      trailers = section;
    }
  }

  private void data(ByteBuf data) {
    HttpExchange exchange = current;
    receivedBytes += data.readableBytes();
    if (exchange == null || !data.isReadable()) {
      data.release();
    } else if (declaredLength >= 0 && receivedBytes > declaredLength) {
      data.release();
      malformed();
    } else {
      exchange.bodyChunk(data);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded();
    }
    ctx.fireUserEventTriggered(event);
  }

  private void inputEnded() {
    if (inputEnded) {
      return;
    }
    inputEnded = true;
    life.deadlines().forget(this);
    HttpExchange exchange = current;
    if (!headSeen) {
      reset(Http3ErrorCode.H3_REQUEST_INCOMPLETE);
    } else if (exchange != null && declaredLength >= 0 && receivedBytes != declaredLength) {
      malformed();
    } else if (exchange != null) {
      exchange.bodyEnd(trailers);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (flushPending) {
      flushPending = false;
      out.flush();
    }
    ctx.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    drained();
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void drained() {
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.writabilityChanged();
    }
  }

  /** STOP_SENDING, most of the time: nobody wants the response any more. */
  @Override
  public void writeFailed() {
    if (!outputReset) {
      life.streamReset();
      end(Http3ErrorCode.H3_REQUEST_CANCELLED);
    }
  }

  /** The client has reset the stream or asked to stop, or a frame was not allowed. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof Http3HeadersValidationException
        || cause instanceof IllegalArgumentException) { // of Netty's check of content-length
      malformed();
    } else if (cause instanceof Http3Exception http3) {
      server.observer.dropped(Protocol.HTTP_3, "malformed-request");
      end(http3.errorCode());
    } else {
      life.streamReset();
      end(Http3ErrorCode.H3_REQUEST_CANCELLED);
    }
  }

  /** RFC 9114 §4.1.2. */
  private void malformed() {
    server.observer.dropped(Protocol.HTTP_3, "malformed-request");
    end(Http3ErrorCode.H3_MESSAGE_ERROR);
  }

  private void end(Http3ErrorCode code) {
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.channelClosed();
    }
    reset(code);
  }

  private void reset(Http3ErrorCode code) {
    inputEnded = true;
    outputEnded = true;
    outputReset = true;
    out.discard();
    stream.shutdown(code.code()).addListener(done -> stream.close());
  }

  private void streamClosed() {
    life.deadlines().forget(this);
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.channelClosed();
    }
  }

  // Deadlines.

  private void watch(long timeoutMs) {
    deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    life.deadlines().watch(this);
  }

  @Override
  public boolean check(long nowNs) {
    if (inputEnded || !stream.isActive()) {
      return false;
    }
    if (nowNs - deadlineNs < 0) {
      return true;
    }
    if (!headSeen) {
      server.observer.dropped(Protocol.HTTP_3, "header-timeout");
      reset(Http3ErrorCode.H3_REQUEST_INCOMPLETE);
      return false;
    }
    if (responded) {
      stopReading();
      return false;
    }
    return checkBody(nowNs);
  }

  /** A body that stands still, or crawls, is given up; one that we do not read may wait. */
  private boolean checkBody(long nowNs) {
    HttpExchange exchange = current;
    if (exchange == null || isTunnel(exchange)) {
      return false;
    }
    long elapsedS = TimeUnit.NANOSECONDS.toSeconds(nowNs - bodyStartNs);
    boolean still = receivedBytes == receivedAtLastLookBytes;
    boolean slow = receivedBytes < elapsedS * server.limits.minBodyBytesPerSecond();
    if (stream.config().isAutoRead() && !continueExpected && (still || slow)) {
      server.observer.dropped(Protocol.HTTP_3, "body-timeout");
      end(Http3ErrorCode.H3_REQUEST_CANCELLED);
      return false;
    }
    receivedAtLastLookBytes = receivedBytes;
    watch(server.limits.bodyTimeoutMs());
    return true;
  }

  private static boolean isTunnel(HttpExchange exchange) {
    return exchange.request().connectProtocol() != null;
  }

  // Services for the exchange.

  @Override
  public EventLoop eventLoop() {
    return stream.eventLoop();
  }

  @Override
  public ByteBufAllocator alloc() {
    return stream.alloc();
  }

  @Override
  public long declaredLength() {
    return declaredLength;
  }

  @Override
  public void continueIfExpected() {
    if (continueExpected && !headSent && !outputEnded) {
      continueExpected = false;
      stream.write(new DefaultHttp3HeadersFrame(new DefaultHttp3Headers().status("100")));
      out.flush();
    }
  }

  @Override
  public void reading(boolean wanted) {
    stream.config().setAutoRead(wanted);
  }

  @Override
  public void connectionHeaders(HttpHeaders headers, boolean requestComplete) {
    RequestHead.removeConnectionSpecific(headers);
  }

  @Override
  public void sendResponse(int status, HttpHeaders headers, ByteBuf body) {
    sendHead(status, headers);
    if (body.isReadable()) {
      sendData(body);
    } else {
      body.release();
    }
    sendEnd(EmptyHttpHeaders.INSTANCE);
  }

  @Override
  public void sendHead(int status, HttpHeaders headers) {
    if (outputEnded) {
      return;
    }
    headSent = true;
    Http3Headers fields = new DefaultHttp3Headers(false).status(Integer.toString(status));
    headers.forEach(h -> fields.add(h.getKey().toLowerCase(Locale.ROOT), h.getValue()));
    stream.write(new DefaultHttp3HeadersFrame(fields));
  }

  @Override
  public void sendData(ByteBuf data) {
    if (outputEnded) {
      data.release();
    } else {
      // Netty joins frame head and body in a buffer that takes no notice of where a body begins.
      stream.write(new DefaultHttp3DataFrame(data.readerIndex() == 0 ? data : data.slice()));
    }
  }

  @Override
  public void sendEnd(HttpHeaders responseTrailers) {
    if (outputEnded) {
      return;
    }
    if (!responseTrailers.isEmpty()) {
      Http3Headers fields = new DefaultHttp3Headers(false);
      responseTrailers.forEach(h -> fields.add(h.getKey().toLowerCase(Locale.ROOT), h.getValue()));
      stream.write(new DefaultHttp3HeadersFrame(fields));
    }
    outputEnded = true;
    out.end();
    flush();
  }

  @Override
  public void flush() {
    if (reading) {
      flushPending = true;
    } else {
      out.flush();
    }
  }

  @Override
  public boolean isWritable() {
    return stream.isWritable() && out.isWritable();
  }

  /** Flow control may allow megabytes; what waits in memory stays below the high watermark. */
  @Override
  public long bytesBeforeUnwritable() {
    long room = server.limits.writeHighWatermarkBytes() - (long) out.pendingBytes();
    return stream.isWritable() ? Math.max(room, 0) : 0;
  }

  @Override
  public void responseSent(boolean requestComplete) {
    responded = true;
    if (!requestComplete) {
      // Most clients are about to end; a reset now would make some throw the response away.
      watch(server.limits.bodyTimeoutMs());
    }
  }

  /** RFC 9114 §4.1: asks the client to stop; the response is complete. */
  @Override
  public void stopReading() {
    if (stream.isActive() && !inputEnded) {
      inputEnded = true;
      stream.shutdownInput(Http3ErrorCode.H3_NO_ERROR.code());
      HttpExchange exchange = current;
      if (exchange != null) {
        exchange.bodyEnd(EmptyHttpHeaders.INSTANCE);
      }
    }
  }

  @Override
  public void exchangeEnded(HttpExchange exchange) {
    current = null;
  }

  @Override
  public void abort() {
    end(Http3ErrorCode.H3_INTERNAL_ERROR);
  }

  @Override
  public void upgrade(HttpExchange exchange, WebSocketOptions options, WebSocketListener listener) {
    WebSocketHandshake.accept(exchange, options, listener);
  }
}
