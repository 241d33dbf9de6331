package app.seventv.cdn;

import app.seventv.cdn.OriginFailure.Kind;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An object on its way into the cache, and all who wait for it. The bytes go into one block off the
 * heap of the object's exact size; clients may be sent what is there while the rest arrives.
 *
 * <p>States: waiting → filling → ended, or waiting → ended. Everything happens under this object's
 * lock; the waiters' callbacks run inside it, in the order in which they came.
 */
final class Fill {
  /** Where an object came from. */
  enum Source {
    /** Origin, as nobody had it. */
    ORIGIN,
    /** The copy at hand, which the origin says is current. */
    REVALIDATED,
    /** A tier between memory and origin. */
    TIER,
    /** The copy at hand is out of date, but the origin cannot be reached. */
    STALE
  }

  private static final Logger LOG = LoggerFactory.getLogger(Fill.class);

  private final String key;
  private final Generations.Ticket ticket;
  private final long startNs;
  private final LinkedHashSet<FillWaiter> waiters = new LinkedHashSet<>();

  private @Nullable CachedObject object;
  private @Nullable ByteBuf block;
  private @Nullable Subscription subscription;
  private volatile int filled;
  private volatile boolean complete;
  private boolean ended;

  Fill(String key, Generations.Ticket ticket, long startNs) {
    this.key = key;
    this.ticket = ticket;
    this.startNs = startNs;
  }

  String key() {
    return key;
  }

  Generations.Ticket ticket() {
    return ticket;
  }

  /** When it began, on the monotonic clock. */
  long startNs() {
    return startNs;
  }

  /**
   * Adds a waiter.
   *
   * @param behindAnother whether another one has begun the fill
   * @return false if the fill has ended already: look into the cache again
   */
  synchronized boolean join(FillWaiter waiter, boolean behindAnother) {
    if (ended) {
      return false;
    }
    waiters.add(waiter);
    waiter.joined(this, behindAnother);
    if (object != null) {
      waiter.filling(this);
    }
    return true;
  }

  /** A waiter's client is gone. The fill goes on for the others and for the cache. */
  synchronized void leave(FillWaiter waiter) {
    waiters.remove(waiter);
  }

  /** The object whose head is known, while and after its bytes arrive. */
  CachedObject object() {
    CachedObject known = object;
    if (known == null) {
      throw new IllegalStateException("no head yet");
    }
    return known;
  }

  /** Bytes of the body that may be sent now: the last one only when all are known to be right. */
  int sendable() {
    int there = filled;
    return complete ? there : Math.max(0, Math.min(there, object().length() - 1));
  }

  /** Bytes of the body that have come. */
  int received() {
    return filled;
  }

  /** Whether the whole body is there and right. */
  boolean isComplete() {
    return complete;
  }

  /**
   * Takes the bytes from the origin.
   *
   * @param announced the object with the block as its body, all of it readable already
   * @param body what is written into the block
   * @param completed called with the block once it holds all bytes; takes the block's reference
   * @param failed called if it never will
   */
  void fill(
      CachedObject announced,
      ByteBuf newBlock,
      org.reactivestreams.Publisher<ByteBuffer> body,
      Runnable completed,
      Consumer<OriginFailure> failed) {
    synchronized (this) {
      object = announced;
      block = newBlock;
      each(waiter -> waiter.filling(this));
    }
    Filler filler = new Filler(newBlock.capacity(), completed, failed);
    try {
      body.subscribe(filler);
    } catch (RuntimeException e) {
      filler.onError(e);
    }
  }

  /** Gives up waiting for bytes; true if it is now up to the caller to {@link #fail}. */
  boolean abandon() {
    Subscription source;
    synchronized (this) {
      if (!freeBlock()) {
        return false;
      }
      source = subscription;
    }
    if (source != null) {
      source.cancel();
    }
    return true;
  }

  /** Ends with an object, which must be complete and referenced for the time of the call. */
  void succeed(CachedObject result, Source source) {
    end(waiter -> waiter.done(result, source));
  }

  void fail(OriginFailure failure) {
    end(waiter -> waiter.failed(failure));
  }

  void tooLarge(OriginAnswer.Found answer) {
    FillWaiter[] first = new FillWaiter[1];
    end(waiter -> {
      waiter.tooLarge(first[0] == null ? answer : null);
      first[0] = waiter;
    });
    if (first[0] == null) {
      answer.discard();
    }
  }

  private synchronized void end(Consumer<FillWaiter> tell) {
    if (!ended) {
      ended = true;
      each(tell);
      waiters.clear();
    }
  }

  private void each(Consumer<FillWaiter> tell) {
    for (FillWaiter waiter : new ArrayList<>(waiters)) {
      try {
        tell.accept(waiter);
      } catch (RuntimeException e) {
        // One answer that cannot be made must not keep the others waiting for ever.
        LOG.error("a waiter of a fetch has failed", e);
      }
    }
  }

  /** True for the one who ends the filling: there is a block to free only once. */
  private synchronized boolean freeBlock() {
    ByteBuf mine = block;
    if (mine == null) {
      return false;
    }
    block = null;
    mine.release();
    return true;
  }

  /** Writes while the block is ours; a deadline may have freed it meanwhile. */
  private synchronized boolean append(ByteBuffer data) {
    ByteBuf to = block;
    int size = data.remaining();
    if (to == null || size > to.capacity() - filled) {
      return false;
    }
    to.setBytes(filled, data);
    filled += size; // under the lock
    each(FillWaiter::advanced);
    return true;
  }

  /** Whether all bytes are there; the block is the receiver's then. */
  private synchronized boolean finish() {
    ByteBuf all = block;
    if (all == null || filled != all.capacity()) {
      return false;
    }
    block = null;
    complete = true;
    return true;
  }

  private final class Filler implements Subscriber<ByteBuffer> {
    private final int length;
    private final Runnable completed;
    private final Consumer<OriginFailure> failed;
    private boolean over;

    Filler(int length, Runnable completed, Consumer<OriginFailure> failed) {
      this.length = length;
      this.completed = completed;
      this.failed = failed;
    }

    @Override
    public void onSubscribe(Subscription s) {
      boolean wanted;
      synchronized (Fill.this) {
        subscription = s;
        wanted = block != null;
      }
      if (wanted) {
        s.request(Long.MAX_VALUE);
      } else {
        s.cancel();
      }
    }

    @Override
    public void onNext(ByteBuffer data) {
      if (!over && !append(data)) {
        Subscription source = subscription;
        if (source != null) {
          source.cancel();
        }
        broken(new OriginFailure(Kind.ERROR, "more than the " + length + " bytes announced"));
      }
    }

    @Override
    public void onError(Throwable error) {
      broken(OriginFailure.of(error));
    }

    @Override
    public void onComplete() {
      if (over) {
        return;
      }
      if (finish()) {
        over = true;
        completed.run();
      } else {
        broken(new OriginFailure(Kind.ERROR, "fewer than the " + length + " bytes announced"));
      }
    }

    private void broken(OriginFailure why) {
      if (!over) {
        over = true;
        // Bytes that were on their way when the deadline passed are nobody's failure any more.
        if (freeBlock()) {
          failed.accept(why);
        }
      }
    }
  }
}
