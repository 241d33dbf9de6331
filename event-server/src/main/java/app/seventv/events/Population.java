package app.seventv.events;

import java.util.concurrent.atomic.AtomicInteger;

/** Number of open sessions of the instance, over all loops. */
final class Population {
  private final AtomicInteger closing = new AtomicInteger();
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

  /** A websocket whose session is over waits for the client's close frame. */
  void closing() {
    closing.incrementAndGet();
  }

  /** It has ended. */
  void closed() {
    closing.decrementAndGet();
  }

  /** Whether any session is open, or any websocket in its closing handshake. */
  boolean isEmpty() {
    return open() == 0 && closing.get() == 0;
  }
}
