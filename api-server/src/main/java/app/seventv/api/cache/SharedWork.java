package app.seventv.api.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Work that is shared by those who ask for the same at the same time. Whoever comes while it is
 * done waits for its end; then it is done once more for all who came meanwhile. So a result is
 * never older than the question, and however many ask, two of a kind are at work or wait at most.
 * That holds also where nothing may be kept, e.g. while the database's changes do not arrive.
 *
 * @param <K> tells works apart
 * @param <V> result; each who asked gets one of their own
 */
final class SharedWork<K, V> {
  private final ConcurrentHashMap<K, Batch<V>> latest = new ConcurrentHashMap<>();

  /** Those who get the result of one run; its fields change under the lock of the map's key. */
  private static final class Batch<V> {
    /** What ends before this begins; forgotten then, or all would hang on each other. */
    private @Nullable Batch<V> before;

    private final CompletableFuture<List<V>> results = new CompletableFuture<>();
    private boolean begun;
    private int followers;

    Batch(@Nullable Batch<V> before) {
      this.before = before;
      this.begun = before == null;
    }
  }

  /** Somebody's place: 0 leads, i.e. works for all. */
  private record Place<V>(Batch<V> batch, int number) {}

  /**
   * The result of a run that begins after this call.
   *
   * @param known asked before each run: what others have made and kept meanwhile is as good
   * @param work may throw, for all who wait for it
   * @param copy makes a result for another
   */
  V get(K key, Supplier<@Nullable V> known, Supplier<V> work, UnaryOperator<V> copy) {
    Place<V> place = join(key);
    Batch<V> batch = place.batch;
    if (place.number > 0) {
      return await(batch).get(place.number - 1);
    }
    try {
      Batch<V> before = batch.before;
      if (before != null) {
        awaitEnd(before);
        latest.computeIfPresent(key, (k, last) -> begin(batch, last));
      }
      V result = known.get();
      if (result == null) {
        result = work.get();
      }
      List<V> others = new ArrayList<>(batch.followers);
      for (int i = 0; i < batch.followers; i++) {
        others.add(copy.apply(result));
      }
      batch.results.complete(others);
      return result;
    } catch (Throwable e) {
      batch.results.completeExceptionally(e);
      throw e;
    } finally {
      latest.computeIfPresent(key, (k, last) -> last == batch ? null : last);
    }
  }

  private Place<V> join(K key) {
    List<Place<V>> mine = new ArrayList<>(1);
    latest.compute(
        key,
        (k, last) -> {
          if (last == null || last.begun) {
            Batch<V> next = new Batch<>(last);
            mine.add(new Place<>(next, 0));
            return next;
          }
          last.followers++;
          mine.add(new Place<>(last, last.followers));
          return last;
        });
    return mine.getFirst();
  }

  private static <V> Batch<V> begin(Batch<V> batch, Batch<V> last) {
    batch.begun = true;
    batch.before = null;
    return last;
  }

  private static void awaitEnd(Batch<?> batch) {
    batch.results.handle((results, failure) -> true).join();
  }

  private static <V> List<V> await(Batch<V> batch) {
    try {
      return batch.results.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
