package app.seventv.core.http;

import app.seventv.core.transport.ConnectionEnds;
import app.seventv.core.transport.LoopTurns;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.HalfClosedChannels;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection, from bytes to exchanges, one after the other: the state machine of what
 * comes in. {@link Http1Transport} answers, {@link Http1Deadlines} watches the time. The bytes of
 * pipelined requests wait unread until it is their turn, and reading stops meanwhile.
 */
final class Http1Handler extends ChannelInboundHandlerAdapter {
  private static final int MIN_HELD_BYTES = 64;

  private final ServerContext server;
  private final Connection connection;
  private final @Nullable CloseNotifyHold end;
  private final Http1HeadParser parser;
  private final Http1BodyDecoder body;

  private @Nullable Parts parts;
  private @Nullable LingeringClose lingering;
  private @Nullable ByteBuf held;
  private @Nullable HttpExchange current;
  private int requests;
  private boolean headLate;
  private boolean paused;
  private boolean autoRead = true;
  private boolean decoding;
  private boolean waiting;
  private boolean resuming;
  private boolean closing;
  private boolean removed;
  private boolean inputEnded;
  private boolean endsWithClient;

  /** What a handler has once it is in a pipeline. */
  private record Parts(
      ChannelHandlerContext ctx,
      Http1Writer writer,
      Http1Transport transport,
      Http1Deadlines deadlines) {}

  /**
   * @param end holds the end of a TLS client's half back while it is told to; null without TLS
   */
  Http1Handler(ServerContext server, Connection connection, @Nullable CloseNotifyHold end) {
    this.server = server;
    this.connection = connection;
    this.end = end;
    this.parser = new Http1HeadParser(server.limits);
    this.body = new Http1BodyDecoder(parser);
  }

  // Inbound.

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    Http1Writer writer = new Http1Writer(ctx);
    parts =
        new Parts(
            ctx,
            writer,
            new Http1Transport(server, connection, ctx, this, writer),
            new Http1Deadlines(this, writer, server.limits, ctx.executor()));
    deadlines().awaitNext(System.nanoTime());
    ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    if (end != null) {
      end.holdWhile(this::answering);
    }
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
    transport().readEnds();
    ctx.fireChannelReadComplete();
  }

  /** Goes on with bytes that were held back, but not before the caller is done. */
  private void resumeSoon() {
    resuming = true;
    context().executor().execute(this::resume);
  }

  private void resume() {
    resuming = false;
    ByteBuf in = held;
    if (in != null && !decoding && !removed) {
      held = null;
      read(in);
      transport().readEnds();
    }
  }

  /** Takes the bytes, handles what they hold and keeps the rest. */
  private void read(ByteBuf in) {
    transport().readBegins();
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
        resuming = true;
        LoopTurns.afterSockets(context().executor(), this::resume); // others have their turn
      }
    } catch (Http1Refusal refusal) {
      refuse(refusal, "malformed-request");
    } finally {
      decoding = false;
      keep(in);
    }
    releaseEnd();
    endWithInput();
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
      held = context().alloc().buffer(Math.max(in.readableBytes(), MIN_HELD_BYTES)).writeBytes(in);
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
        deadlines().awaitHead(nowNs);
      }
      return false;
    }
    headLate = false;
    requests++;
    transport().begin(head, requests == server.limits.maxRequestsPerConnection());
    body.start(head.contentLength());
    if (body.done()) {
      deadlines().awaitNext(nowNs);
    } else {
      deadlines().awaitBody(nowNs);
    }
    handle(head, nowNs);
    return true;
  }

  private void handle(Http1Head head, long nowNs) {
    SpareExchange spare = SpareExchange.ofLoop();
    HttpExchange exchange =
        spare.begin(
            server, transport(), connection, head.method(), head.target(), head.headers(), nowNs);
    current = exchange;
    exchange.handle(body.done());
    if (body.done() && current == exchange) {
      exchange.bodyEnd(body.trailers());
    }
    spare.offer(exchange);
  }

  /** Whether nothing that is read now can be handled before an answer is out. */
  private boolean answering() {
    return !removed && (resuming || (current != null && body.done()));
  }

  /** TLS may hear of the client's end unless more is to be answered. */
  private void releaseEnd() {
    if (end != null) {
      end.releaseSoon();
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
      transport().bodyArrives();
      deadlines().bodyMoved(data.readableBytes(), System.nanoTime());
      exchange.bodyChunk(data);
    }
    if (body.done() && current == exchange) {
      deadlines().awaitNext(System.nanoTime());
      exchange.bodyEnd(body.trailers());
      return true;
    }
    return data != null;
  }

  /** Ends the connection after an answer, if one can still be given. */
  void refuse(Http1Refusal refusal, String reason) {
    server.observer.dropped(connection.protocol(), reason);
    transport().endAfterResponse();
    closing = true;
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.fail(refusal.asHttpError());
    } else {
      Response response = server.refusalResponse(refusal);
      response
          .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(response.body().readableBytes()))
          .header(HttpHeaderNames.DATE, HttpDate.now())
          .header(HttpHeaderNames.CONNECTION, "close");
      transport().sendResponse(response.status(), response.headers(), response.body());
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
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws IOException {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded = true;
      HalfClosedChannels.keepRegistered(ctx.channel());
      if (endsWithClient) {
        abort();
      } else if (lingering != null) {
        lingering.inputEnded();
      } else if (current == null && held != null) {
        resume();
      } else {
        endWithInput();
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  /**
   * Ends the connection of a client that sends no more once nothing complete is left to be
   * answered; a request of which a part is missing never will be.
   */
  private void endWithInput() {
    if (!inputEnded || closing || removed) {
      return;
    }
    if (current == null && !waiting) {
      close();
    } else if (current != null && !body.done() && (!paused || held == null)) {
      abort();
    }
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
    // Whoever goes on, a websocket, ends with the client's half.
    ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
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
    deadlines().cancel();
    if (held != null) {
      held.release();
      held = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Resets and TLS alerts by the peer; nothing can be sent any more, so the socket goes.
    server.observer.dropped(connection.protocol(), "transport-error");
    ConnectionEnds.cut(ctx.channel());
  }

  // What the transport passes on.

  /** A handler pauses the body of its request, or wants it again. */
  void reading(boolean wanted) {
    if (paused == wanted) {
      paused = !wanted;
      if (wanted) {
        deadlines().bodyResumed(System.nanoTime());
        if (held != null && !decoding) {
          resumeSoon();
        }
      }
      updateReading();
    }
  }

  /** Reading goes on unless a handler paused it or bytes wait that cannot be handled yet. */
  private void updateReading() {
    if (inputEnded) {
      return; // nothing more to read
    }
    boolean full = held != null && (current == null ? waiting : body.done());
    boolean wanted = closing || removed || !(paused || full);
    if (wanted != autoRead) {
      autoRead = wanted;
      context().channel().config().setAutoRead(wanted);
    }
  }

  /** Request and response are over: on to the next, if there may be one. */
  void exchangeEnded(HttpExchange exchange) {
    current = null;
    paused = false;
    endsWithClient = false;
    releaseEnd();
    if (closing || !context().channel().isActive()) {
      return;
    }
    if (!transport().persists()) {
      linger(); // what was pipelined, or is on its way, must not turn into a reset
      return;
    }
    if (inputEnded && held == null && !decoding) {
      close();
      return;
    }
    deadlines().awaitNext(exchange.endNs());
    if (held != null && !decoding) {
      // Not recursively: a thousand pipelined requests must not cost a thousand stack frames.
      resumeSoon();
    } else {
      updateReading();
    }
  }

  /** The exchange goes on without this handler. */
  void exchangeLeft() {
    current = null;
  }

  // Ends.

  /** Whether a request has come; a connection without one was opened for it all the same. */
  boolean hasBeenAsked() {
    return requests > 0;
  }

  /** Closes the connection if it is between exchanges; called when the server drains. */
  void closeIfIdle() {
    if (current == null && held == null && !closing) {
      close();
    }
  }

  /** Closes the connection once everything queued has been written. */
  private void close() {
    closing = true;
    deadlines().awaitNext(System.nanoTime());
    context()
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(written -> context().channel().close());
  }

  /** Closes the connection so that the client gets the answer although it is still sending. */
  void linger() {
    closing = true;
    if (lingering == null) {
      lingering =
          new LingeringClose(context().channel(), () -> deadlines().awaitEnd(System.nanoTime()));
      deadlines().awaitNext(System.nanoTime());
      if (inputEnded) {
        lingering.inputEnded();
      }
      lingering.start();
      updateReading();
    }
  }

  /** Gives the connection up at once, and says why. */
  void drop(String reason) {
    server.observer.dropped(connection.protocol(), reason);
    ConnectionEnds.close(context().channel());
  }

  /** Ends the connection at once. */
  void abort() {
    ConnectionEnds.cut(context().channel());
  }

  /** The response under way is for a client that still has its half open. */
  void endWithClient() {
    endsWithClient = true;
    if (inputEnded) {
      abort();
    }
  }

  // For the deadlines.

  /** What is awaited now. */
  Http1Deadlines.Phase phase() {
    if (!closing && !body.done()) {
      return Http1Deadlines.Phase.BODY;
    }
    if (!closing && current == null && parser.started()) {
      return Http1Deadlines.Phase.HEAD;
    }
    boolean answering = lingering == null || !lingering.answered();
    if (answering && (current != null || parts().writer.waiting())) {
      return Http1Deadlines.Phase.RESPONSE;
    }
    return closing ? Http1Deadlines.Phase.CLOSING : Http1Deadlines.Phase.IDLE;
  }

  /** Whether the client has ended its half; it may well be gone. */
  boolean inputEnded() {
    return inputEnded;
  }

  /** Whether a handler keeps the body from coming. */
  boolean paused() {
    return paused;
  }

  private Parts parts() {
    return Objects.requireNonNull(parts, "handler is not in a pipeline");
  }

  private ChannelHandlerContext context() {
    return parts().ctx;
  }

  private Http1Transport transport() {
    return parts().transport;
  }

  private Http1Deadlines deadlines() {
    return parts().deadlines;
  }
}
