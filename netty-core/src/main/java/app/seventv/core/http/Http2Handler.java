package app.seventv.core.http;

import app.seventv.core.transport.ConnectionEnds;
import app.seventv.core.transport.LoopTurns;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP/2 in a pipeline (RFC 9113): feeds the reader, flushes once per batch of reads, and ends the
 * connection in good order. Requests go to the server's handler from here; there is no channel, no
 * pipeline and no message object per stream.
 */
final class Http2Handler extends ByteToMessageDecoder {
  /** Payload of the PING that follows the first GOAWAY. */
  private static final long DRAIN_PING = 0x6472_6169_6e69_6e67L;

  /** Longest wait for its answer before streams are refused. */
  private static final long DRAIN_PING_LIMIT_MS = 1_000;

  /** After an error the socket stays this long, so that the client can read why. */
  private static final long LINGER_MS = 250;

  /** Rounds of a flush before other connections of the loop get a turn. */
  private static final int MAX_FLUSH_ROUNDS = 16;

  /** A client that has found a defect must not fill the log with it. */
  private static final long LOG_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

  private static final Logger LOG = LoggerFactory.getLogger(Http2Handler.class);
  private static final AtomicLong LAST_LOG_NS = new AtomicLong(System.nanoTime() - LOG_INTERVAL_NS);

  private enum Drain {
    NOT_STARTED,
    ANNOUNCED,
    LAST_STREAM_KNOWN,
    CLOSING
  }

  private final ServerContext server;
  private final Connection facts;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Http2Connection connection;
  private @Nullable Http2Reader reader;
  private @Nullable Http2Deadlines deadlines;
  private Drain drain = Drain.NOT_STARTED;
  private boolean asked;
  private boolean leaving;
  private boolean inRead;
  private boolean flushWanted;
  private boolean flushQueued;
  private boolean flushing;
  private boolean released;
  private boolean cut;

  Http2Handler(ServerContext server, Connection facts) {
    this.server = server;
    this.facts = facts;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    Http2Connection created = new Http2Connection(server, facts, ctx, this);
    connection = created;
    Http2Reader made = new Http2Reader(created, server.limits);
    reader = made;
    deadlines = new Http2Deadlines(created, this, made, server);
    created.sendSettings();
    if (server.draining()) {
      leave();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    inRead = true;
    connection().wakeUp();
    super.channelRead(ctx, message);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    reader().read(in);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    inRead = false;
    deadlines().readCompleted();
    if (flushWanted) {
      flushWanted = false;
      flushNow();
    }
    super.channelReadComplete(ctx);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      flushNow();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    super.userEventTriggered(ctx, event); // reads what is left
    if (event instanceof ChannelInputShutdownEvent) {
      inputClosed();
    }
  }

  /**
   * The client sends no more, but may still read: its whole requests are answered, as far as they
   * need nothing more of it.
   */
  private void inputClosed() {
    reader().inputClosed();
    deadlines().readCompleted();
    if (connection().isOpen() && drain != Drain.CLOSING) {
      drain = Drain.LAST_STREAM_KNOWN;
      connection().endInput();
      if (connection().streams().isEmpty()) {
        closeWhenWritten();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    release();
    super.channelInactive(ctx);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    release();
  }

  private void release() {
    if (!released) {
      released = true;
      deadlines().cancel();
      connection().closeStreams();
      reader().close();
      connection().writer().close();
    }
  }

  /**
   * Resets and TLS alerts by the client, after which nothing can be sent, so the socket goes; each
   * write that waited fails with its own. All else is a defect of this server.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Throwable inner = cause.getCause();
    Throwable origin = cause instanceof DecoderException && inner != null ? inner : cause;
    if (!(origin instanceof IOException)) {
      failedInternally(origin);
    } else if (!cut) {
      cut = true;
      server.observer.dropped(Protocol.HTTP_2, "transport-error");
      ConnectionEnds.cut(ctx.channel());
    }
  }

  /** A defect of this server: the state of the connection cannot be relied upon any more. */
  void failedInternally(Throwable defect) {
    long nowNs = System.nanoTime();
    long lastNs = LAST_LOG_NS.get();
    if (nowNs - lastNs >= LOG_INTERVAL_NS && LAST_LOG_NS.compareAndSet(lastNs, nowNs)) {
      LOG.error("defect in an HTTP/2 connection, which ends", defect);
    }
    try {
      connection().fail(Http2Error.INTERNAL_ERROR, "internal error", "internal-error");
    } catch (Throwable again) {
      ConnectionEnds.cut(context().channel()); // not even the last words could be written
    }
  }

  /** Whether frames are being read: what they cause is flushed afterwards. */
  boolean inRead() {
    return inRead;
  }

  // Flushing.

  /** Flushes at the end of the current read, or of the tasks that are waiting on the loop. */
  void flushSoon() {
    if (inRead || flushing) {
      flushWanted = true;
    } else if (!flushQueued) {
      flushQueued = true;
      context().executor().execute(this::flushQueued);
    }
  }

  private void flushQueued() {
    flushQueued = false;
    if (context().channel().isActive()) {
      try {
        flushNow();
      } catch (Throwable defect) {
        failedInternally(defect); // no caller would
      }
    }
  }

  private void flushNow() {
    if (flushing) {
      flushWanted = true; // a response went on writing, or the socket took everything at once
      return;
    }
    flushing = true;
    ChannelHandlerContext ctx = context();
    int rounds = 0;
    try {
      do {
        flushWanted = false;
        Http2Scheduler scheduler = connection().scheduler();
        boolean more = true;
        while (more && ctx.channel().isWritable()) {
          more = scheduler.sendNext();
        }
        if (!more && connection().clientEnded()) {
          connection().endInput(); // a window that has closed since then stays so
        }
        connection().writer().push();
        ctx.flush();
        rounds++;
      } while (flushWanted && rounds < MAX_FLUSH_ROUNDS);
    } finally {
      flushing = false;
    }
    if (flushWanted && !inRead && !flushQueued) {
      flushWanted = false;
      flushQueued = true;
      LoopTurns.afterSockets(ctx.executor(), this::flushQueued);
    }
  }

  // Ends.

  /** A stream has opened: from now on there are deadlines to keep. */
  void streamOpened() {
    deadlines().streamOpened();
    asked = true; // while the server drains, the first request is the last one
  }

  /**
   * The server drains. A new connection is told so with its first request, for which it was opened:
   * some clients fail a request that a goodbye overtakes.
   */
  void leave() {
    if (asked) {
      drain();
    } else if (!leaving) {
      leaving = true;
      context()
          .executor()
          .schedule(this::drain, server.firstRequestGraceMs(), TimeUnit.MILLISECONDS);
    }
  }

  /**
   * Begins to end the connection (RFC 9113 §6.8): announces it, and refuses new streams once the
   * announcement must have arrived, so that no request on its way is lost.
   */
  void drain() {
    if (drain == Drain.NOT_STARTED && connection().isOpen()) {
      drain = Drain.ANNOUNCED;
      Http2Writer writer = connection().writer();
      writer.goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR, "");
      writer.ping(false, DRAIN_PING);
      flushSoon();
      context()
          .executor()
          .schedule(this::refuseNewStreams, DRAIN_PING_LIMIT_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** The client has answered a PING. */
  void pingAcknowledged(long data) {
    if (data == DRAIN_PING) {
      refuseNewStreams();
    }
  }

  private void refuseNewStreams() {
    if (drain == Drain.ANNOUNCED && connection().isOpen()) {
      drain = Drain.LAST_STREAM_KNOWN;
      connection().writer().goAway(connection().refuseNewStreams(), Http2Error.NO_ERROR, "");
      flushSoon();
      if (connection().streams().isEmpty()) {
        closeWhenWritten();
      }
    }
  }

  void lastStreamClosed() {
    if (drain == Drain.LAST_STREAM_KNOWN) {
      closeWhenWritten();
    }
  }

  /** Nothing has happened for long. */
  void closeIdle() {
    server.observer.dropped(Protocol.HTTP_2, "idle-timeout");
    connection().writer().goAway(connection().refuseNewStreams(), Http2Error.NO_ERROR, "");
    closeWhenWritten();
  }

  private void closeWhenWritten() {
    if (drain != Drain.CLOSING) {
      drain = Drain.CLOSING;
      ChannelHandlerContext ctx = context();
      // Not at once: the frame that ends the last stream may only be written after this call.
      ctx.executor()
          .execute(() -> {
            connection().writer().push();
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
          });
    }
  }

  /** The connection has failed; says so and closes. */
  void failed(Http2Error error, String reason, int lastStreamId) {
    ChannelHandlerContext ctx = context();
    connection().writer().goAway(lastStreamId, error, reason);
    connection().writer().push();
    ctx.flush();
    ctx.executor()
        .schedule(() -> ConnectionEnds.close(ctx.channel()), LINGER_MS, TimeUnit.MILLISECONDS);
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context, "handler is not in a pipeline");
  }

  private Http2Connection connection() {
    return Objects.requireNonNull(connection, "handler is not in a pipeline");
  }

  private Http2Reader reader() {
    return Objects.requireNonNull(reader, "handler is not in a pipeline");
  }

  private Http2Deadlines deadlines() {
    return Objects.requireNonNull(deadlines, "handler is not in a pipeline");
  }
}
