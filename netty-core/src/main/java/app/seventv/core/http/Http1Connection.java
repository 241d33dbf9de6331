package app.seventv.core.http;

import app.seventv.core.transport.LoopTurns;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection, from bytes to exchanges, one after the other: the state machine of what
 * comes in. {@link Http1Handler} brings it, {@link Http1Transport} answers, {@link Http1Deadlines}
 * watches the time, {@link Http1End} closes. The bytes of pipelined requests wait unread until it
 * is their turn, and reading stops meanwhile.
 */
final class Http1Connection {
  private static final int MIN_HELD_BYTES = 64;

  private final ServerContext server;
  private final Connection facts;
  private final ChannelHandlerContext ctx;
  private final @Nullable CloseNotifyHold hold;
  private final Http1HeadParser parser;
  private final Http1BodyDecoder body;
  private final Http1Writer writer;
  private final Http1Transport transport;
  private final Http1Deadlines deadlines;
  private final Http1End end;

  private @Nullable ByteBuf held;
  private @Nullable HttpExchange current;
  private int requests;
  private boolean headLate;
  private boolean paused;
  private boolean autoRead = true;
  private boolean decoding;
  private boolean waiting;
  private boolean resuming;
  private boolean removed;

  /**
   * @param hold holds the end of a TLS client's half back while it is told to; null without TLS
   */
  Http1Connection(
      ServerContext server,
      Connection facts,
      ChannelHandlerContext ctx,
      @Nullable CloseNotifyHold hold) {
    this.server = server;
    this.facts = facts;
    this.ctx = ctx;
    this.hold = hold;
    this.parser = new Http1HeadParser(server.limits);
    this.body = new Http1BodyDecoder(parser);
    this.writer = new Http1Writer(ctx);
    this.transport = new Http1Transport(server, facts, ctx, this, writer);
    this.deadlines = new Http1Deadlines(this, writer, server.limits, ctx.executor());
    this.end = new Http1End(server, facts, ctx, deadlines);
  }

  /** Begins to watch the time. */
  void begin() {
    deadlines.awaitNext(System.nanoTime());
    if (hold != null) {
      hold.holdWhile(this::answering);
    }
  }

  // Inbound.

  /** Bytes came; takes their reference. */
  void received(ByteBuf bytes) {
    ByteBuf in = bytes;
    if (held != null) {
      held.writeBytes(in);
      in.release();
      in = held;
      held = null;
    }
    read(in);
  }

  /** No more bytes are there for now. */
  void receivedAll() {
    transport.readEnds();
  }

  /** Goes on with bytes that were held back, but not before the caller is done. */
  private void resumeSoon() {
    resuming = true;
    ctx.executor().execute(this::resume);
  }

  private void resume() {
    resuming = false;
    ByteBuf in = held;
    if (in != null && !decoding && !removed) {
      held = null;
      read(in);
      transport.readEnds();
    }
  }

  /** Takes the bytes, handles what they hold and keeps the rest. */
  private void read(ByteBuf in) {
    transport.readBegins();
    decoding = true;
    try {
      int budget = Math.max(1, server.limits.maxPipelinedRequests());
      while (!end.closing() && !removed && in.isReadable()) {
        int before = requests;
        if (!(current == null ? budget > 0 && beginRequest(in) : readBody(in))) {
          break;
        }
        budget -= requests - before;
      }
      waiting = budget == 0 && current == null && in.isReadable();
      if (waiting) {
        resuming = true;
        LoopTurns.afterSockets(ctx.executor(), this::resume); // others have their turn
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
      ctx.fireChannelRead(in); // the websocket's first frames
      ctx.fireChannelReadComplete();
      return;
    }
    if (end.closing()) {
      end.discarded(in.readableBytes());
    } else if (in.isReadable()) {
      held = ctx.alloc().buffer(Math.max(in.readableBytes(), MIN_HELD_BYTES)).writeBytes(in);
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
        deadlines.awaitHead(nowNs);
      }
      return false;
    }
    headLate = false;
    requests++;
    transport.begin(head, requests == server.limits.maxRequestsPerConnection());
    body.start(head.contentLength());
    if (body.done()) {
      deadlines.awaitNext(nowNs);
    } else {
      deadlines.awaitBody(nowNs);
    }
    handle(head, nowNs);
    return true;
  }

  private void handle(Http1Head head, long nowNs) {
    SpareExchange spare = SpareExchange.ofLoop();
    HttpExchange exchange =
        spare.begin(server, transport, facts, head.method(), head.target(), head.headers(), nowNs);
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
    if (hold != null) {
      hold.releaseSoon();
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
      transport.bodyArrives();
      deadlines.bodyMoved(data.readableBytes(), System.nanoTime());
      exchange.bodyChunk(data);
    }
    if (body.done() && current == exchange) {
      deadlines.awaitNext(System.nanoTime());
      exchange.bodyEnd(body.trailers());
      return true;
    }
    return data != null;
  }

  /** Ends the connection after an answer, if one can still be given. */
  void refuse(Http1Refusal refusal, String reason) {
    server.observer.dropped(facts.protocol(), reason);
    transport.endAfterResponse();
    end.markClosing();
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.fail(refusal.asHttpError());
    } else {
      transport.sendRefusal(server.refusalResponse(refusal));
    }
    linger();
  }

  /** The channel's writability changed. */
  void writabilityChanged() {
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.writabilityChanged();
    }
  }

  /** The client has ended its half. */
  void clientEnded() throws IOException {
    if (!end.clientEnded()) {
      if (current == null && held != null) {
        resume();
      } else {
        endWithInput();
      }
    }
  }

  /**
   * Ends the connection of a client that sends no more once nothing complete is left to be
   * answered; a request of which a part is missing never will be.
   */
  private void endWithInput() {
    if (!end.inputEnded() || end.closing() || removed) {
      return;
    }
    if (current == null && !waiting) {
      end.close();
    } else if (current != null && !body.done() && (!paused || held == null)) {
      end.abort();
    }
  }

  /** The connection is gone. */
  void closed() {
    end.markClosing();
    stop();
    HttpExchange exchange = current;
    if (exchange != null) {
      exchange.channelClosed();
    }
  }

  /** Others go on with the socket from here. Returns what they have to read first. */
  @Nullable ByteBuf left() {
    removed = true;
    ByteBuf rest = held;
    held = null;
    stop();
    return rest;
  }

  /** Gives back what the connection holds. */
  private void stop() {
    deadlines.cancel();
    if (held != null) {
      held.release();
      held = null;
    }
  }

  // What the transport passes on.

  /** A handler pauses the body of its request, or wants it again. */
  void reading(boolean wanted) {
    if (paused == wanted) {
      paused = !wanted;
      if (wanted) {
        deadlines.bodyResumed(System.nanoTime());
        if (held != null && !decoding) {
          resumeSoon();
        }
      }
      updateReading();
    }
  }

  /** Reading goes on unless a handler paused it or bytes wait that cannot be handled yet. */
  private void updateReading() {
    if (end.inputEnded()) {
      return; // nothing more to read
    }
    boolean full = held != null && (current == null ? waiting : body.done());
    boolean wanted = end.closing() || removed || !(paused || full);
    if (wanted != autoRead) {
      autoRead = wanted;
      ctx.channel().config().setAutoRead(wanted);
    }
  }

  /** Request and response are over: on to the next, if there may be one. */
  void exchangeEnded(HttpExchange exchange) {
    current = null;
    paused = false;
    end.exchangeEnded();
    releaseEnd();
    if (end.closing() || !ctx.channel().isActive()) {
      return;
    }
    if (!transport.persists()) {
      linger(); // what was pipelined, or is on its way, must not turn into a reset
      return;
    }
    if (end.inputEnded() && held == null && !decoding) {
      end.close();
      return;
    }
    deadlines.awaitNext(exchange.endNs());
    if (held != null && !decoding) {
      // Not recursively: a thousand pipelined requests must not cost a thousand stack frames.
      resumeSoon();
    } else {
      updateReading();
    }
  }

  /** The exchange goes on without this connection. */
  void exchangeLeft() {
    current = null;
  }

  // Ends.

  /** Whether a request has come. */
  boolean hasBeenAsked() {
    return requests > 0;
  }

  /** Closes the connection if it is between exchanges; called when the server drains. */
  void closeIfIdle() {
    if (current == null && held == null && !end.closing()) {
      end.close();
    }
  }

  /** Closes the connection so that the client gets the answer although it is still sending. */
  void linger() {
    end.linger();
    updateReading();
  }

  // For the deadlines.

  /** What is awaited now. */
  Http1Deadlines.Phase phase() {
    boolean closing = end.closing();
    if (!closing && !body.done()) {
      return Http1Deadlines.Phase.BODY;
    }
    if (!closing && current == null && parser.started()) {
      return Http1Deadlines.Phase.HEAD;
    }
    if (end.mayAnswer() && (current != null || writer.waiting())) {
      return Http1Deadlines.Phase.RESPONSE;
    }
    return closing ? Http1Deadlines.Phase.CLOSING : Http1Deadlines.Phase.IDLE;
  }

  /** Whether a handler keeps the body from coming. */
  boolean paused() {
    return paused;
  }

  /** How the connection ends. */
  Http1End end() {
    return end;
  }
}
