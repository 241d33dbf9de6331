package app.seventv.searchindex;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Collects single items into batches (workers.md §4.7): the first item opens one, which is run when
 * it is full or has lingered. The number of waiting items is bounded by the number of callers, who
 * block.
 *
 * @param <I> an item
 * @param <O> the answer to it
 */
final class Batcher<I, O> {
  private final Limits limits;
  private final ToIntFunction<I> sizeBytes;
  private final Work<I, O> work;
  private final Semaphore running;
  private final Object lock = new Object();
  private @Nullable Batch open;

  /**
   * When batches are run.
   *
   * @param maxItems most items of a batch
   * @param maxBytes a batch is full at this size; a single larger item makes a batch of its own
   * @param linger how long a batch waits for more items
   * @param concurrency most batches at once; further ones wait
   * @param deadline how long a caller waits for its answer
   */
  record Limits(int maxItems, int maxBytes, Duration linger, int concurrency, Duration deadline) {}

  /** Does the work of a batch. */
  @FunctionalInterface
  interface Work<I, O> {
    /** The n-th answer belongs to the n-th item; a failure fails all of them. */
    List<O> run(List<I> items) throws Exception;
  }

  Batcher(Limits limits, ToIntFunction<I> sizeBytes, Work<I, O> work) {
    this.limits = limits;
    this.sizeBytes = sizeBytes;
    this.work = work;
    this.running = new Semaphore(limits.concurrency);
  }

  /** A batcher whose items count as nothing. */
  Batcher(Limits limits, Work<I, O> work) {
    this(limits, item -> 0, work);
  }

  /** Adds an item and waits for its answer. */
  O call(I item) throws Exception {
    return await(submit(item));
  }

  /** Adds items and waits for the answers, in the same order. */
  List<O> callAll(Iterable<I> items) throws Exception {
    List<CompletableFuture<O>> answers = new ArrayList<>();
    items.forEach(item -> answers.add(submit(item)));
    List<O> results = new ArrayList<>(answers.size());
    for (CompletableFuture<O> answer : answers) {
      results.add(await(answer));
    }
    return results;
  }

  private O await(CompletableFuture<O> answer) throws Exception {
    try {
      return answer.get(limits.deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    } catch (TimeoutException e) {
      throw new TimeoutException("no answer within " + limits.deadline);
    }
  }

  private CompletableFuture<O> submit(I item) {
    int bytes = sizeBytes.applyAsInt(item);
    synchronized (lock) {
      Batch batch = open;
      if (batch != null && batch.bytes + bytes > limits.maxBytes) {
        batch.seal();
        batch = null;
      }
      if (batch == null) {
        batch = new Batch();
        open = batch;
        Thread.ofVirtual().name("batch").start(batch);
      }
      CompletableFuture<O> answer = batch.add(item, bytes);
      if (batch.items.size() >= limits.maxItems || batch.bytes >= limits.maxBytes) {
        batch.seal();
      }
      return answer;
    }
  }

  private final class Batch implements Runnable {
    private final List<I> items = new ArrayList<>();
    private final List<CompletableFuture<O>> answers = new ArrayList<>();
    private final CountDownLatch sealed = new CountDownLatch(1);
    private int bytes;

    CompletableFuture<O> add(I item, int itemBytes) {
      CompletableFuture<O> answer = new CompletableFuture<>();
      items.add(item);
      answers.add(answer);
      bytes += itemBytes;
      return answer;
    }

    /** No more items; called with the lock held. */
    void seal() {
      if (open == this) {
        open = null;
      }
      sealed.countDown();
    }

    @Override
    public void run() {
      try {
        boolean full = sealed.await(limits.linger.toMillis(), TimeUnit.MILLISECONDS);
        if (!full) {
          synchronized (lock) {
            seal();
          }
        }
        running.acquire();
        try {
          answer(work.run(items));
        } finally {
          running.release();
        }
      } catch (Exception e) {
        answers.forEach(answer -> answer.completeExceptionally(e));
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private void answer(List<O> results) {
      for (int i = 0; i < answers.size(); i++) {
        answers.get(i).complete(results.get(i));
      }
    }
  }
}
