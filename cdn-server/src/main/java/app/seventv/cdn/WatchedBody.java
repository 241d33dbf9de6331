package app.seventv.cdn;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A body that tells once when it has ended, whether complete, failed or cancelled. */
final class WatchedBody implements Publisher<ByteBuffer> {
  private final Publisher<ByteBuffer> body;
  private final Runnable ended;
  private final AtomicBoolean told = new AtomicBoolean();

  WatchedBody(Publisher<ByteBuffer> body, Runnable ended) {
    this.body = body;
    this.ended = ended;
  }

  private void end() {
    if (told.compareAndSet(false, true)) {
      ended.run();
    }
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    try {
      body.subscribe(watched(subscriber));
    } catch (RuntimeException e) {
      end();
      throw e;
    }
  }

  private Subscriber<ByteBuffer> watched(Subscriber<? super ByteBuffer> subscriber) {
    return new Subscriber<ByteBuffer>() {
      @Override
      public void onSubscribe(Subscription subscription) {
        subscriber.onSubscribe(
            new Subscription() {
              @Override
              public void request(long n) {
                subscription.request(n);
              }

              @Override
              public void cancel() {
                subscription.cancel();
                end();
              }
            });
      }

      @Override
      public void onNext(ByteBuffer data) {
        subscriber.onNext(data);
      }

      @Override
      public void onError(Throwable error) {
        end();
        subscriber.onError(error);
      }

      @Override
      public void onComplete() {
        end();
        subscriber.onComplete();
      }
    };
  }
}
