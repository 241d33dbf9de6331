package app.seventv.events;

import java.util.concurrent.atomic.AtomicInteger;

/** Number of open sessions of the instance, over all loops. */
final class Population {
  private final AtomicInteger open = new AtomicInteger();

  int open() {
    return open.get();
  }

  void increment() {
    open.incrementAndGet();
  }

  void decrement() {
    open.decrementAndGet();
  }
}
