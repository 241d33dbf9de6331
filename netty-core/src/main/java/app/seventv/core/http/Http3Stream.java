package app.seventv.core.http;

import app.seventv.core.websocket.WebSocketHandshake;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http3.Http3ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/3 request stream (RFC 9114 §4.1): frames in, frames out, exactly one exchange. Confined
 * to the loop, but for {@link #isWritable} and {@link #bytesBeforeUnwritable}.
 *
 * <p>An extended CONNECT (RFC 9220) that is answered with 200 and a response stream stays open both
 * ways: DATA from the client goes to the exchange's body sink, DATA to the client is what is
 * written to the stream.
 */
final class Http3Stream implements ExchangeTransport {
  private final Http3Connection connection;
  private final long id;
  private final Http3Input input;
  private final Http3Output out;
  private final Http3StreamWatch watch;
  private final Http3Place place;

  private @Nullable HttpExchange current;
  private boolean continueExpected;
  private boolean outputEnded;
  private boolean closed;

  Http3Stream(Http3Connection connection, long id) {
    this.connection = connection;
    this.id = id;
    this.input = new Http3Input(this, connection);
    this.out = new Http3Output(connection.quic(), id, connection.limits());
    this.watch = new Http3StreamWatch(this, connection);
    this.place = new Http3Place(this, connection);
  }

  long id() {
    return id;
  }

  Http3Output out() {
    return out;
  }

  /** Where the response stands among those that wait. */
  Http3Place place() {
    return place;
  }

  // Request.

  /** Something has arrived. */
  void readable() {
    input.readable();
    watch.update();
  }

  /**
   * The head of the request is complete and well formed.
   *
   * @param withoutBody whether the request is known to end with it
   */
  void begin(RequestHead head, boolean withoutBody) {
    long nowNs = connection.readStartNs();
    continueExpected = head.continueExpected();
    HttpExchange exchange = exchange(head, nowNs);
    place.order(connection.priorities().of(id, exchange.request()));
    watch.bodyBegins(nowNs);
    current = exchange;
    if (head.isTooLarge()) {
      connection.server().observer.dropped(Protocol.HTTP_3, "header-too-large");
      exchange.fail(new HttpError(431, "request header fields too large"));
    } else {
      exchange.handle(withoutBody);
    }
  }

  private HttpExchange exchange(RequestHead head, long nowNs) {
    ServerContext server = connection.server();
    Connection peer = connection.peer();
    String protocol = head.connectProtocol();
    if (protocol == null) {
      return SpareExchange.ofLoop()
          .begin(server, this, peer, head.method(), head.target(), head.fields(), nowNs);
    }
    Request request = new Request(head.method(), head.target(), head.fields(), peer, protocol);
    return new HttpExchange(server, this, request, nowNs);
  }

  /** A part of the body; the buffer stays the caller's. */
  void body(ByteBuf payload) {
    HttpExchange exchange = current;
    int length = payload.readableBytes();
    if (exchange != null && length > 0) {
      exchange.bodyChunk(alloc().buffer(length).writeBytes(payload));
    }
  }

  /** The client has ended the request. */
  void requestEnd(HttpHeaders trailers) {
    HttpExchange exchange = current;
    bodyEnd(trailers);
    if (exchange != null) {
      SpareExchange.ofLoop().offer(exchange);
    }
  }

  private void bodyEnd(HttpHeaders trailers) {
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.bodyEnd(trailers);
    }
    closeIfEnded();
  }

  /** The client has reset the stream or asked to stop. */
  void cancelled() {
    if (!connection.quic().isClosed()) {
      connection.life().streamReset();
    }
    end(Http3ErrorCode.H3_REQUEST_CANCELLED);
  }

  /** RFC 9114 §4.1.2. */
  void malformed() {
    connection.server().observer.dropped(Protocol.HTTP_3, "malformed-request");
    end(Http3ErrorCode.H3_MESSAGE_ERROR);
  }

  /** Breaks both directions off. */
  void end(Http3ErrorCode code) {
    reset(code);
    broken();
  }

  private void reset(Http3ErrorCode code) {
    if (!closed) {
      connection.quic().stop(id, code.code());
      connection.quic().reset(id, code.code());
      close();
    }
  }

  private void closeIfEnded() {
    if (input.isEnded() && out.isEnded() && !closed) {
      close();
    }
  }

  private void close() {
    place.leave();
    closed = true;
    outputEnded = true;
    out.close();
    input.close();
    watch.close();
    connection.closed(this);
  }

  /** The stream or its connection is gone: the exchange will not be completed. */
  void broken() {
    if (!closed) {
      close();
    }
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.channelClosed();
    }
  }

  // Of the deadlines.

  boolean isClosed() {
    return closed;
  }

  /** What comes from the client. */
  Http3Input input() {
    return input;
  }

  /** Whether the client is to blame if nothing arrives. */
  boolean isWaitingForBody() {
    return !input.isPaused() && !continueExpected && current != null;
  }

  // Services for the exchange.

  @Override
  public EventLoop eventLoop() {
    return connection.eventLoop();
  }

  @Override
  public ByteBufAllocator alloc() {
    return connection.alloc();
  }

  @Override
  public long declaredLength() {
    return input.declaredLength();
  }

  @Override
  public void continueIfExpected() {
    if (continueExpected && !outputEnded) {
      continueExpected = false;
      watch.bodyBegins(System.nanoTime());
      out.add(alloc(), Http3ResponseFields.frame(alloc(), 100, EmptyHttpHeaders.INSTANCE, 0));
      flush();
    }
  }

  @Override
  public void reading(boolean wanted) {
    boolean paused = input.pause(!wanted);
    if (paused != wanted || closed) {
      return;
    }
    long nowNs = System.nanoTime();
    if (wanted) {
      watch.resumed(nowNs);
      connection.readLater(this);
    } else {
      watch.paused(nowNs);
    }
  }

  @Override
  public void connectionHeaders(HttpHeaders headers, boolean requestComplete) {
    // HTTP/3 has none; those of HTTP/1.1 are left out when the head is encoded.
  }

  @Override
  public void sendResponse(int status, HttpHeaders headers, ByteBuf body) {
    if (outputEnded) {
      body.release();
      return;
    }
    int room = Http3Output.roomFor(body.readableBytes());
    out.addData(alloc(), Http3ResponseFields.frame(alloc(), status, headers, room), body);
    sendEnd(EmptyHttpHeaders.INSTANCE);
  }

  @Override
  public void sendHead(int status, HttpHeaders headers) {
    if (!outputEnded) {
      out.add(alloc(), Http3ResponseFields.frame(alloc(), status, headers, 0));
    }
  }

  @Override
  public void sendData(ByteBuf data) {
    int length = data.readableBytes();
    if (outputEnded || length == 0) {
      data.release();
    } else {
      out.addData(alloc(), alloc().directBuffer(Http3Output.roomFor(length)), data);
    }
  }

  @Override
  public void sendEnd(HttpHeaders responseTrailers) {
    if (outputEnded) {
      return;
    }
    if (!responseTrailers.isEmpty()) {
      out.add(alloc(), Http3ResponseFields.frame(alloc(), 0, responseTrailers, 0));
    }
    outputEnded = true;
    out.end();
    flush();
  }

  @Override
  public void flush() {
    if (!closed) {
      write();
      connection.sendLater();
    }
  }

  /** Gives quiche what waits, as much as it takes. */
  void write() {
    out.write();
    if (out.isRefused()) { // STOP_SENDING
      cancelled();
      return;
    }
    if (out.becameWritable()) {
      HttpExchange exchange = current;
      if (exchange != null) {
        exchange.writabilityChanged();
      }
    }
    watch.update();
    closeIfEnded();
    if (!closed && out.isBlocked()) {
      place.join();
    }
  }

  /** It is the turn of this stream, which is in line. */
  void goOn() {
    place.leave();
    write();
  }

  /** Looks whether the client has asked to stop. */
  void checkStopped() {
    if (!closed && connection.quic().capacity(id) < 0) {
      cancelled();
    }
  }

  @Override
  public boolean isWritable() {
    return out.isWritable();
  }

  @Override
  public long bytesBeforeUnwritable() {
    return out.isWritable() ? out.room() : 0;
  }

  @Override
  public void responseSent(boolean requestComplete) {
    if (!requestComplete) {
      // Most clients are about to end; a reset now would make some throw the response away.
      watch.responded();
    }
  }

  /** RFC 9114 §4.1: asks the client to stop; the response is complete. */
  @Override
  public void stopReading() {
    if (!input.isEnded()) {
      input.end();
      connection.quic().stop(id, Http3ErrorCode.H3_NO_ERROR.code());
      connection.sendLater();
      bodyEnd(EmptyHttpHeaders.INSTANCE);
    }
  }

  @Override
  public void exchangeEnded(HttpExchange exchange) {
    current = null;
  }

  @Override
  public void abort() {
    HttpExchange exchange = current;
    boolean tunnel = exchange != null && exchange.request().connectProtocol() != null;
    // For a tunnel it is what a reset is for TCP (RFC 9220 §3).
    end(tunnel ? Http3ErrorCode.H3_REQUEST_CANCELLED : Http3ErrorCode.H3_INTERNAL_ERROR);
    connection.sendLater();
  }

  @Override
  public void upgrade(HttpExchange exchange, WebSocketOptions options, WebSocketListener listener) {
    WebSocketHandshake.accept(exchange, options, listener);
  }
}
