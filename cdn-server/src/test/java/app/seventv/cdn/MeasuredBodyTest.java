package app.seventv.cdn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Taking in a body of unknown length, and giving it on. */
class MeasuredBodyTest {
  private static final int MAX_BYTES = 10;

  private final Pieces source = new Pieces();
  private final Receiver receiver = new Receiver();
  private final MeasuredBody body =
      new MeasuredBody(
          subscriber -> {
            source.to = subscriber;
            subscriber.onSubscribe(source);
          },
          MAX_BYTES);

  /** The origin's side. */
  private static final class Pieces implements Subscription {
    private @Nullable Subscriber<? super ByteBuffer> to;
    private long requested;
    private boolean cancelled;

    @Override
    public void request(long n) {
      requested += n;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    Subscriber<? super ByteBuffer> to() {
      return Objects.requireNonNull(to);
    }

    void send(int bytes) {
      assertThat(requested).as("one piece at a time").isEqualTo(1);
      requested = 0;
      to().onNext(ByteBuffer.allocate(bytes));
    }
  }

  /** The client's side: what it was told, in order. */
  private static final class Receiver implements Subscriber<ByteBuffer> {
    private final List<String> told = new ArrayList<>();
    private @Nullable Subscription subscription;

    @Override
    public void onSubscribe(Subscription s) {
      subscription = s;
    }

    Subscription subscription() {
      return Objects.requireNonNull(subscription);
    }

    void request(long n) {
      subscription().request(n);
    }

    @Override
    public void onNext(ByteBuffer data) {
      told.add("piece of " + data.remaining());
    }

    @Override
    public void onError(Throwable error) {
      told.add("failed: " + error.getMessage());
    }

    @Override
    public void onComplete() {
      told.add("complete");
    }
  }

  @Test
  void aShortBodyIsMeasuredAndGivenFromTheStart() {
    CompletableFuture<Long> length = body.measure();
    source.send(4);
    source.send(6);
    assertThat(length).isNotDone();
    assertThat(body.received()).isEqualTo(10);
    source.to().onComplete();
    assertThat(length).isCompletedWithValue(10L);
    body.subscribe(receiver);
    assertThat(receiver.told).isEmpty();
    receiver.request(1);
    assertThat(receiver.told).containsExactly("piece of 4");
    receiver.request(Long.MAX_VALUE);
    assertThat(receiver.told).containsExactly("piece of 4", "piece of 6", "complete");
  }

  @Test
  void anEmptyBodyIsComplete() {
    CompletableFuture<Long> length = body.measure();
    source.to().onComplete();
    assertThat(length).isCompletedWithValue(0L);
    body.subscribe(receiver);
    assertThat(receiver.told).containsExactly("complete");
  }

  @Test
  void aLongBodyPassesAtThePaceOfItsReceiver() {
    CompletableFuture<Long> length = body.measure();
    source.send(6);
    source.send(5);
    assertThat(length).isCompletedWithValue(MeasuredBody.TOO_LONG);
    assertThat(source.requested).isZero();
    body.subscribe(receiver);
    receiver.request(2);
    assertThat(source.requested).isZero();
    receiver.request(1);
    source.send(7);
    assertThat(source.requested).isZero();
    assertThat(receiver.told).containsExactly("piece of 6", "piece of 5", "piece of 7");
    receiver.request(1);
    source.to().onError(new IOException("cut"));
    assertThat(receiver.told).last().isEqualTo("failed: cut");
  }

  @Test
  void aBodyThatBreaksHasNoLength() {
    CompletableFuture<Long> length = body.measure();
    source.send(6);
    source.to().onError(new IOException("cut"));
    assertThat(length).isCompletedExceptionally();
    assertThat(length.exceptionNow()).hasMessage("cut");
  }

  @Test
  void whatIsGivenUpIsCancelledOnce() {
    CompletableFuture<Long> length = body.measure();
    source.send(6);
    body.giveUp(new IOException("too slow"));
    assertThat(source.cancelled).isTrue();
    source.to().onNext(ByteBuffer.allocate(1));
    source.to().onComplete();
    assertThat(length.exceptionNow()).hasMessage("too slow");
  }

  @Test
  void aReceiverThatLeavesCancels() {
    CompletableFuture<Long> length = body.measure();
    source.send(6);
    source.send(6);
    assertThat(length).isDone();
    body.giveUp(new IOException("too late to give up"));
    assertThat(source.cancelled).isFalse();
    body.subscribe(receiver);
    receiver.subscription().cancel();
    assertThat(source.cancelled).isTrue();
    assertThat(receiver.told).isEmpty();
  }
}
