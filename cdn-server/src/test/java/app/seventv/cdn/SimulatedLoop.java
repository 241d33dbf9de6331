package app.seventv.cdn;

import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/** An event loop whose actions run when the simulation says so. */
final class SimulatedLoop extends AbstractEventExecutor {
  private final Simulation simulation;
  private ArrayDeque<Runnable> queue;

  SimulatedLoop(Simulation simulation) {
    this.simulation = simulation;
    this.queue = simulation.thread();
  }

  @Override
  public void execute(Runnable command) {
    if (queue.isEmpty()) {
      queue = simulation.thread(); // the simulation forgets queues that ran empty
    }
    queue.add(command);
  }

  @Override
  public boolean inEventLoop(Thread thread) {
    return false;
  }

  @Override
  public boolean isShuttingDown() {
    return false;
  }

  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    return terminationFuture();
  }

  @Override
  public Future<?> terminationFuture() {
    return new DefaultPromise<>(GlobalEventExecutor.INSTANCE);
  }

  @Override
  @Deprecated
  @SuppressWarnings("deprecation") // the interface still asks for it
  public void shutdown() {}

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
