package app.seventv.core.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http3.Http3ErrorCode;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicheStreams;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Life of one HTTP/3 connection: handshake deadline, streams in progress, reset budget, and the
 * drain in two steps (RFC 9114 §5.2): a GOAWAY that refuses nothing yet tells the client to go
 * elsewhere; a later one names the first request that was not taken; then the last stream ends it.
 */
final class Http3Life extends ChannelInboundHandlerAdapter {
  /** Largest stream id of a client: no request is refused yet. */
  private static final long ALL_REQUESTS = (1L << 62) - 4;

  /** Requests sent before the first GOAWAY arrived are on their way this long at most. */
  private static final long GOAWAY_GRACE_MS = 1_500;

  /** From the end of the last response to that of the connection. */
  private static final long LINGER_MS = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Http3Life.class);

  private final ServerContext server;
  private final QuicChannel quic;
  private final Connection connection;
  private final QuicSteering.Entry socket;
  private final SegmentedDatagramPacketAllocator segments;

  private @Nullable Http3Connection streams;
  private long nextRequestId;
  private long firstRefusedId = ALL_REQUESTS;
  private long requests;
  private int openStreams;
  private int resets;
  private long resetWindowStartNs = System.nanoTime();
  private long idleSinceNs = System.nanoTime();
  private @Nullable ScheduledFuture<?> handshakeTimer;
  private @Nullable ScheduledFuture<?> idleTimer;
  private @Nullable ScheduledFuture<?> drainTimer;
  private boolean handshaking = true;
  private boolean draining;
  private boolean refused;
  private boolean blamed;

  Http3Life(
      ServerContext server,
      QuicChannel quic,
      Connection connection,
      QuicSteering.Entry socket,
      SegmentedDatagramPacketAllocator segments) {
    this.server = server;
    this.connection = connection;
    this.quic = quic;
    this.socket = socket;
    this.segments = segments;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    server.quicHandshakes.incrementAndGet();
    quic.closeFuture().addListener(closed -> ended());
    handshakeTimer = schedule(this::checkHandshake, server.limits.handshakeTimeoutMs());
  }

  private ScheduledFuture<?> schedule(Runnable task, long delayMs) {
    return quic.eventLoop().schedule(task, delayMs, TimeUnit.MILLISECONDS);
  }

  /**
   * Timers that wait would keep the connection in memory, for minutes where clients come and go.
   */
  private void ended() {
    handshakeEnded();
    cancel(idleTimer);
    cancel(drainTimer);
  }

  private static void cancel(@Nullable ScheduledFuture<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private void checkHandshake() {
    if (quic.isOpen() && !quic.isActive()) {
      server.observer.dropped(Protocol.HTTP_3, "handshake-timeout");
      quic.close();
    }
  }

  private void handshakeEnded() {
    if (handshaking) {
      handshaking = false;
      cancel(handshakeTimer);
      server.quicHandshakes.decrementAndGet();
    }
  }

  /** A connection without requests is closed; QUIC's own timeout is for silent clients only. */
  private void watchIdle() {
    long limitNs = TimeUnit.MILLISECONDS.toNanos(server.limits.idleTimeoutMs());
    long idleNs = openStreams > 0 ? 0 : System.nanoTime() - idleSinceNs;
    if (!quic.isActive()) {
      return;
    }
    if (idleNs >= limitNs) {
      server.observer.dropped(Protocol.HTTP_3, "idle-timeout");
      close(Http3ErrorCode.H3_NO_ERROR);
    } else {
      idleTimer =
          quic.eventLoop().schedule(this::watchIdle, limitNs - idleNs, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    handshakeEnded();
    try {
      open();
    } catch (Throwable defect) {
      LOG.error("an HTTP/3 connection cannot be opened", defect);
      server.observer.dropped(Protocol.HTTP_3, "internal-error");
      close(Http3ErrorCode.H3_INTERNAL_ERROR);
      return;
    }
    ctx.fireChannelActive();
  }

  private void open() {
    idleSinceNs = System.nanoTime();
    watchIdle();
    server.observe(quic, connection);
    Http3Connection opened =
        new Http3Connection(
            server,
            quic,
            connection,
            this,
            new QuicheStreams(quic, socket.memory(), segments),
            socket);
    streams = opened;
    opened.open();
    if (server.draining()) {
      drain();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Http3Connection ended = streams;
    if (ended != null) {
      ended.closed();
    }
    ctx.fireChannelInactive();
  }

  /**
   * A request stream was opened.
   *
   * @return whether it may go on; one that may not is refused so that the client may repeat it
   *     safely (RFC 9114 §8.1, H3_REQUEST_REJECTED)
   */
  boolean admit(long id) {
    if (id >= firstRefusedId) {
      return false;
    }
    nextRequestId = Math.max(nextRequestId, id + Http3Frames.STREAM_ID_STEP);
    openStreams++;
    requests++;
    int maxRequests = server.limits.maxRequestsPerConnection();
    if (maxRequests > 0 && requests >= maxRequests) {
      drain();
    }
    return true;
  }

  void streamClosed() {
    openStreams--;
    if (openStreams == 0) {
      idleSinceNs = System.nanoTime();
    }
    closeIfDrained();
  }

  /** The client gave a request up. Too many of them is an attack (CVE-2023-44487). */
  void streamReset() {
    long nowNs = System.nanoTime();
    if (nowNs - resetWindowStartNs > TimeUnit.MILLISECONDS.toNanos(server.limits.floodWindowMs())) {
      resetWindowStartNs = nowNs;
      resets = 0;
    }
    resets++;
    if (resets > server.limits.maxStreamResets()) {
      server.observer.dropped(Protocol.HTTP_3, "reset-flood");
      close(Http3ErrorCode.H3_EXCESSIVE_LOAD);
    }
  }

  /** Asks the client to leave; returns at once. */
  void drain() {
    if (draining || !quic.isActive()) {
      return;
    }
    draining = true;
    sendGoAway(ALL_REQUESTS);
    drainTimer = schedule(this::refuseNewRequests, GOAWAY_GRACE_MS);
  }

  private void refuseNewRequests() {
    if (quic.isActive()) {
      firstRefusedId = nextRequestId;
      sendGoAway(firstRefusedId);
      // A request that is still on its way gets an answer that allows the client to repeat it.
      drainTimer = schedule(this::refused, GOAWAY_GRACE_MS);
    }
  }

  private void refused() {
    refused = true;
    closeIfDrained();
  }

  private void sendGoAway(long id) {
    Http3Connection open = streams;
    if (open != null) {
      open.control().goAway(id);
    }
  }

  /**
   * Not before the client had time to acknowledge the last response: CONNECTION_CLOSE throws away
   * what has not been sent, and nothing is repeated after it (RFC 9000 §10.2).
   */
  private void closeIfDrained() {
    if (!refused || openStreams > 0) {
      return;
    }
    long leftNs = TimeUnit.MILLISECONDS.toNanos(LINGER_MS) - (System.nanoTime() - idleSinceNs);
    if (leftNs <= 0) {
      close(Http3ErrorCode.H3_NO_ERROR);
    } else {
      cancel(drainTimer); // each stream that ends comes here
      drainTimer = quic.eventLoop().schedule(this::closeIfDrained, leftNs, TimeUnit.NANOSECONDS);
    }
  }

  /** Ends the connection. */
  void close(Http3ErrorCode code) {
    if (quic.isOpen()) {
      quic.close(true, code.code(), Unpooled.EMPTY_BUFFER);
    }
  }

  /**
   * What went wrong has been answered by a CONNECTION_CLOSE; a log line each would help a flood.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    blameClient();
  }

  /** The client has broken a protocol; one mistake shows several times. */
  void blameClient() {
    if (!blamed) {
      blamed = true;
      server.observer.dropped(Protocol.HTTP_3, "connection-error");
    }
  }
}
