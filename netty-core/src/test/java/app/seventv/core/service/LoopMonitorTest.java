package app.seventv.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LoopMonitorTest {
  @Test
  void aBlockedLoopIsSeenAndItsRecoveryToo() {
    AtomicLong nanos = new AtomicLong();
    CountDownLatch block = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    try (EventLoops loops = EventLoops.start(TransportOptions.loops(2));
        LoopMonitor monitor = new LoopMonitor(loops.loops(), nanos::get)) {
      loops
          .loops()
          .get(1)
          .execute(() -> {
            blocked.countDown();
            try {
              block.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      Awaitility.await().until(() -> blocked.getCount() == 0);
      monitor.beat();
      assertThat(monitor.isAlive(Duration.ofSeconds(5))).isTrue();
      nanos.addAndGet(Duration.ofSeconds(6).toNanos());
      assertThat(monitor.isAlive(Duration.ofSeconds(5))).isFalse();
      block.countDown();
      Awaitility.await()
          .until(() -> {
            monitor.beat();
            return monitor.isAlive(Duration.ofSeconds(5));
          });
    }
  }

  @Test
  void theWatchdogPeriodIsAThirdOfTheLimitAndOnlyForThisProcess() {
    assertThat(Watchdog.period(Map.of(), 5)).isEmpty();
    assertThat(Watchdog.period(Map.of("WATCHDOG_USEC", "30000000"), 5))
        .contains(Duration.ofSeconds(10));
    assertThat(Watchdog.period(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "6"), 5))
        .isEmpty();
    assertThat(Watchdog.period(Map.of("WATCHDOG_USEC", "soon"), 5)).isEmpty();
  }
}
