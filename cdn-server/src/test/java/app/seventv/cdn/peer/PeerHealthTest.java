package app.seventv.cdn.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When a peer that fails is left alone, and for how long. */
class PeerHealthTest {
  private final AtomicLong nowNs = new AtomicLong();
  private final PeerHealth health = new PeerHealth(nowNs::get);

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(health.admit()).isTrue();
      health.failed();
    }
  }

  private void pass(Duration time) {
    nowNs.addAndGet(time.toNanos());
  }

  @Test
  void onlyFailuresInARowCount() {
    for (int turn = 0; turn < 3; turn++) {
      fail(PeerHealth.FAILURES - 1);
      health.succeeded();
    }
    assertThat(health.admit()).isTrue();
  }

  @Test
  void oneAtATimeTriesWhetherItIsBack() {
    fail(PeerHealth.FAILURES);
    assertThat(health.admit()).isFalse();
    pass(PeerHealth.REST.minusNanos(1));
    assertThat(health.admit()).isFalse();
    pass(Duration.ofNanos(1));
    assertThat(health.admit()).isTrue();
    assertThat(health.admit()).isFalse();
    pass(PeerHealth.REST);
    assertThat(health.admit()).isTrue(); // the first one has never come back
    health.succeeded();
    fail(PeerHealth.FAILURES - 1);
    assertThat(health.admit()).isTrue();
  }
}
