package app.seventv.core.http;

import io.netty.channel.EventLoop;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

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
  private final Set<Watched> watched = new HashSet<>();
  private boolean scheduled;

  Http3Deadlines(EventLoop loop, HttpLimits limits) {
    long shortestMs = Math.min(limits.headerTimeoutMs(), limits.bodyTimeoutMs());
    this.loop = loop;
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

  private void schedule() {
    if (!scheduled && !watched.isEmpty()) {
      scheduled = true;
      loop.schedule(this::sweep, intervalMs, TimeUnit.MILLISECONDS);
    }
  }

  private void sweep() {
    scheduled = false;
    long nowNs = System.nanoTime();
    for (Watched stream : List.copyOf(watched)) { // what is overdue leaves the set
      if (!stream.check(nowNs)) {
        watched.remove(stream);
      }
    }
    schedule();
  }
}
