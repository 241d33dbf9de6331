package app.seventv.cdn;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Passes a body on to one subscriber and sees to it that there is one end: complete, failed or
 * cancelled, whichever comes first. Failures may come from elsewhere too.
 */
abstract class RelayedBody implements Subscriber<ByteBuffer> {
  private final Subscriber<? super ByteBuffer> to;
  private final AtomicBoolean over = new AtomicBoolean();

  RelayedBody(Subscriber<? super ByteBuffer> to) {
    this.to = to;
  }

  /**
   * The body has ended; called once, before the subscriber hears of it.
   *
   * @param failure null if it is complete or nobody wants it any more
   */
  abstract void ended(@Nullable Throwable failure);

  private boolean end(@Nullable Throwable failure) {
    if (!over.compareAndSet(false, true)) {
      return false;
    }
    ended(failure);
    return true;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    to.onSubscribe(
        new Subscription() {
          @Override
          public void request(long n) {
            subscription.request(n);
          }

          @Override
          public void cancel() {
            // Over before anybody is told, so that nothing more comes from it.
            boolean first = over.compareAndSet(false, true);
            subscription.cancel();
            if (first) {
              ended(null);
            }
          }
        });
  }

  @Override
  public void onNext(ByteBuffer data) {
    to.onNext(data);
  }

  @Override
  public void onError(Throwable error) {
    if (end(error)) {
      to.onError(error);
    }
  }

  @Override
  public void onComplete() {
    if (end(null)) {
      to.onComplete();
    }
  }
}
