package app.seventv.searchindex;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Runs at most one task per key at a time, each on a virtual thread. Whoever asks for a key that is
 * being worked on gets the result of one more run after it, shared with all who ask meanwhile: the
 * run starts after their request and so sees what they have seen. The number of keys is bounded by
 * the callers.
 *
 * @param <K> names a piece of work
 */
final class KeyedTasks<K> {
  private final Task<K> task;
  private final Map<K, Slot> slots = new HashMap<>();

  /** The work for a key. */
  @FunctionalInterface
  interface Task<K> {
    /** Does the work; what it throws goes to those who asked. */
    void run(K key) throws Exception;
  }

  KeyedTasks(Task<K> task) {
    this.task = task;
  }

  /** Completes when the work for the key, begun after this call, is done. */
  synchronized CompletableFuture<Void> submit(K key) {
    Slot slot = slots.get(key);
    if (slot != null) {
      CompletableFuture<Void> next = slot.next;
      if (next == null) {
        next = new CompletableFuture<>();
        slot.next = next;
      }
      return next;
    }
    Slot fresh = new Slot();
    CompletableFuture<Void> first = new CompletableFuture<>();
    slots.put(key, fresh);
    Thread.ofVirtual().name("index").start(() -> run(key, fresh, first));
    return first;
  }

  /** Keys being worked on. */
  synchronized int size() {
    return slots.size();
  }

  private void run(K key, Slot slot, CompletableFuture<Void> first) {
    @Nullable CompletableFuture<Void> current = first;
    while (current != null) {
      Throwable failure = null;
      try {
        task.run(key);
      } catch (Throwable t) { // also errors: somebody waits for the outcome
        failure = t;
      }
      CompletableFuture<Void> done = current;
      current = next(key, slot);
      if (failure == null) {
        done.complete(null);
      } else {
        done.completeExceptionally(failure);
      }
    }
  }

  private synchronized @Nullable CompletableFuture<Void> next(K key, Slot slot) {
    CompletableFuture<Void> next = slot.next;
    slot.next = null;
    if (next == null) {
      slots.remove(key);
    }
    return next;
  }

  private static final class Slot {
    private @Nullable CompletableFuture<Void> next;
  }
}
