package app.seventv.cdn;

import app.seventv.cdn.OriginFailure.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives an origin that fails again and again a rest: fetches fail at once, and one at a time tries
 * whether it is back. The rest doubles with each try that fails.
 */
final class CircuitBreaker implements Origin {
  /** Failures in a row that open the circuit. */
  static final int FAILURES = 20;

  static final Duration FIRST_REST = Duration.ofSeconds(1);
  static final Duration LONGEST_REST = Duration.ofSeconds(30);

  private final Origin origin;
  private final LongSupplier nanoClock;
  private int failures;
  private boolean open;
  private boolean probing;
  private long restNs;
  private long retryAtNs;
  private long openedAtNs;

  CircuitBreaker(Origin origin, LongSupplier nanoClock) {
    this.origin = origin;
    this.nanoClock = nanoClock;
  }

  @Override
  public CompletableFuture<OriginAnswer> get(String key, @Nullable String etag) {
    Admission admission = admit();
    if (admission == Admission.REFUSED) {
      return CompletableFuture.failedFuture(
          new OriginFailure(Kind.UNAVAILABLE, "the origin is given a rest"));
    }
    CompletableFuture<OriginAnswer> call = origin.ask(key, etag);
    // Registered before the receiver's own action, so that it sees the circuit as it is now.
    call.whenComplete((answer, failure) -> judge(answer, failure, admission == Admission.PROBE));
    return call;
  }

  private enum Admission {
    REFUSED,
    USUAL,
    PROBE
  }

  private synchronized Admission admit() {
    if (!open) {
      return Admission.USUAL;
    }
    if (probing || nanoClock.getAsLong() - retryAtNs < 0) {
      return Admission.REFUSED;
    }
    probing = true;
    return Admission.PROBE;
  }

  private synchronized void judge(
      @Nullable OriginAnswer answer, @Nullable Throwable failure, boolean probe) {
    Kind kind = answer != null ? null : OriginFailure.of(failure).kind();
    if (probe) {
      probing = false;
    }
    if (kind == Kind.OVERLOADED || kind == Kind.WAITED) {
      return; // says nothing about the origin
    }
    if (kind == null || !kind.isOutage()) {
      failures = 0;
      open = false;
    } else if (open ? probe : ++failures == FAILURES) {
      // What was under way when the rest began, and fails now, is no try of its own.
      rest();
    }
  }

  private void rest() {
    if (!open) {
      openedAtNs = nanoClock.getAsLong();
    }
    restNs = open ? Math.min(2 * restNs, LONGEST_REST.toNanos()) : FIRST_REST.toNanos();
    open = true;
    failures = 0;
    retryAtNs = nanoClock.getAsLong() + restNs;
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
