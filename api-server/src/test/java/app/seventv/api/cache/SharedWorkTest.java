package app.seventv.api.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Those who ask at the same time share work, but never get what is older than their question. */
class SharedWorkTest {
  private static final int ASKERS = 20;

  private final SharedWork<String, String> works = new SharedWork<>();
  private final AtomicInteger runs = new AtomicInteger();
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore mayEnd = new Semaphore(0);
  private final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();

  private String work() {
    String result = "run " + runs.incrementAndGet();
    begun.release();
    mayEnd.acquireUninterruptibly();
    return result;
  }

  private CompletableFuture<String> ask(Supplier<@Nullable String> known, Supplier<String> work) {
    CountDownLatch started = new CountDownLatch(1);
    CompletableFuture<String> answer =
        CompletableFuture.supplyAsync(
            () -> {
              threads.add(Thread.currentThread());
              started.countDown();
              return works.get("key", known, work, result -> result + ", shared");
            },
            task -> Thread.ofVirtual().start(task));
    try {
      started.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return answer;
  }

  private void awaitAllWaiting() {
    Awaitility.await()
        .until(() ->
            threads.stream().allMatch(t -> !t.isAlive() || t.getState() == Thread.State.WAITING));
  }

  @Test
  void whoComesDuringTheWorkGetsTheNext() {
    CompletableFuture<String> first = ask(() -> null, this::work);
    begun.acquireUninterruptibly();
    List<CompletableFuture<String>> later = new ArrayList<>();
    for (int i = 0; i < ASKERS; i++) {
      later.add(ask(() -> null, this::work));
    }
    awaitAllWaiting();
    assertThat(runs).as("they wait for the first to end").hasValue(1);
    mayEnd.release();
    assertThat(first.join()).isEqualTo("run 1");
    begun.acquireUninterruptibly();
    mayEnd.release();
    assertThat(later.stream().map(CompletableFuture::join))
        .allMatch(answer -> answer.startsWith("run 2"))
        .filteredOn(answer -> answer.endsWith("shared"))
        .hasSize(ASKERS - 1);
    assertThat(runs).hasValue(2);
    mayEnd.release();
    assertThat(ask(() -> null, this::work).join()).as("nothing is kept").isEqualTo("run 3");
  }

  @Test
  void whoComesDuringTheNextWorkGetsTheOneAfterIt() throws Exception {
    CompletableFuture<String> first = ask(() -> null, this::work);
    begun.acquireUninterruptibly();
    CompletableFuture<String> second = ask(() -> null, this::work);
    awaitAllWaiting();
    mayEnd.release();
    assertThat(first.join()).isEqualTo("run 1");
    begun.acquireUninterruptibly();
    CompletableFuture<String> third = ask(() -> null, this::work);
    awaitAllWaiting();
    mayEnd.release(2);
    assertThat(second.join()).isEqualTo("run 2");
    assertThat(third.get(30, TimeUnit.SECONDS)).isEqualTo("run 3");
  }

  @Test
  void whatOthersHaveKeptMeanwhileIsAsGood() {
    CompletableFuture<String> first = ask(() -> null, this::work);
    begun.acquireUninterruptibly();
    CompletableFuture<String> second = ask(() -> "kept", this::work);
    CompletableFuture<String> third = ask(() -> "kept", this::work);
    awaitAllWaiting();
    mayEnd.release();
    assertThat(first.join()).isEqualTo("run 1");
    assertThat(List.of(second.join(), third.join()))
        .containsExactlyInAnyOrder("kept", "kept, shared");
    assertThat(runs).hasValue(1);
  }

  @Test
  void aFailureIsThatOfAllWhoWaitForIt() {
    CompletableFuture<String> first = ask(() -> null, this::work);
    begun.acquireUninterruptibly();
    Supplier<String> failing =
        () -> {
          throw new IllegalStateException("database");
        };
    List<CompletableFuture<String>> later = new ArrayList<>();
    for (int i = 0; i < ASKERS; i++) {
      later.add(ask(() -> null, failing));
    }
    awaitAllWaiting();
    mayEnd.release();
    assertThat(first.join()).isEqualTo("run 1");
    for (CompletableFuture<String> each : later) {
      assertThatThrownBy(each::join)
          .isInstanceOf(CompletionException.class)
          .hasRootCauseInstanceOf(IllegalStateException.class);
    }
    mayEnd.release();
    assertThat(ask(() -> null, this::work).join()).isEqualTo("run 2");
  }
}
