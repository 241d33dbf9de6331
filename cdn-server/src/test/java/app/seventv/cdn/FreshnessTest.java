package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.cdn.Freshness.State;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How long objects are used, on a clock of its own. */
class FreshnessTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong nowNs = new AtomicLong();
  private final PurgeState purges = new PurgeState(nowNs::get);
  private final Freshness freshness =
      new Freshness(
          Duration.ofSeconds(50),
          Duration.ofSeconds(100),
          0.2,
          Duration.ofSeconds(60),
          purges,
          () -> 0.5);

  private CachedObject object(int lifetimeSeconds) {
    ObjectHead head = new ObjectHead(null, null, -1, Duration.ofSeconds(lifetimeSeconds));
    return CachedObject.found(head, Unpooled.EMPTY_BUFFER, 0);
  }

  private State after(CachedObject object, long seconds) {
    return freshness.state(object, seconds * SECOND);
  }

  @Test
  void anObjectIsFreshThenStaleThenExpiredThenDead() {
    purges.connected();
    CachedObject object = object(1000);
    assertThat(after(object, 999)).isEqualTo(State.FRESH);
    assertThat(after(object, 1000)).isEqualTo(State.STALE);
    assertThat(after(object, 1049)).isEqualTo(State.STALE);
    assertThat(after(object, 1050)).isEqualTo(State.EXPIRED);
    assertThat(after(object, 1099)).isEqualTo(State.EXPIRED);
    assertThat(after(object, 1100)).isEqualTo(State.DEAD);
    assertThat(freshness.usefulNs(object, 0)).isEqualTo(1100 * SECOND);
  }

  @Test
  void whatIsInUseIsRenewedAhead() {
    purges.connected();
    CachedObject object = object(1000);
    for (int i = 0; i < Freshness.HOT_DELIVERIES; i++) {
      assertThat(after(object, 950)).isEqualTo(State.FRESH);
      object.countDelivery();
    }
    assertThat(after(object, 899)).isEqualTo(State.FRESH);
    assertThat(after(object, 950)).isEqualTo(State.REFRESH_AHEAD);
  }

  @Test
  void withoutPurgesNothingIsFreshForLong() {
    CachedObject object = object(1000);
    assertThat(after(object, 59)).isEqualTo(State.FRESH);
    assertThat(after(object, 60)).isEqualTo(State.STALE);
    assertThat(after(object, 109)).isEqualTo(State.STALE);
    assertThat(after(object, 110)).isEqualTo(State.EXPIRED); // the origin is asked first
    assertThat(after(object, 1099)).isEqualTo(State.EXPIRED);
    assertThat(after(object, 1100)).isEqualTo(State.DEAD);
    purges.connected();
    assertThat(after(object, 60)).isEqualTo(State.FRESH);
    nowNs.set(100 * SECOND);
    purges.lost();
    nowNs.set(107 * SECOND);
    purges.lost();
    assertThat(purges.lostSeconds()).isEqualTo(7);
    assertThat(after(object, 60)).isEqualTo(State.STALE);
  }

  @Test
  void someOfTheLifetimeIsLostByChance() {
    assertThat(freshness.freshNs(Duration.ofSeconds(1000))).isEqualTo(900 * SECOND);
  }

  @Test
  void notFoundIsBelievedBrieflyAndNeverStale() {
    CachedObject nothing = CachedObject.notFound(0);
    assertThat(freshness.usefulNs(nothing, 4 * SECOND)).isEqualTo(6 * SECOND);
    assertThat(after(nothing, 9)).isEqualTo(State.FRESH);
    assertThat(after(nothing, 10)).isEqualTo(State.DEAD);
  }

  @Test
  void aFailedRefreshPauses() {
    CachedObject object = object(1000);
    assertThat(object.mayRefresh(0)).isTrue();
    object.pauseRefresh(5 * SECOND);
    assertThat(object.mayRefresh(4 * SECOND)).isFalse();
    assertThat(object.mayRefresh(5 * SECOND)).isTrue();
  }
}
