package app.seventv.core.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the ClientHello and goes on with the certificate of the host it names (RFC 6066 §3).
 */
final class SniChoice extends AbstractSniHandler<String> {
  /** No client sends as much; with post-quantum key shares it is about 2 KiB. */
  private static final int MAX_CLIENT_HELLO_BYTES = 16 << 10;

  /** Stands for "no name", since futures and nulls do not mix. */
  private static final String NONE = "";

  private final TlsContexts contexts;
  private final long deadlineNs;

  SniChoice(TlsContexts contexts, long handshakeTimeoutMs) {
    super(MAX_CLIENT_HELLO_BYTES, handshakeTimeoutMs);
    this.contexts = contexts;
    this.deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(handshakeTimeoutMs);
  }

  @Override
  protected Future<String> lookup(ChannelHandlerContext ctx, @Nullable String hostname) {
    return ctx.executor().newSucceededFuture(hostname == null ? NONE : hostname);
  }

  @Override
  protected void onLookupComplete(
      ChannelHandlerContext ctx, @Nullable String hostname, Future<String> lookup) {
    if (!lookup.isSuccess()) {
      throw new DecoderException("no certificate for the host", lookup.cause());
    }
    long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
    ctx.pipeline()
        .replace(
            this, ctx.name(), contexts.newHandlerFor(hostname, ctx.alloc(), Math.max(1, leftMs)));
  }
}
