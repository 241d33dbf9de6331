package app.seventv.core.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before the acceptor of a listening socket: refuses connections before they cost anything,
 * and pauses when accepting fails because the process has no descriptor left.
 *
 * <p>A listening socket stays readable when accept fails with EMFILE; trying again at once would
 * spin until somebody closes a connection. Meanwhile clients wait in the kernel's queue.
 */
final class AcceptGuard extends ChannelInboundHandlerAdapter {
  /** Pause after a failure. */
  static final long PAUSE_MS = 1_000;

  private static final long LOG_INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);
  private static final Logger LOG = LoggerFactory.getLogger(AcceptGuard.class);
  private static final LongAdder FAILURES = new LongAdder();
  private static final AtomicLong LAST_LOG_NS = new AtomicLong(System.nanoTime() - LOG_INTERVAL_NS);

  private final Predicate<Channel> admission;

  /** Loaded and ready beforehand: without descriptors no class can be loaded. */
  private boolean paused;

  AcceptGuard(Predicate<Channel> admission) {
    this.admission = admission;
  }

  /** Failed accepts of this process. */
  static long failures() {
    return FAILURES.sum();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Channel accepted && !admission.test(accepted)) {
      refuse(accepted);
    } else {
      ctx.fireChannelRead(message);
    }
  }

  /** A reset: the kernel keeps nothing of the connection, not even for TIME_WAIT. */
  private static void refuse(Channel accepted) {
    accepted.config().setOption(ChannelOption.SO_LINGER, 0);
    accepted.unsafe().closeForcibly();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    FAILURES.increment();
    ChannelConfig config = ctx.channel().config();
    if (!paused) {
      paused = true;
      config.setAutoRead(false);
      ctx.executor()
          .schedule(
              () -> {
                paused = false;
                config.setAutoRead(true);
              },
              PAUSE_MS,
              TimeUnit.MILLISECONDS);
    }
    long nowNs = System.nanoTime();
    long lastNs = LAST_LOG_NS.get();
    if (nowNs - lastNs >= LOG_INTERVAL_NS && LAST_LOG_NS.compareAndSet(lastNs, nowNs)) {
      LOG.warn("cannot accept, pausing for {} ms: {}", PAUSE_MS, cause.toString());
    }
  }
}
