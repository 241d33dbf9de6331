package app.seventv.core.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicheStreams;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.internal.tcnative.SSL;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Tells the observer how a TLS handshake ended, over TCP or QUIC, then leaves the pipeline. */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {
  /** The client left by itself, as port scans and health checks do: nobody was dropped. */
  private static final String CLOSED = "closed";

  private final HttpObserver observer;
  private final long startNs = System.nanoTime();
  private boolean told;

  HandshakeWatch(HttpObserver observer) {
    this.observer = observer;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent completion) {
      tell(ctx, completion.isSuccess() ? null : completion.cause());
      ctx.fireUserEventTriggered(event);
      if (!ctx.isRemoved()) {
        ctx.pipeline().remove(this);
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  /** A QUIC connection that dies young may never say how its handshake went. */
  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    tell(ctx, new ClosedChannelException());
    ctx.fireChannelInactive();
  }

  private void tell(ChannelHandlerContext ctx, @Nullable Throwable failure) {
    if (told) {
      return;
    }
    told = true;
    boolean quic = ctx.channel() instanceof QuicChannel;
    long durationNs = System.nanoTime() - startNs;
    SSLEngine engine = engine(ctx);
    if (failure != null || engine == null) {
      String reason = reason(failure);
      observer.handshakeEnded(new Handshake(quic, reason, false, "", "", durationNs));
      if (!reason.equals(CLOSED)) {
        observer.dropped(quic ? Protocol.HTTP_3 : Protocol.HTTP_1, "tls-handshake");
      }
      return;
    }
    SSLSession session = engine.getSession();
    observer.handshakeEnded(
        new Handshake(
            quic,
            null,
            resumed(engine),
            session.getProtocol(),
            session.getCipherSuite(),
            durationNs));
  }

  private static @Nullable SSLEngine engine(ChannelHandlerContext ctx) {
    if (ctx.channel() instanceof QuicChannel quic) {
      return quic.sslEngine();
    }
    SslHandler handler = ctx.pipeline().get(SslHandler.class);
    return handler == null ? null : handler.engine();
  }

  private static boolean resumed(SSLEngine engine) {
    if (engine instanceof ReferenceCountedOpenSslEngine open) {
      long pointer = open.sslPointer();
      return pointer != 0 && SSL.isSessionReused(pointer);
    }
    return QuicheStreams.isResumed(engine);
  }

  /** Sorts a failure into a small fixed set. */
  static String reason(@Nullable Throwable failure) {
    if (failure instanceof SslHandshakeTimeoutException) {
      return "timeout";
    }
    if (failure instanceof NotSslRecordException) {
      return "not-tls";
    }
    String message =
        failure == null ? "" : String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    if (failure instanceof ClosedChannelException || message.contains("closed")) {
      return CLOSED;
    }
    message = message.replace('_', ' ');
    if (message.contains("no shared cipher") || message.contains("no shared group")) {
      return "no-common-algorithm";
    }
    if (message.contains("protocol version") || message.contains("unsupported protocol")) {
      return "version";
    }
    if (message.contains("alert")) {
      return "alert-by-peer";
    }
    if (message.contains("certificate")) {
      return "certificate";
    }
    return message.contains("http request") ? "not-tls" : "other";
  }
}
