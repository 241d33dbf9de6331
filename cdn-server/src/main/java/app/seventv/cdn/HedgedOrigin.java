package app.seventv.cdn;

import app.seventv.cdn.OriginFailure.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Asks a second time, once, when the first request fails or is slow, and takes the answer that
 * comes first; gives up at the deadline. Both concern the head of the answer: bytes of a body that
 * a client has seen are never asked for again.
 *
 * <p>Second requests are a tenth of the first ones at most, so that an origin in trouble does not
 * get twice the load.
 */
final class HedgedOrigin implements Origin {
  /** Second requests saved up at most. */
  static final int MAX_BUDGET = 20;

  /** A second request costs this much; a first one earns 1. */
  private static final int COST = 10;

  private final Origin origin;
  private final Duration deadline;
  private final Duration hedgeDelay;
  private final Timers timers;
  private final AtomicInteger budget = new AtomicInteger(MAX_BUDGET * COST);

  /**
   * @param deadline for the head of the answer
   * @param hedgeDelay after which a second request starts; at or beyond the deadline: never
   */
  HedgedOrigin(Origin origin, Duration deadline, Duration hedgeDelay, Timers timers) {
    this.origin = origin;
    this.deadline = deadline;
    this.hedgeDelay = hedgeDelay;
    this.timers = timers;
  }

  @Override
  public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
    budget.accumulateAndGet(1, (now, more) -> Math.min(MAX_BUDGET * COST, now + more));
    return new Race(key, etag).start();
  }

  private boolean maySpend() {
    int before = budget.getAndUpdate(now -> now >= COST ? now - COST : now);
    return before >= COST;
  }

  /** The one or two requests of one fetch. */
  private final class Race {
    private final String key;
    private final @Nullable String etag;
    private final CompletableFuture<OriginAnswer> result = new CompletableFuture<>();
    private int running = 1;
    private boolean secondUsed;

    Race(String key, @Nullable String etag) {
      this.key = key;
      this.etag = etag;
    }

    CompletableFuture<OriginAnswer> start() {
      Timers.Pending limit =
          timers.after(
              deadline,
              () ->
                  result.completeExceptionally(
                      new OriginFailure(Kind.TIMEOUT, "no answer within " + deadline)));
      result.whenComplete((answer, failure) -> limit.cancel());
      ask();
      if (hedgeDelay.compareTo(deadline) < 0 && !result.isDone()) {
        Timers.Pending hedge = timers.after(hedgeDelay, this::hedge);
        result.whenComplete((answer, failure) -> hedge.cancel());
      }
      return result;
    }

    private void ask() {
      CompletableFuture<OriginAnswer> call = origin.ask(key, etag);
      result.whenComplete((answer, failure) -> call.cancel(true));
      call.whenComplete((answer, failure) -> {
        if (answer == null) {
          failed(OriginFailure.of(failure));
        } else if (!result.complete(answer)) {
          answer.discard();
        }
      });
    }

    private void hedge() {
      if (takeSecond()) {
        ask();
      }
    }

    /** Whether there may be a second request, which counts as running from then on. */
    private synchronized boolean takeSecond() {
      if (secondUsed || result.isDone() || !maySpend()) {
        return false;
      }
      secondUsed = true;
      running++;
      return true;
    }

    private void failed(OriginFailure failure) {
      boolean again;
      synchronized (this) { // one step: the hedge must not begin between its parts
        running--;
        again = running == 0 && failure.kind().isOutage() && takeSecond();
        if (running > 0 && !again) {
          return; // the other one may answer yet
        }
      }
      if (again) {
        ask();
      } else {
        result.completeExceptionally(failure);
      }
    }
  }

  @Override
  public void close() {
    origin.close();
  }
}
