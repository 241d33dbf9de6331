package app.seventv.core.http;

import app.seventv.core.websocket.WebSocketHandshake;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection, from bytes to exchanges and back: one exchange after the other. The bytes
 * of pipelined requests wait unread until it is their turn, and reading stops meanwhile.
 */
final class Http1Handler extends ChannelInboundHandlerAdapter implements ExchangeTransport {
  /** How often the rate of a request body is looked at, and how long it may take to start. */
  private static final long BODY_LOOK_MS = 5_000;

  private static final int MIN_HELD_BYTES = 64;

  private final ServerContext server;
  private final Connection connection;
  private final Http1HeadParser parser;
  private final Http1BodyDecoder body;

  private @Nullable ChannelHandlerContext context;
  private @Nullable Http1Writer writer;
  private @Nullable LazyTimer timer;
  private @Nullable LingeringClose lingering;
  private @Nullable ByteBuf held;
  private @Nullable HttpExchange current;
  private long declaredLength;
  private long bodyLookBytes;
  private long bodyLookNs;
  private long lastBodyNs;
  private int requests;
  private boolean headRequest;
  private boolean http10;
  private boolean keepAlive;
  private boolean continueExpected;
  private boolean headLate;
  private boolean paused;
  private boolean autoRead = true;
  private boolean decoding;
  private boolean turn;
  private boolean waiting;
  private boolean flushPending;
  private boolean closing;
  private boolean removed;

  Http1Handler(ServerContext server, Connection connection) {
    this.server = server;
    this.connection = connection;
    this.parser = new Http1HeadParser(server.limits);
    this.body = new Http1BodyDecoder(parser);
  }

  // Inbound.

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    writer = new Http1Writer(ctx);
    timer = new LazyTimer(ctx.executor(), this::expired);
    arm(System.nanoTime(), server.limits.idleTimeoutMs());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (held != null) {
      held.writeBytes(in);
      in.release();
      in = held;
      held = null;
    }
    read(in);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    flushTurn(ctx);
    ctx.fireChannelReadComplete();
  }

  private void flushTurn(ChannelHandlerContext ctx) {
    turn = false;
    if (flushPending) {
      flushPending = false;
      ctx.flush();
    }
  }

  /** Goes on with bytes that were held back. */
  private void resume() {
    ByteBuf in = held;
    if (in != null && !decoding && !removed) {
      held = null;
      read(in);
      flushTurn(context());
    }
  }

  /** Takes the bytes, handles what they hold and keeps the rest. */
  private void read(ByteBuf in) {
    turn = true;
    decoding = true;
    try {
      int budget = Math.max(1, server.limits.maxPipelinedRequests());
      while (!closing && !removed && in.isReadable()) {
        int before = requests;
        if (!(current == null ? budget > 0 && beginRequest(in) : readBody(in))) {
          break;
        }
        budget -= requests - before;
      }
      waiting = budget == 0 && current == null && in.isReadable();
      if (waiting) {
        eventLoop().execute(this::resume); // other connections have their turn
      }
    } catch (Http1Refusal refusal) {
      refuse(refusal, "malformed-request");
    } finally {
      decoding = false;
      keep(in);
    }
  }

  /**
   * Bytes that wait get a buffer of their size: the one they came in may be many times larger, and
   * may be one of a few that the loop shares.
   */
  private void keep(ByteBuf in) {
    if (removed && in.isReadable()) {
      context().fireChannelRead(in); // the websocket's first frames
      context().fireChannelReadComplete();
      return;
    }
    if (closing && lingering != null) {
      lingering.discarded(in.readableBytes());
    } else if (!closing && in.isReadable()) {
      held = alloc().buffer(Math.max(in.readableBytes(), MIN_HELD_BYTES)).writeBytes(in);
    }
    in.release();
    updateReading();
  }

  private boolean beginRequest(ByteBuf in) {
    Http1Head head = parser.parse(in);
    long nowNs = System.nanoTime();
    if (head == null) {
      if (parser.started() && !headLate) {
        headLate = true;
        arm(nowNs, server.limits.headerTimeoutMs());
      }
      return false;
    }
    headLate = false;
    http10 = head.http10();
    headRequest = head.method().equals("HEAD");
    keepAlive = head.keepAlive();
    continueExpected = head.continueExpected();
    declaredLength = declared(head);
    requests++;
    if (requests == server.limits.maxRequestsPerConnection()) {
      keepAlive = false;
    }
    body.start(head.contentLength());
    lookAgain(nowNs);
    arm(nowNs, body.done() ? server.limits.idleTimeoutMs() : bodyLookMs());
    handle(head, nowNs);
    return true;
  }

  /** -1 without a declared length, as seen by a handler. */
  private static long declared(Http1Head head) {
    return head.headers().contains(HttpHeaderNames.CONTENT_LENGTH) ? head.contentLength() : -1;
  }

  private void handle(Http1Head head, long nowNs) {
    Request request = new Request(head.method(), head.target(), head.headers(), connection);
    HttpExchange exchange = new HttpExchange(server, this, request, nowNs);
    current = exchange;
    try {
      server.handler.handle(exchange);
    } catch (Exception failure) {
      exchange.fail(failure);
    }
    if (body.done() && current == exchange) {
      exchange.bodyEnd(body.trailers());
    }
  }

  /** Hands a part of the body on. Returns whether to go on. */
  private boolean readBody(ByteBuf in) {
    HttpExchange exchange = Objects.requireNonNull(current);
    if (paused || body.done()) {
      return false;
    }
    ByteBuf data = body.next(in);
    if (data != null) {
      continueExpected = false; // the client did not wait
      lastBodyNs = System.nanoTime();
      bodyLookBytes += data.readableBytes();
      exchange.bodyChunk(data);
    }
    if (body.done() && current == exchange) {
      arm(System.nanoTime(), server.limits.idleTimeoutMs());
      exchange.bodyEnd(body.trailers());
      return true;
    }
    return data != null;
  }

  /** Ends the connection after an answer, if one can still be given. */
  private void refuse(Http1Refusal refusal, String reason) {
    server.observer.dropped(connection.protocol(), reason);
    keepAlive = false;
    closing = true;
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.fail(refusal.asHttpError());
    } else {
      Response response = refusal.response();
      response
          .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(response.body().readableBytes()))
          .header(HttpHeaderNames.DATE, HttpDate.now())
          .header(HttpHeaderNames.CONNECTION, "close");
      sendResponse(response.status(), response.headers(), response.body());
    }
    linger();
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
    closing = true;
    stop();
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.channelClosed();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    removed = true;
    ByteBuf rest = held;
    held = null;
    stop();
    if (rest != null) {
      ctx.fireChannelRead(rest);
      ctx.fireChannelReadComplete();
    }
  }

  /** Gives back what the connection holds. */
  private void stop() {
    timer().cancel();
    if (held != null) {
      held.release();
      held = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Resets and TLS alerts by the peer; nothing can be sent any more, so the socket goes.
    server.observer.dropped(connection.protocol(), "transport-error");
    ctx.close();
  }

  // Services for the exchange.

  @Override
  public EventLoop eventLoop() {
    return context().channel().eventLoop();
  }

  @Override
  public ByteBufAllocator alloc() {
    return context().alloc();
  }

  @Override
  public long declaredLength() {
    return declaredLength;
  }

  @Override
  public void continueIfExpected() {
    if (continueExpected) {
      continueExpected = false;
      writer().sendContinue();
      flush();
    }
  }

  @Override
  public void reading(boolean wanted) {
    if (paused == wanted) {
      paused = !wanted;
      if (wanted) {
        lookAgain(System.nanoTime());
        if (held != null && !decoding) {
          eventLoop().execute(this::resume); // not before the caller is done
        }
      }
      updateReading();
    }
  }

  /** Reading goes on unless a handler paused it or bytes wait that cannot be handled yet. */
  private void updateReading() {
    boolean full = held != null && (current == null ? waiting : body.done());
    boolean wanted = closing || removed || !(paused || full);
    if (wanted != autoRead) {
      autoRead = wanted;
      context().channel().config().setAutoRead(wanted);
    }
  }

  /**
   * TLS has to see the bytes, and io_uring's regions cost a pipe each and end at 2 GiB; both read
   * instead.
   */
  @Override
  public boolean sendFile(FileRegion region) {
    Channel channel = context().channel();
    boolean able = channel instanceof EpollSocketChannel || channel instanceof NioSocketChannel;
    return able && !connection.secure() && writer().sendFile(region);
  }

  @Override
  public void connectionHeaders(HttpHeaders headers, boolean requestComplete) {
    if (server.draining() || continueExpected) {
      keepAlive = false; // a body that was held back will never come
    }
    if (keepAlive && headers.containsValue(HttpHeaderNames.CONNECTION, "close", true)) {
      keepAlive = false;
    }
    if (!keepAlive) {
      headers.set(HttpHeaderNames.CONNECTION, "close");
    } else if (http10) {
      headers.set(HttpHeaderNames.CONNECTION, "keep-alive");
    }
  }

  @Override
  public void sendResponse(int status, HttpHeaders headers, ByteBuf responseBody) {
    writer().sendResponse(status, headers, responseBody);
    flush();
  }

  @Override
  public void sendHead(int status, HttpHeaders headers) {
    boolean bodiless = headRequest || status == 204 || status == 304;
    if (writer().sendHead(status, headers, bodiless, http10)) {
      keepAlive = false;
    }
  }

  @Override
  public void sendData(ByteBuf data) {
    if (!writer().sendData(data)) {
      abort();
    }
  }

  @Override
  public void sendEnd(HttpHeaders trailers) {
    if (!writer().sendEnd(trailers)) {
      keepAlive = false;
    }
    flush();
  }

  @Override
  public void flush() {
    if (turn) {
      flushPending = true;
    } else {
      context().flush();
    }
  }

  @Override
  public boolean isWritable() {
    return context().channel().isWritable();
  }

  @Override
  public long bytesBeforeUnwritable() {
    return context().channel().bytesBeforeUnwritable();
  }

  @Override
  public void responseSent(boolean requestComplete) {
    // The client may still be sending: reset now and it could lose the response (RFC 9112 §9.6).
    if (!body.done() && !closing && continueExpected) {
      closing = true;
      linger();
    }
  }

  @Override
  public void stopReading() {
    closing = true;
    linger();
  }

  @Override
  public void exchangeEnded(HttpExchange exchange) {
    current = null;
    paused = false;
    if (closing || !context().channel().isActive()) {
      return;
    }
    if (!keepAlive || server.draining()) {
      close();
      return;
    }
    arm(System.nanoTime(), server.limits.idleTimeoutMs());
    if (held != null && !decoding) {
      // Not recursively: a thousand pipelined requests must not cost a thousand stack frames.
      eventLoop().execute(this::resume);
    } else {
      updateReading();
    }
  }

  @Override
  public void abort() {
    context().close();
  }

  @Override
  public void upgrade(HttpExchange exchange, WebSocketOptions options, WebSocketListener listener) {
    if (http10) {
      exchange.fail(new HttpError(400, "a websocket handshake needs HTTP/1.1")); // RFC 6455 §4.2.1
      return;
    }
    Channel channel = context().channel();
    if (WebSocketHandshake.accept(channel, exchange, options, listener)) {
      server.open.remove(channel);
      current = null;
      exchange.upgraded(101, channel.closeFuture());
    }
  }

  // Ends.

  /** Closes the connection if it is between exchanges; called when the server drains. */
  void closeIfIdle() {
    if (current == null && held == null && !closing) {
      close();
    }
  }

  /** Closes the connection once everything queued has been written. */
  private void close() {
    closing = true;
    arm(System.nanoTime(), server.limits.idleTimeoutMs());
    context()
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> context().channel().close());
  }

  /** Closes the connection so that the client gets the answer although it is still sending. */
  private void linger() {
    if (lingering == null) {
      lingering = new LingeringClose(context().channel());
      arm(System.nanoTime(), LingeringClose.LIMIT_MS);
      lingering.start();
      updateReading();
    }
  }

  // Deadlines.

  private void arm(long nowNs, long delayMs) {
    timer().arm(nowNs, delayMs);
  }

  private long bodyLookMs() {
    return Math.min(BODY_LOOK_MS, server.limits.bodyTimeoutMs());
  }

  private void lookAgain(long nowNs) {
    lastBodyNs = nowNs;
    bodyLookNs = nowNs;
    bodyLookBytes = 0;
  }

  private void expired() {
    if (!closing && !body.done()) {
      lookAtBody(System.nanoTime());
    } else if (!closing && current == null && parser.started()) {
      refuse(Http1Refusal.TOO_SLOW, "header-timeout");
    } else if (lingering == null && (current != null || writer().waiting())) {
      lookAtResponse();
    } else {
      if (!closing) {
        server.observer.dropped(connection.protocol(), "idle-timeout");
      }
      context().close();
    }
  }

  /** A body may pause for a while, and must come at a rate (slow POST attacks). */
  private void lookAtBody(long nowNs) {
    HttpLimits limits = server.limits;
    if (paused) {
      lookAgain(nowNs); // we keep the client waiting, not it us
    }
    boolean standsStill = nowNs - lastBodyNs >= limits.bodyTimeoutMs() * 1_000_000;
    double seconds = (nowNs - bodyLookNs) / 1e9;
    boolean tooSlow =
        seconds * 1_000 >= BODY_LOOK_MS && bodyLookBytes < seconds * limits.minBodyBytesPerSecond();
    if (standsStill || (tooSlow && !continueExpected)) {
      refuse(Http1Refusal.TOO_SLOW, "body-timeout");
    } else {
      arm(nowNs, bodyLookMs());
    }
  }

  private void lookAtResponse() {
    HttpLimits limits = server.limits;
    long wanted = limits.minWriteBytesPerSecond() * limits.idleTimeoutMs() / 1_000;
    if (writer().progresses(wanted)) {
      arm(System.nanoTime(), limits.idleTimeoutMs());
    } else {
      server.observer.dropped(connection.protocol(), "slow-reader");
      context().close();
    }
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context, "handler is not in a pipeline");
  }

  private Http1Writer writer() {
    return Objects.requireNonNull(writer, "handler is not in a pipeline");
  }

  private LazyTimer timer() {
    return Objects.requireNonNull(timer, "handler is not in a pipeline");
  }
}
