package app.seventv.core.http;

import app.seventv.core.sockets.SocketEnd;
import app.seventv.core.sockets.SocketMove;
import app.seventv.core.sockets.SocketTable;
import app.seventv.core.websocket.WebSocketHandshake;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * What carries the exchanges of an HTTP/1.1 connection, one after the other: sends their responses
 * and decides whether the connection outlives them. The bytes that come in are {@link
 * Http1Connection}'s.
 */
final class Http1Transport implements ExchangeTransport {
  private final ServerContext server;
  private final Connection facts;
  private final ChannelHandlerContext ctx;
  private final Http1Connection connection;
  private final Http1Writer writer;

  // Of the present request.
  private long declaredLength;
  private boolean headRequest;
  private boolean http10;
  private boolean continueExpected;

  private boolean keepAlive = true;
  private boolean inRead;
  private boolean flushPending;

  Http1Transport(
      ServerContext server,
      Connection facts,
      ChannelHandlerContext ctx,
      Http1Connection connection,
      Http1Writer writer) {
    this.server = server;
    this.facts = facts;
    this.ctx = ctx;
    this.connection = connection;
    this.writer = writer;
  }

  /**
   * A request has arrived, but for its body.
   *
   * @param last whether the connection must end with it
   */
  void begin(Http1Head head, boolean last) {
    http10 = head.http10();
    headRequest = head.method().equals("HEAD");
    keepAlive = head.keepAlive() && !last;
    continueExpected = head.continueExpected();
    declaredLength = head.declaredLength();
    if (http10) {
      head.headers().remove(HttpHeaderNames.UPGRADE); // RFC 9110 §7.8: ignored
    }
  }

  /** Bytes are being handled: what is flushed now leaves when all of them have been. */
  void readBegins() {
    inRead = true;
  }

  /** Sends what was flushed since {@link #readBegins}. */
  void readEnds() {
    inRead = false;
    if (flushPending) {
      flushPending = false;
      ctx.flush();
    }
  }

  /** The body comes although it was to wait. */
  void bodyArrives() {
    continueExpected = false;
  }

  /** The response under way, or the next one, is the last. */
  void endAfterResponse() {
    keepAlive = false;
  }

  /** Sends what answers no request, but ends the connection. */
  void sendRefusal(Response response) {
    response
        .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(response.body().readableBytes()))
        .header(HttpHeaderNames.DATE, HttpDate.now())
        .header(HttpHeaderNames.CONNECTION, "close");
    sendResponse(response.status(), response.headers(), response.body());
  }

  /** Whether the connection may be used again after the response. */
  boolean persists() {
    return keepAlive && !server.draining();
  }

  // ExchangeTransport.

  @Override
  public EventLoop eventLoop() {
    return ctx.channel().eventLoop();
  }

  @Override
  public ByteBufAllocator alloc() {
    return ctx.alloc();
  }

  @Override
  public long declaredLength() {
    return declaredLength;
  }

  @Override
  public void continueIfExpected() {
    if (continueExpected) {
      continueExpected = false;
      writer.sendContinue();
      flush();
    }
  }

  @Override
  public void reading(boolean wanted) {
    connection.reading(wanted);
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
      boolean upgrade = headers.contains(HttpHeaderNames.UPGRADE); // of a 426
      headers.set(HttpHeaderNames.CONNECTION, upgrade ? "upgrade, close" : "close");
    } else if (http10) {
      headers.set(HttpHeaderNames.CONNECTION, "keep-alive");
    }
  }

  @Override
  public void sendResponse(int status, HttpHeaders headers, ByteBuf body) {
    writer.sendResponse(status, headers, body);
    flush();
  }

  @Override
  public void sendHead(int status, HttpHeaders headers) {
    boolean bodiless = headRequest || status == 204 || status == 304;
    if (writer.sendHead(status, headers, bodiless, http10)) {
      keepAlive = false;
    }
  }

  @Override
  public void sendData(ByteBuf data) {
    writer.sendData(data);
  }

  /**
   * TLS has to see the bytes, and io_uring's regions cost a pipe each and end at 2 GiB; both read
   * instead.
   */
  @Override
  public boolean sendFile(FileRegion region) {
    Channel channel = ctx.channel();
    boolean able = channel instanceof EpollSocketChannel || channel instanceof NioSocketChannel;
    return able && !facts.secure() && writer.sendFile(region);
  }

  @Override
  public void sendEnd(HttpHeaders trailers) {
    writer.sendEnd(trailers);
    flush();
  }

  @Override
  public void flush() {
    if (inRead) {
      flushPending = true;
    } else {
      ctx.flush();
    }
  }

  @Override
  public void endWithClient() {
    connection.end().endWithClient();
  }

  @Override
  public boolean isWritable() {
    return ctx.channel().isWritable();
  }

  @Override
  public long bytesBeforeUnwritable() {
    return ctx.channel().bytesBeforeUnwritable();
  }

  @Override
  public void responseSent(boolean requestComplete) {
    // The client may still be sending: reset now and it could lose the response (RFC 9112 §9.6).
    if (!requestComplete && continueExpected) {
      connection.linger();
    } else if (!requestComplete && !persists()) {
      eventLoop().execute(this::lingerWithoutBody); // it may be among the bytes of this read
    }
  }

  /** No request follows, so that the rest of this one's body is not worth its deadline. */
  private void lingerWithoutBody() {
    if (connection.phase() == Http1Deadlines.Phase.BODY) {
      connection.linger();
    }
  }

  @Override
  public void stopReading() {
    connection.linger();
  }

  @Override
  public void exchangeEnded(HttpExchange exchange) {
    connection.exchangeEnded(exchange);
  }

  @Override
  public void abort() {
    connection.end().abort();
  }

  @Override
  public void upgrade(HttpExchange exchange, WebSocketOptions options, WebSocketListener listener) {
    if (http10) {
      exchange.fail(new HttpError(400, "a websocket handshake needs HTTP/1.1")); // RFC 6455 §4.2.1
      return;
    }
    if (connection.end().inputEnded()) {
      exchange.abort(); // a websocket that hears nothing any more is closed
      return;
    }
    Channel channel = ctx.channel();
    SocketTable table = server.sockets.of(eventLoop());
    if (WebSocketHandshake.accept(channel, exchange, options, listener, table)) {
      server.open.remove(channel);
      connection.exchangeLeft();
      SocketEnd webSocketEnd = exchange.upgraded(101);
      SocketMove move = channel.pipeline().get(SocketMove.class);
      if (move == null) {
        channel.closeFuture().addListener(closed -> webSocketEnd.ended(0));
      } else {
        ConnectionEnd end = ConnectionEnd.of(channel);
        move.end(end.move(server, webSocketEnd), end.openedNs());
      }
    }
  }
}
