package app.seventv.cdn;

import app.seventv.core.http.HttpDate;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How long an object may be kept, as its origin says (cdn.md §5.2). */
final class Lifetimes {
  private static final String MAX_AGE = "max-age=";

  /** Some 31,700 years: longer ones are cut to that, so that their milliseconds can be reckoned. */
  static final long MAX_SECONDS = 1_000_000_000_000L;

  private static final int MAX_SECONDS_DIGITS = 13;

  private Lifetimes() {}

  /**
   * The lifetime by the first rule that applies.
   *
   * @param cacheControl the field, or null
   * @param expires the field, or null
   * @param fallback if neither says anything
   */
  static Duration of(
      @Nullable String cacheControl, @Nullable String expires, Duration fallback, Instant now) {
    long maxAge = maxAge(cacheControl);
    if (maxAge >= 0) {
      return Duration.ofSeconds(maxAge);
    }
    if (expires != null) {
      long until = MailDate.parse(expires);
      if (until != HttpDate.INVALID && until > now.getEpochSecond()) {
        return Duration.between(now, Instant.ofEpochSecond(until));
      }
    }
    return fallback;
  }

  /**
   * Seconds of the first {@code max-age} that stands right behind a comma or comes first, or -1. As
   * in today's service one behind a space is not seen, and one in quotes is no number.
   */
  private static long maxAge(@Nullable String cacheControl) {
    if (cacheControl == null) {
      return -1;
    }
    for (String directive : cacheControl.toLowerCase(Locale.ROOT).split(",", -1)) {
      if (directive.startsWith(MAX_AGE)) {
        return decimal(directive.substring(MAX_AGE.length()));
      }
    }
    return -1;
  }

  private static long decimal(String digits) {
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int zeros = 0;
    while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
      zeros++;
    }
    return digits.length() - zeros > MAX_SECONDS_DIGITS
        ? MAX_SECONDS
        : Math.min(MAX_SECONDS, Long.parseLong(digits));
  }
}
