package app.seventv.api.billing;

import app.seventv.model.SubscriptionPeriod;
import app.seventv.model.SubscriptionProduct;
import app.seventv.model.TimePeriod;
import app.seventv.model.UnitCount;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How long somebody has been subscribed (api-v4.md §17.1): overlapping and touching periods count
 * once, the running one as far as it has got.
 *
 * @param days whole days
 * @param end latest end of all periods; now without any
 * @param merged the subscribed spans, oldest first
 */
public record SubscriptionAge(long days, Instant end, Instant now, List<TimePeriod> merged) {
  /** Length of a month in this arithmetic. */
  public static final double DAYS_PER_MONTH = 30.4375;

  /** Copies the list. */
  public SubscriptionAge {
    merged = List.copyOf(merged);
  }

  /** The age that these periods of one subscription make. */
  public static SubscriptionAge of(List<SubscriptionPeriod> periods, Instant now) {
    List<SubscriptionPeriod> begun =
        periods.stream()
            .filter(period -> period.start().isBefore(now))
            .sorted(Comparator.comparing(SubscriptionPeriod::start))
            .toList();
    List<TimePeriod> merged = new ArrayList<>();
    for (SubscriptionPeriod period : begun) {
      Instant end = period.end().isAfter(now) ? now : period.end();
      TimePeriod last = merged.isEmpty() ? null : merged.getLast();
      if (last == null || last.end().isBefore(period.start())) {
        merged.add(new TimePeriod(period.start(), end));
      } else if (end.isAfter(last.end())) {
        merged.set(merged.size() - 1, new TimePeriod(last.start(), end));
      }
    }
    Duration total = Duration.ZERO;
    for (TimePeriod span : merged) {
      total = total.plus(Duration.between(span.start(), span.end()));
    }
    Instant end =
        periods.stream().map(SubscriptionPeriod::end).max(Comparator.naturalOrder()).orElse(now);
    return new SubscriptionAge(total.toDays(), end, now, merged);
  }

  /** Whole months. */
  public long months() {
    return (long) Math.floor(days / DAYS_PER_MONTH);
  }

  /** Whether a benefit is earned; the running day or month counts as served. */
  public boolean meets(SubscriptionProduct.Condition condition) {
    int bonus = end.isAfter(now) ? 1 : 0;
    return switch (condition) {
      case SubscriptionProduct.After after -> {
        UnitCount duration = after.duration();
        long served = duration.unit().equals(UnitCount.MONTHS) ? months() : days;
        yield served + bonus >= duration.count();
      }
      case SubscriptionProduct.Within within ->
          merged.stream()
              .anyMatch(span ->
                  !span.start().isAfter(within.period().end())
                      && !span.end().isBefore(within.period().start()));
    };
  }
}
