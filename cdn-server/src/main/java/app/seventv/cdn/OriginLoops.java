package app.seventv.cdn;

import io.netty.channel.IoEventLoop;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * The loops of the connections to the origin. Until it has answered for the first time they are all
 * on one.
 *
 * <p>Before its first connection the SDK does not know which protocol it will speak, and lets calls
 * wait for a promise of it. If that connection fails on another loop than the pool's (2.57.8), it
 * forgets the promise a moment after the next call has begun to wait for a new one: one in twenty
 * calls to an origin that is down from the start hung until its deadline.
 */
@SuppressWarnings("deprecation") // the SDK knows groups by their class, and not the new ones
final class OriginLoops extends NioEventLoopGroup {
  /** The SDK starts as many for itself if it is given none. */
  private static final int LOOPS_PER_CORE = 2;

  private final @Nullable IoEventLoop first;
  private volatile boolean answered;

  OriginLoops() {
    super(
        Runtime.getRuntime().availableProcessors() * LOOPS_PER_CORE,
        new DefaultThreadFactory("cdn-origin", true));
    first = super.next();
  }

  /** The origin has answered. */
  void answered() {
    if (!answered) {
      answered = true;
    }
  }

  @Override
  public IoEventLoop next() {
    IoEventLoop only = answered ? null : first;
    return only == null ? super.next() : only;
  }
}
