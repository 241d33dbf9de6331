package app.seventv.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class HealthTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Health health = new Health(nanos::get, Duration.ofMillis(100));

  @Test
  void isNotReadyBeforeTheStart() {
    assertThat(health.report().join().text()).isEqualTo("starting");
    health.enter(Health.Stage.RUNNING);
    assertThat(health.report().join().isReady()).isTrue();
  }

  @Test
  void reusesResultsForAWhile() {
    AtomicInteger calls = new AtomicInteger();
    health.enter(Health.Stage.RUNNING);
    health.require("search", calls::incrementAndGet);
    health.report().join();
    health.report().join();
    assertThat(calls).hasValue(1);
    nanos.addAndGet(Health.REUSE.toNanos());
    Awaitility.await()
        .untilAsserted(() -> {
          health.report().join();
          assertThat(calls).hasValue(2);
        });
  }

  @Test
  void aCheckThatHangsFailsAndRunsOnlyOnce() {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    health.enter(Health.Stage.RUNNING);
    health.require(
        "database",
        () -> {
          calls.incrementAndGet();
          while (release.getCount() > 0) {
            try {
              release.await();
            } catch (InterruptedException e) {
              // a client library that swallows the interrupt
            }
          }
        });
    assertThat(health.report().join().text()).isEqualTo("database: no answer within 100 ms");
    nanos.addAndGet(Health.REUSE.toNanos());
    assertThat(health.report().join().isReady()).isFalse();
    assertThat(calls).hasValue(1);
    release.countDown();
    Awaitility.await()
        .until(() -> {
          nanos.addAndGet(Health.REUSE.toNanos());
          return health.report().join().isReady();
        });
  }
}
