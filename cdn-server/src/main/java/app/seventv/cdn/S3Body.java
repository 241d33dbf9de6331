package app.seventv.cdn;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
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
  private @Nullable RelayedBody relay;
  private @Nullable Throwable early;

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
    RelayedBody informed;
    synchronized (this) {
      early = error;
      informed = relay;
    }
    if (informed != null) {
      informed.onError(error);
    }
    head.completeExceptionally(error);
    call.completeExceptionally(error);
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
    RelayedBody receiver =
        new RelayedBody(subscriber) {
          @Override
          void ended(@Nullable Throwable failure) {
            if (failure == null) {
              call.complete(null);
            } else {
              call.completeExceptionally(failure);
            }
          }
        };
    SdkPublisher<ByteBuffer> publisher;
    Throwable broken;
    synchronized (this) {
      publisher = source;
      broken = early;
      relay = receiver;
    }
    if (publisher == null) {
      throw new IllegalStateException("no body yet");
    }
    publisher.subscribe(receiver);
    if (broken != null) {
      receiver.onError(broken);
    }
  }
}
