package app.seventv.api.cache;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/**
 * How much is kept and for how long. Changes make entries void, whenever the feed works; the age is
 * a last limit in case that a change was never told.
 *
 * @param maxBytes most memory, by the weights; 0 keeps nothing
 * @param maxAge since the entry was made
 */
public record CacheLimits(long maxBytes, Duration maxAge) {
  /** A part of the memory. */
  CacheLimits dividedBy(int parts) {
    return new CacheLimits(maxBytes / parts, maxAge);
  }

  static Ticker ticker(InstantSource clock) {
    return () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
  }
}
