package app.seventv.cdn;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Hands an answer over as soon as its head is there, and goes on as the publisher of its body.
 *
 * <p>Unlike the SDK's own {@code toPublisher} the call stays open until the body has ended: so a
 * transfer that breaks is always reported, even if the SDK's publisher keeps silent
 * (aws-sdk-java-v2 issue 6949).
 */
final class S3Body
    implements AsyncResponseTransformer<GetObjectResponse, Void>, Publisher<ByteBuffer> {
  private final CompletableFuture<GetObjectResponse> head = new CompletableFuture<>();
  private final CompletableFuture<Void> call = new CompletableFuture<>();
  private @Nullable GetObjectResponse response;
  private @Nullable SdkPublisher<ByteBuffer> source;
  private @Nullable Subscriber<? super ByteBuffer> receiver;
  private @Nullable Throwable early;
  private boolean ended;

  /** Completes when the body can be subscribed to, exceptionally if there is no answer. */
  CompletableFuture<GetObjectResponse> head() {
    return head;
  }

  @Override
  public CompletableFuture<Void> prepare() {
    return call;
  }

  @Override
  public void onResponse(GetObjectResponse answer) {
    response = answer;
  }

  @Override
  public void onStream(SdkPublisher<ByteBuffer> publisher) {
    synchronized (this) {
      source = publisher;
    }
    if (!head.complete(response)) {
      publisher.subscribe(new BodyDiscard());
      call.complete(null);
    }
  }

  @Override
  public void exceptionOccurred(Throwable error) {
    Subscriber<? super ByteBuffer> informed;
    synchronized (this) {
      early = error;
      informed = receiver;
    }
    if (informed != null && end()) {
      informed.onError(error);
    }
    head.completeExceptionally(error);
    call.completeExceptionally(error);
  }

  /** True for the one who ends it. */
  private synchronized boolean end() {
    boolean first = !ended;
    ended = true;
    return first;
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    SdkPublisher<ByteBuffer> publisher;
    Throwable broken;
    synchronized (this) {
      publisher = source;
      broken = early;
      receiver = subscriber;
    }
    if (publisher == null) {
      throw new IllegalStateException("no body yet");
    }
    publisher.subscribe(new Relay(subscriber));
    if (broken != null && end()) {
      subscriber.onError(broken);
    }
  }

  private final class Relay implements Subscriber<ByteBuffer> {
    private final Subscriber<? super ByteBuffer> to;

    Relay(Subscriber<? super ByteBuffer> to) {
      this.to = to;
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
              end();
              subscription.cancel();
              call.complete(null);
            }
          });
    }

    @Override
    public void onNext(ByteBuffer data) {
      to.onNext(data);
    }

    @Override
    public void onError(Throwable error) {
      if (end()) {
        to.onError(error);
      }
      call.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      if (end()) {
        to.onComplete();
      }
      call.complete(null);
    }
  }
}
