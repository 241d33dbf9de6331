package app.seventv.cdn;

import java.nio.ByteBuffer;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Wants nothing of a body. */
final class BodyDiscard implements Subscriber<ByteBuffer> {
  @Override
  public void onSubscribe(Subscription subscription) {
    subscription.cancel();
  }

  @Override
  public void onNext(ByteBuffer data) {}

  @Override
  public void onError(Throwable error) {}

  @Override
  public void onComplete() {}
}
