package app.seventv.cdn.peer;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes a body into a block of its announced size, within a time. Without a block it takes nothing:
 * the transfer is cancelled and the result is empty.
 */
final class PeerBody implements HttpResponse.BodySubscriber<Optional<ByteBuf>> {
  private final CompletableFuture<Optional<ByteBuf>> result = new CompletableFuture<>();
  private @Nullable ByteBuf block;
  private Flow.@Nullable Subscription subscription;

  /**
   * @param block whose reference passes to the receiver, or is given up if the body fails; null for
   *     a body that nobody wants
   * @param limit for the whole body
   */
  PeerBody(@Nullable ByteBuf block, Duration limit) {
    this.block = block;
    if (block == null) {
      result.complete(Optional.empty());
      return;
    }
    result
        .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((body, failure) -> {
          if (failure != null) {
            giveUp();
          }
        });
  }

  @Override
  public CompletionStage<Optional<ByteBuf>> getBody() {
    return result;
  }

  private void giveUp() {
    Flow.Subscription source;
    synchronized (this) {
      if (block != null) {
        block.release();
        block = null;
      }
      source = subscription;
    }
    if (source != null) {
      source.cancel();
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription source) {
    boolean wanted;
    synchronized (this) {
      subscription = source;
      wanted = block != null;
    }
    if (wanted) {
      source.request(Long.MAX_VALUE);
    } else {
      source.cancel();
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      if (!append(buffer)) {
        result.completeExceptionally(new IOException("more bytes than announced"));
        return;
      }
    }
  }

  private synchronized boolean append(ByteBuffer buffer) {
    if (block != null && buffer.remaining() > block.writableBytes()) {
      return false;
    }
    if (block != null) {
      block.writeBytes(buffer);
    }
    return true; // one that is given up takes nothing, and has failed already
  }

  @Override
  public void onError(Throwable failure) {
    result.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    ByteBuf whole = takeWhole();
    if (whole == null) {
      result.completeExceptionally(new IOException("fewer bytes than announced"));
    } else if (!result.complete(Optional.of(whole))) {
      whole.release();
    }
  }

  private synchronized @Nullable ByteBuf takeWhole() {
    ByteBuf whole = block;
    if (whole == null || whole.isWritable()) {
      return null;
    }
    block = null;
    return whole;
  }
}
