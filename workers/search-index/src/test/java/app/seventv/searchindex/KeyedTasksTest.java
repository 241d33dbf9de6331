package app.seventv.searchindex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One task per key at a time. */
class KeyedTasksTest {

  @Test
  void runsOnceMoreForAllWhoAskedMeanwhile() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    KeyedTasks<String> tasks =
        new KeyedTasks<>(key -> {
          runs.incrementAndGet();
          started.countDown();
          release.await();
        });
    CompletableFuture<Void> first = tasks.submit("a");
    started.await();
    CompletableFuture<Void> second = tasks.submit("a");
    CompletableFuture<Void> third = tasks.submit("a");
    assertThat(second).isSameAs(third).isNotSameAs(first).isNotDone();
    release.countDown();
    third.get(10, TimeUnit.SECONDS);
    assertThat(first).isCompleted();
    assertThat(runs).hasValue(2);
    assertThat(tasks.size()).isZero();
  }

  @Test
  void tellsFailuresAndGoesOn() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    KeyedTasks<String> tasks =
        new KeyedTasks<>(key -> {
          if (runs.incrementAndGet() == 1) {
            throw new IOException("broken");
          }
        });
    assertThatThrownBy(() -> tasks.submit("a").get(10, TimeUnit.SECONDS))
        .hasRootCauseMessage("broken");
    tasks.submit("a").get(10, TimeUnit.SECONDS);
    assertThat(runs).hasValue(2);
  }
}
