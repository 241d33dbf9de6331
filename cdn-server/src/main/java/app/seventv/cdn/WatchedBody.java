package app.seventv.cdn;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

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
      body.subscribe(
          new RelayedBody(subscriber) {
            @Override
            void ended(@Nullable Throwable failure) {
              end();
            }
          });
    } catch (RuntimeException e) {
      end();
      throw e;
    }
  }
}
