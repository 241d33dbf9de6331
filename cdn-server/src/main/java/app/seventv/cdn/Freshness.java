package app.seventv.cdn;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long objects are used (RFC 9111 §4.2, RFC 5861).
 *
 * @param staleWhileRevalidate how long after its end of life an object is served while a new one is
 *     fetched
 * @param staleIfError how long it is served if the origin cannot be reached
 * @param jitter share of the lifetime, 0 to 1, that an object may lose by chance, so that what was
 *     fetched together does not expire together
 * @param withoutPurges longest life while purges cannot arrive
 * @param purges whether they do
 * @param random numbers from 0 to 1
 */
record Freshness(
    Duration staleWhileRevalidate,
    Duration staleIfError,
    double jitter,
    Duration withoutPurges,
    PurgeState purges,
    DoubleSupplier random) {
  /** Share of its life after which an object that is in use is fetched anew ahead of time. */
  private static final double AHEAD = 0.9;

  private static final Duration CENTURY = Duration.ofDays(36_525);

  /** Deliveries that show that an object is in use. */
  static final int HOT_DELIVERIES = 8;

  /** What may be done with an object. */
  enum State {
    /** Serve it. */
    FRESH,
    /** Serve it, and fetch a new one before it is stale. */
    REFRESH_AHEAD,
    /** Serve it, and fetch a new one. */
    STALE,
    /** Fetch a new one; serve it only if the origin fails. */
    EXPIRED,
    /** Do not use it at all. */
    DEAD
  }

  /** Seconds for which an object is trusted at most, as things are. */
  long maxLifeSeconds() {
    return purges.isConnected() ? Long.MAX_VALUE : withoutPurges.toSeconds();
  }

  /** Nanoseconds for which an object of this lifetime counts as fresh. */
  long freshNs(Duration lifetime) {
    long ns = nanos(lifetime);
    return ns - (long) (ns * jitter * random.getAsDouble());
  }

  /** What may be done with an object now. */
  State state(CachedObject object, long nowNs) {
    long ageNs = nowNs - object.fetchedAtNs();
    long freshNs = object.freshNs();
    if (object.status() != 200) {
      return ageNs < freshNs ? State.FRESH : State.DEAD;
    }
    if (!purges.isConnected()) {
      freshNs = Math.min(freshNs, nanos(withoutPurges));
    }
    if (ageNs < freshNs) {
      return ageNs > freshNs * AHEAD && object.deliveries() >= HOT_DELIVERIES
          ? State.REFRESH_AHEAD
          : State.FRESH;
    }
    if (ageNs - freshNs < nanos(staleWhileRevalidate)) {
      return State.STALE;
    }
    // Without purges an object may have been purged elsewhere long ago: the origin is asked first.
    return ageNs - object.freshNs() < nanos(staleIfError) ? State.EXPIRED : State.DEAD;
  }

  /** Nanoseconds from now for which an object is of any use; at least 1. */
  long usefulNs(CachedObject object, long nowNs) {
    long staleNs =
        object.status() == 200 ? Math.max(nanos(staleWhileRevalidate), nanos(staleIfError)) : 0;
    return Math.max(1, object.fetchedAtNs() + object.freshNs() + staleNs - nowNs);
  }

  /** Nanoseconds, at most those of a century: sums of them do not overflow. */
  static long nanos(Duration duration) {
    return duration.compareTo(CENTURY) < 0 ? duration.toNanos() : CENTURY.toNanos();
  }
}
