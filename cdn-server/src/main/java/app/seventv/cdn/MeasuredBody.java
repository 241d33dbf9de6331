package app.seventv.cdn;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A body whose length nobody told. It is taken in until it ends or is longer than it may be; then
 * it can be had, once, from its first byte on. Bytes lie on the heap meanwhile.
 */
final class MeasuredBody implements Publisher<ByteBuffer> {
  /** What {@link #measure} answers for a body that is longer than it may be. */
  static final long TOO_LONG = -1;

  private final Publisher<ByteBuffer> body;
  private final int maxBytes;
  private final CompletableFuture<Long> length = new CompletableFuture<>();
  private final AtomicInteger turns = new AtomicInteger();

  // Under the lock.
  private final Queue<ByteBuffer> pieces = new ArrayDeque<>();
  private @Nullable Subscription source;
  private @Nullable Subscriber<? super ByteBuffer> receiver;
  private @Nullable Throwable failure;
  private int received;
  private long wanted;
  private boolean measuring = true;
  private boolean asked;
  private boolean complete;
  private boolean over;

  /**
   * @param body pieces of which stay as they are
   * @param maxBytes taken in at most, and one piece more
   */
  MeasuredBody(Publisher<ByteBuffer> body, int maxBytes) {
    this.body = body;
    this.maxBytes = maxBytes;
  }

  /**
   * Begins to take the body in.
   *
   * @return its bytes, or {@link #TOO_LONG}; either way the body must be subscribed to then. Fails
   *     if the body does
   */
  CompletableFuture<Long> measure() {
    try {
      body.subscribe(new Source());
    } catch (RuntimeException e) {
      giveUp(e);
    }
    return length;
  }

  /** Bytes that have come. */
  synchronized int received() {
    return received;
  }

  /** Ends the measuring, if it has not ended, and the body with it. */
  void giveUp(Throwable why) {
    synchronized (this) {
      if (!measuring) {
        return;
      }
      measuring = false;
    }
    cancel();
    length.completeExceptionally(why);
  }

  private void cancel() {
    Subscription from;
    synchronized (this) {
      over = true;
      pieces.clear();
      from = source;
    }
    if (from != null) {
      from.cancel();
    }
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    synchronized (this) {
      if (receiver != null || measuring) {
        throw new IllegalStateException("taken or not measured");
      }
      receiver = subscriber;
    }
    subscriber.onSubscribe(
        new Subscription() {
          @Override
          public void request(long n) {
            synchronized (MeasuredBody.this) {
              wanted = wanted + n < 0 ? Long.MAX_VALUE : wanted + n;
            }
            deliver();
          }

          @Override
          public void cancel() {
            MeasuredBody.this.cancel();
          }
        });
    deliver();
  }

  /** Gives on what there is; never two at once, and no nesting. */
  private void deliver() {
    if (turns.getAndIncrement() == 0) {
      do {
        while (deliverNext()) {}
      } while (turns.decrementAndGet() > 0);
    }
  }

  /** Whether there may be more to give. */
  private boolean deliverNext() {
    Subscriber<? super ByteBuffer> to = receiver();
    if (to == null) {
      return false;
    }
    ByteBuffer piece;
    Throwable broken;
    synchronized (this) {
      broken = failure;
      piece = broken == null && wanted > 0 ? pieces.poll() : null;
      if (piece != null) {
        wanted -= wanted == Long.MAX_VALUE ? 0 : 1;
      } else if (broken != null || (complete && pieces.isEmpty())) {
        over = true;
      } else {
        askForMore();
        return !pieces.isEmpty() && wanted > 0;
      }
    }
    if (piece != null) {
      to.onNext(piece);
      return true;
    }
    if (broken != null) {
      to.onError(broken);
    } else {
      to.onComplete();
    }
    return false;
  }

  private synchronized @Nullable Subscriber<? super ByteBuffer> receiver() {
    return over ? null : receiver;
  }

  /** Under the lock; what comes at once only joins the pieces. */
  private void askForMore() {
    Subscription from = source;
    if (wanted > 0 && !asked && from != null) {
      asked = true;
      from.request(1);
    }
  }

  /** Takes what the origin sends. */
  private final class Source implements Subscriber<ByteBuffer> {
    @Override
    public void onSubscribe(Subscription subscription) {
      boolean late;
      synchronized (MeasuredBody.this) {
        source = subscription;
        asked = true;
        late = over;
      }
      if (late) {
        subscription.cancel();
      } else {
        subscription.request(1);
      }
    }

    @Override
    public void onNext(ByteBuffer data) {
      boolean tooLong = false;
      Subscription from = null;
      synchronized (MeasuredBody.this) {
        if (over) {
          return;
        }
        asked = false;
        pieces.add(data);
        if (measuring) {
          received += data.remaining();
          tooLong = received > maxBytes;
          measuring = !tooLong;
          asked = !tooLong;
          from = tooLong ? null : source;
        }
      }
      if (tooLong) {
        length.complete(TOO_LONG);
      } else if (from != null) {
        from.request(1);
      } else {
        deliver();
      }
    }

    @Override
    public void onError(Throwable error) {
      synchronized (MeasuredBody.this) {
        failure = error;
      }
      if (!length.isDone()) {
        giveUp(error);
      }
      deliver();
    }

    @Override
    public void onComplete() {
      boolean measured;
      synchronized (MeasuredBody.this) {
        complete = true;
        measured = measuring;
        measuring = false;
      }
      if (measured) {
        length.complete((long) received());
      } else {
        deliver();
      }
    }
  }
}
