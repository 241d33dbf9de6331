package app.seventv.core.transport;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Turns of an event loop: first sockets, then tasks. A task that asks for another one with {@code
 * execute} keeps the sockets waiting: Netty 4.2 runs tasks until none is left, 64 at least and for
 * up to a second.
 */
public final class LoopTurns {
  private LoopTurns() {}

  /**
   * Runs a task in the loop's next turn, when its sockets have had theirs: tasks that are scheduled
   * are looked for once per turn only. To be called on the loop.
   */
  public static void afterSockets(EventExecutor loop, Runnable task) {
    loop.schedule(task, 0, TimeUnit.NANOSECONDS);
  }
}
