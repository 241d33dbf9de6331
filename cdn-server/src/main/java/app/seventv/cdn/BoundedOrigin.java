package app.seventv.cdn;

import app.seventv.cdn.OriginFailure.Kind;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets a limited number of fetches through at once and a limited number wait for a limited time. A
 * fetch counts until its body has ended.
 */
final class BoundedOrigin implements Origin {
  /** Waiting fetches per running one; beyond that the origin is overloaded. */
  static final int QUEUE_FACTOR = 10;

  private final Origin origin;
  private final int maxRunning;
  private final int maxWaiting;
  private final Duration maxWait;
  private final Timers timers;
  private final LinkedHashSet<Waiting> queue = new LinkedHashSet<>();
  private final AtomicInteger turns = new AtomicInteger();
  private int running;

  BoundedOrigin(Origin origin, int maxRunning, Duration maxWait, Timers timers) {
    this.origin = origin;
    this.maxRunning = maxRunning;
    this.maxWaiting = maxRunning * QUEUE_FACTOR;
    this.maxWait = maxWait;
    this.timers = timers;
  }

  private static final class Waiting {
    private final String key;
    private final @Nullable String etag;
    private final CompletableFuture<OriginAnswer> result = new CompletableFuture<>();

    Waiting(String key, @Nullable String etag) {
      this.key = key;
      this.etag = etag;
    }
  }

  @Override
  public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
    Waiting fetch = new Waiting(key, etag);
    if (enter(fetch)) {
      run(fetch);
    }
    return fetch.result;
  }

  /** Whether the fetch may run now; otherwise it waits or has failed. */
  private boolean enter(Waiting fetch) {
    synchronized (this) {
      if (running < maxRunning) {
        running++;
        return true;
      }
      if (queue.size() < maxWaiting) {
        queue.add(fetch);
        Timers.Pending limit = timers.after(maxWait, () -> giveUp(fetch));
        fetch.result.whenComplete((answer, failure) -> {
          limit.cancel();
          leave(fetch);
        });
        return false;
      }
    }
    fetch.result.completeExceptionally(
        new OriginFailure(Kind.OVERLOADED, maxWaiting + " fetches are waiting"));
    return false;
  }

  private void giveUp(Waiting fetch) {
    if (leave(fetch)) {
      fetch.result.completeExceptionally(
          new OriginFailure(Kind.WAITED, "no turn within " + maxWait));
    }
  }

  private synchronized boolean leave(Waiting fetch) {
    return queue.remove(fetch);
  }

  private void run(Waiting fetch) {
    CompletableFuture<OriginAnswer> call = origin.ask(fetch.key, fetch.etag);
    fetch.result.whenComplete((answer, failure) -> {
      if (fetch.result.isCancelled()) {
        call.cancel(true);
      }
    });
    call.whenComplete((answer, failure) -> {
      if (answer instanceof OriginAnswer.Found found) {
        OriginAnswer watched =
            new OriginAnswer.Found(
                found.head(), found.length(), new WatchedBody(found.body(), this::next));
        if (!fetch.result.complete(watched)) {
          watched.discard();
        }
      } else {
        next();
        if (answer != null) {
          fetch.result.complete(answer);
        } else {
          fetch.result.completeExceptionally(OriginFailure.of(failure));
        }
      }
    });
  }

  /**
   * A place is free. The next one may fail at once, and the one behind it, and so on: no nesting.
   */
  private void next() {
    if (turns.getAndIncrement() == 0) { // otherwise whoever gives turns now gives this one, too
      do {
        giveTurn();
      } while (turns.decrementAndGet() > 0);
    }
  }

  private void giveTurn() {
    Waiting next;
    synchronized (this) {
      if (queue.isEmpty()) {
        running--;
        return;
      }
      next = queue.removeFirst();
    }
    run(next);
  }

  synchronized int waiting() {
    return queue.size();
  }

  synchronized int running() {
    return running;
  }

  @Override
  public void close() {
    origin.close();
  }
}
