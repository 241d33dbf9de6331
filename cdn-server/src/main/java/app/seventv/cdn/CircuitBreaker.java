package app.seventv.cdn;

import app.seventv.cdn.OriginFailure.Kind;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives an origin that fails for one key after the other a rest: fetches fail at once, and one at a
 * time tries whether it is back. The rest doubles with each try that fails.
 *
 * <p>A key counts once in a row of failures, so that an object that cannot be read, however often
 * it is asked for, takes nothing from the others. For the same reason keys of the row have tries of
 * their own during a rest: one that fails again says nothing of the origin, but one that succeeds
 * does.
 */
final class CircuitBreaker implements Origin {
  /** Keys whose fetches fail in a row that open the circuit. */
  static final int FAILURES = 20;

  static final Duration FIRST_REST = Duration.ofSeconds(1);
  static final Duration LONGEST_REST = Duration.ofSeconds(30);

  /** Keys of a row that are remembered; the first ones go when more fail during a rest. */
  private static final int MAX_KEYS = 10 * FAILURES;

  private final Origin origin;
  private final LongSupplier nanoClock;
  private final LinkedHashSet<String> row = new LinkedHashSet<>();
  private final Tries known = new Tries();
  private final Tries others = new Tries();
  private boolean open;
  private long openedAtNs;

  CircuitBreaker(Origin origin, LongSupplier nanoClock) {
    this.origin = origin;
    this.nanoClock = nanoClock;
  }

  /** When a fetch may try whether the origin is back. */
  private static final class Tries {
    private boolean running;
    private long restNs;
    private long retryAtNs;

    void rest(long nowNs, long lengthNs) {
      restNs = lengthNs;
      retryAtNs = nowNs + lengthNs;
    }

    void restLonger(long nowNs) {
      rest(nowNs, Math.min(2 * restNs, LONGEST_REST.toNanos()));
    }

    boolean begin(long nowNs) {
      if (running || nowNs - retryAtNs < 0) {
        return false;
      }
      running = true;
      return true;
    }
  }

  @Override
  public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
    Tries tries;
    synchronized (this) {
      tries = triesOf(key);
      if (tries != null && !tries.begin(nanoClock.getAsLong())) {
        return CompletableFuture.failedFuture(
            new OriginFailure(Kind.UNAVAILABLE, "the origin is given a rest"));
      }
    }
    CompletableFuture<OriginAnswer> call = origin.ask(key, etag);
    // Registered before the receiver's own action, so that it sees the circuit as it is now.
    call.whenComplete((answer, failure) -> judge(key, answer, failure, tries));
    return call;
  }

  /** The tries that a fetch of the key would be one of, or null: the circuit is closed. */
  private @Nullable Tries triesOf(String key) {
    if (!open) {
      return null;
    }
    return row.contains(key) ? known : others;
  }

  /**
   * Draws the conclusions of a fetch.
   *
   * @param tries those of which it was one, or null: the circuit was closed
   */
  private synchronized void judge(
      String key,
      @Nullable OriginAnswer answer,
      @Nullable Throwable failure,
      @Nullable Tries tries) {
    Kind kind = answer != null ? null : OriginFailure.of(failure).kind();
    if (tries != null) {
      tries.running = false;
    }
    if (kind == Kind.OVERLOADED || kind == Kind.WAITED) {
      return; // says nothing about the origin
    }
    if (kind == null || !kind.isOutage()) {
      row.clear();
      open = false;
      return;
    }
    boolean isNew = row.add(key);
    if (row.size() > MAX_KEYS) {
      row.removeFirst();
    }
    if (!open) {
      if (isNew && row.size() == FAILURES) {
        open();
      }
    } else if (tries != null) {
      // What was under way when the rest began, and fails now, is no try of its own.
      tries.restLonger(nanoClock.getAsLong());
    }
  }

  private void open() {
    open = true;
    openedAtNs = nanoClock.getAsLong();
    known.rest(openedAtNs, FIRST_REST.toNanos());
    others.rest(openedAtNs, FIRST_REST.toNanos());
  }

  /** Whether the origin is at rest. */
  synchronized boolean isOpen() {
    return open;
  }

  /** Seconds since the origin last was not at rest; 0 while it is not. */
  synchronized long openSeconds() {
    return open ? (nanoClock.getAsLong() - openedAtNs) / 1_000_000_000L : 0;
  }

  @Override
  public void close() {
    origin.close();
  }
}
