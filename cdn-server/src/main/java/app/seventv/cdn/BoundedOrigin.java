package app.seventv.cdn;

import app.seventv.cdn.OriginFailure.Kind;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Lets a limited number of fetches through at once and a limited number wait. */
final class BoundedOrigin implements Origin {
  /** Waiting fetches per running one; beyond that the origin is overloaded. */
  private static final int QUEUE_FACTOR = 10;

  private final Origin origin;
  private final int maxRunning;
  private final int maxWaiting;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private int running;

  BoundedOrigin(Origin origin, int maxRunning) {
    this.origin = origin;
    this.maxRunning = maxRunning;
    this.maxWaiting = maxRunning * QUEUE_FACTOR;
  }

  private record Waiting(String key, CompletableFuture<CachedObject> result) {}

  @Override
  public CompletableFuture<CachedObject> fetch(String key) {
    Waiting fetch = new Waiting(key, new CompletableFuture<>());
    synchronized (this) {
      if (running >= maxRunning) {
        if (queue.size() >= maxWaiting) {
          fetch.result.completeExceptionally(
              new OriginFailure(Kind.OVERLOADED, maxWaiting + " fetches are waiting"));
        } else {
          queue.add(fetch);
        }
        return fetch.result;
      }
      running++;
    }
    run(fetch);
    return fetch.result;
  }

  private void run(Waiting fetch) {
    origin
        .fetch(fetch.key)
        .whenComplete((object, failure) -> {
          Waiting next = next();
          if (next != null) {
            run(next);
          }
          if (object != null) {
            fetch.result.complete(object);
          } else {
            fetch.result.completeExceptionally(
                failure == null ? new IllegalStateException("no result") : failure);
          }
        });
  }

  private synchronized @Nullable Waiting next() {
    Waiting next = queue.poll();
    if (next == null) {
      running--;
    }
    return next;
  }

  @Override
  public void close() {
    origin.close();
  }
}
