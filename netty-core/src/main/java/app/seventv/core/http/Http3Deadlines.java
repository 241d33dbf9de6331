package app.seventv.core.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One timer for the deadlines of all streams of a connection. A timer per stream would stay in the
 * loop's queue, with the stream it holds, long after the stream: minutes of finished requests. For
 * the connection's loop.
 */
final class Http3Deadlines {
  private static final long MAX_INTERVAL_MS = 1_000;

  /** Looks per deadline, so that one is late by a quarter at most. */
  private static final int LOOKS_PER_DEADLINE = 4;

  /** Something with a deadline. */
  interface Watched {
    /**
     * Acts if something is overdue.
     *
     * @return whether to look again
     */
    boolean check(long nowNs);
  }

  private final EventLoop loop;
  private final long intervalMs;
  private final Consumer<Throwable> failed;
  private final Set<Watched> watched = new HashSet<>();
  private @Nullable ScheduledFuture<?> sweep;

  /**
   * @param failed told what {@link Watched#check} throws
   */
  Http3Deadlines(EventLoop loop, HttpLimits limits, Consumer<Throwable> failed) {
    long shortestMs = Math.min(limits.headerTimeoutMs(), limits.bodyTimeoutMs());
    this.loop = loop;
    this.failed = failed;
    this.intervalMs = Math.clamp(shortestMs / LOOKS_PER_DEADLINE, 1, MAX_INTERVAL_MS);
  }

  /** Looks after a stream until it says no or is forgotten. */
  void watch(Watched stream) {
    watched.add(stream);
    schedule();
  }

  void forget(Watched stream) {
    watched.remove(stream);
  }

  /** Forgets all. */
  void close() {
    watched.clear();
    if (sweep != null) {
      sweep.cancel(false);
      sweep = null;
    }
  }

  private void schedule() {
    if (sweep == null && !watched.isEmpty()) {
      sweep = loop.schedule(this::sweep, intervalMs, TimeUnit.MILLISECONDS);
    }
  }

  private void sweep() {
    sweep = null;
    long nowNs = System.nanoTime();
    try {
      for (Watched stream : List.copyOf(watched)) { // what is overdue leaves the set
        if (!stream.check(nowNs)) {
          watched.remove(stream);
        }
      }
    } catch (Throwable defect) {
      failed.accept(defect);
    }
    schedule();
  }
}
