package app.seventv.searchindex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Single items in batches. */
class BatcherTest {
  private final Queue<List<String>> batches = new ConcurrentLinkedQueue<>();

  @Test
  void fillsABatchAndAnswersInOrder() throws Exception {
    Batcher<String, String> batcher = batcher(3, 1000, Duration.ofMinutes(1));
    assertThat(batcher.callAll(List.of("a", "b", "c"))).containsExactly("A", "B", "C");
    assertThat(batches).containsExactly(List.of("a", "b", "c"));
  }

  @Test
  void runsAPartBatchAfterTheLinger() throws Exception {
    Batcher<String, String> batcher = batcher(1000, 1000, Duration.ofMillis(5));
    assertThat(batcher.call("a")).isEqualTo("A");
  }

  @Test
  void neverExceedsItsSize() throws Exception {
    Batcher<String, String> batcher = batcher(1000, 10, Duration.ofMillis(20));
    List<String> items = IntStream.range(0, 20).mapToObj(i -> "x".repeat(1 + i % 4)).toList();
    assertThat(batcher.callAll(items)).hasSize(20);
    assertThat(batches)
        .allSatisfy(batch ->
            assertThat(batch.stream().mapToInt(String::length).sum()).isLessThanOrEqualTo(10));
    assertThat(batcher.call("x".repeat(50))).hasSize(50);
  }

  @Test
  void failsAllItemsOfABatchWithItsFailure() {
    Batcher<String, String> batcher =
        new Batcher<>(
            limits(1, 10, Duration.ZERO),
            items -> {
              throw new IOException("away");
            });
    assertThatThrownBy(() -> batcher.call("a")).isInstanceOf(IOException.class).hasMessage("away");
  }

  @Test
  void givesUpAtTheDeadline() {
    Batcher<String, String> batcher =
        new Batcher<>(
            new Batcher.Limits(1, 10, Duration.ZERO, 1, Duration.ofMillis(50)),
            items -> {
              new CountDownLatch(1).await(); // an answer that never comes
              return items;
            });
    assertThatThrownBy(() -> batcher.call("a")).isInstanceOf(TimeoutException.class);
  }

  private Batcher<String, String> batcher(int maxItems, int maxBytes, Duration linger) {
    return new Batcher<>(
        limits(maxItems, maxBytes, linger),
        String::length,
        items -> {
          batches.add(List.copyOf(items));
          return items.stream().map(item -> item.toUpperCase(Locale.ROOT)).toList();
        });
  }

  private static Batcher.Limits limits(int maxItems, int maxBytes, Duration linger) {
    return new Batcher.Limits(maxItems, maxBytes, linger, 4, Duration.ofSeconds(10));
  }
}
