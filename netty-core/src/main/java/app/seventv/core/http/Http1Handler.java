package app.seventv.core.http;

import app.seventv.core.websocket.WebSocketHandshake;
import app.seventv.core.websocket.WebSocketListener;
import app.seventv.core.websocket.WebSocketOptions;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 connection: exchanges one after the other, pipelined requests wait in order. */
final class Http1Handler extends ExchangeHandler {
  private final ArrayDeque<Object> pipelined = new ArrayDeque<>(0);
  private int pipelinedRequests;
  private boolean keepAlive;
  private boolean http10;
  private boolean closing;
  private @Nullable ScheduledFuture<?> timer;
  private long timerFiresAtNs;
  private long deadlineNs;
  private long unwrittenAtLastLook = -1;

  Http1Handler(ServerContext server, Connection connection) {
    super(server, connection);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    super.handlerAdded(ctx);
    arm(server.limits.idleTimeoutMs());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
    } else if (mustWait(message)) {
      pipelined.add(message);
      if (message instanceof HttpRequest && ++pipelinedRequests >= maxAhead()) {
        ctx.channel().config().setAutoRead(false);
      }
    } else {
      super.channelRead(ctx, message);
    }
  }

  private int maxAhead() {
    return Math.max(1, server.limits.maxPipelinedRequests());
  }

  /** Parts of the next request wait until the current exchange is over. */
  private boolean mustWait(Object message) {
    return !pipelined.isEmpty() || (message instanceof HttpRequest && current() != null);
  }

  @Override
  void requestStarted(HttpRequest head) {
    http10 = head.protocolVersion().equals(HttpVersion.HTTP_1_0);
    keepAlive = HttpUtil.isKeepAlive(head);
    unwrittenAtLastLook = -1;
    arm(server.limits.bodyTimeoutMs());
  }

  @Override
  @Nullable String violation(HttpRequest head) {
    HttpHeaders headers = head.headers();
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.size() > 1 || (hosts.isEmpty() && !http10)) {
      keepAlive = false;
      return "exactly one host header is required"; // RFC 9112 §3.2
    }
    if (ambiguousFraming(headers)) {
      keepAlive = false;
      return "transfer-encoding and content-length exclude each other"; // RFC 9112 §6.3
    }
    String target = head.uri();
    if (!target.startsWith("/")
        && !(target.equals("*") && head.method().name().equals("OPTIONS"))) {
      keepAlive = false;
      return "request target must be in origin form"; // RFC 9112 §3.2.1
    }
    return null;
  }

  @Override
  void framing(HttpResponse head) {
    HttpHeaders headers = head.headers();
    if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      return;
    }
    if (http10) {
      keepAlive = false;
    } else {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
    }
  }

  @Override
  public void connectionHeaders(HttpHeaders headers, boolean requestComplete) {
    if (server.draining() || (!requestComplete && bodyHeldBack())) {
      keepAlive = false;
    }
    if (!keepAlive) {
      headers.set(HttpHeaderNames.CONNECTION, "close");
    } else if (http10) {
      headers.set(HttpHeaderNames.CONNECTION, "keep-alive");
    }
  }

  @Override
  public void responseSent(boolean requestComplete) {
    if (requestComplete) {
      return;
    }
    // The client may still be sending: reset now and it could lose the response (RFC 9112 §9.6).
    if (bodyHeldBack()) {
      close();
    } else {
      context().channel().config().setAutoRead(true);
      arm(server.limits.bodyTimeoutMs());
    }
  }

  @Override
  public void stopReading() {
    close();
  }

  @Override
  public void exchangeEnded(HttpExchange exchange) {
    clearCurrent();
    Channel channel = context().channel();
    if (!channel.isActive()) {
      return;
    }
    if (!keepAlive || server.draining()) {
      close();
      return;
    }
    arm(server.limits.idleTimeoutMs());
    if (!pipelined.isEmpty()) {
      // Not recursively: a thousand pipelined requests must not cost a thousand stack frames.
      channel.eventLoop().execute(this::runPipelined);
    } else {
      channel.config().setAutoRead(true);
    }
  }

  private void runPipelined() {
    while (!closing) {
      Object next = pipelined.peek();
      if (next == null || (next instanceof HttpRequest && current() != null)) {
        break;
      }
      pipelined.poll();
      if (next instanceof HttpRequest) {
        pipelinedRequests--;
      }
      dispatch(next);
    }
    // A sink that has paused its body must not find reading switched on behind its back.
    if (pipelinedRequests < maxAhead() && current() == null) {
      context().channel().config().setAutoRead(true);
    }
    context().flush();
  }

  private void close() {
    if (!closing) {
      closing = true;
      arm(server.limits.idleTimeoutMs());
      closeAfterFlush(context().channel());
    }
  }

  @Override
  public void abort() {
    context().close();
  }

  @Override
  public void upgrade(HttpExchange exchange, WebSocketOptions options, WebSocketListener listener) {
    cancelDeadline();
    if (!WebSocketHandshake.accept(context().channel(), exchange, options, listener)) {
      arm(server.limits.idleTimeoutMs());
    } else {
      server.open.remove(context().channel());
      clearCurrent();
      exchange.upgraded(101, context().channel().closeFuture());
    }
  }

  /** Closes the connection if it is between exchanges; called when the server drains. */
  void closeIfIdle() {
    if (current() == null && pipelined.isEmpty()) {
      close();
    }
  }

  /**
   * Sets the deadline. Re-arming to a later time costs a field write: the timer that is already
   * running looks at the field when it fires and goes to sleep again.
   */
  private void arm(long delayMs) {
    deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs);
    if (timer != null && timerFiresAtNs - deadlineNs <= 0) {
      return;
    }
    cancelDeadline();
    schedule(delayMs);
  }

  private void schedule(long delayMs) {
    timerFiresAtNs = deadlineNs;
    timer = context().executor().schedule(this::timerFired, delayMs, TimeUnit.MILLISECONDS);
  }

  private void timerFired() {
    timer = null;
    long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
    if (leftMs > 0) {
      schedule(leftMs);
    } else {
      expired();
    }
  }

  private void cancelDeadline() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void expired() {
    HttpExchange exchange = current();
    if (exchange == null && writingProgresses()) {
      arm(server.limits.idleTimeoutMs());
    } else if (exchange == null) {
      server.observer.dropped(connection.protocol(), "idle-timeout");
      context().close();
    } else if (!exchange.requestComplete()) {
      server.observer.dropped(connection.protocol(), "body-timeout");
      keepAlive = false;
      exchange.fail(new HttpError(408, "the request body took too long"));
      close();
    }
  }

  /**
   * Whether a response is still on its way to a slow client and has moved since the last look
   * (cdn.md §11, 19: what counts is progress, not time).
   */
  private boolean writingProgresses() {
    ChannelOutboundBuffer out = context().channel().unsafe().outboundBuffer();
    long left = out == null ? 0 : out.totalPendingWriteBytes() - out.currentProgress();
    boolean progresses = left > 0 && left != unwrittenAtLastLook;
    unwrittenAtLastLook = left;
    return progresses;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancelDeadline();
    closing = true;
    super.channelInactive(ctx);
    for (Object message : pipelined) {
      ReferenceCountUtil.release(message);
    }
    pipelined.clear();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancelDeadline();
  }
}
