package app.seventv.cdn;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Reads an object straight into one off-heap block of its exact size. */
final class ObjectBodyReader
    implements AsyncResponseTransformer<GetObjectResponse, ObjectBodyReader.Fetched> {
  /** Larger objects are refused; no image comes near it. */
  static final long MAX_OBJECT_BYTES = 64L << 20;

  private final UnpooledByteBufAllocator memory;
  private final CompletableFuture<Fetched> result = new CompletableFuture<>();
  private @Nullable GetObjectResponse head;
  private @Nullable ByteBuf body;

  ObjectBodyReader(UnpooledByteBufAllocator memory) {
    this.memory = memory;
  }

  /**
   * A complete object.
   *
   * @param head the origin's metadata
   * @param body whole body; the receiver owns its reference
   */
  record Fetched(GetObjectResponse head, ByteBuf body) {}

  @Override
  public CompletableFuture<Fetched> prepare() {
    return result;
  }

  @Override
  public void onResponse(GetObjectResponse response) {
    head = response;
  }

  @Override
  public void onStream(SdkPublisher<ByteBuffer> publisher) {
    GetObjectResponse response = head;
    long length =
        response == null || response.contentLength() == null ? -1 : response.contentLength();
    if (response == null || length < 0 || length > MAX_OBJECT_BYTES) {
      // Subscribed to all the same, or the connection would stay leased for ever.
      publisher.subscribe(new Canceller());
      result.completeExceptionally(new IllegalStateException("object of " + length + " bytes"));
      return;
    }
    publisher.subscribe(new Filler(response, S3Origin.allocate(memory, (int) length)));
  }

  @Override
  public void exceptionOccurred(Throwable error) {
    discard();
    result.completeExceptionally(error);
  }

  private synchronized void discard() {
    if (body != null) {
      body.release();
      body = null;
    }
  }

  private synchronized void own(ByteBuf block) {
    body = block;
  }

  /** Writes into the block while it is still ours; a timeout may have freed it meanwhile. */
  private synchronized boolean append(ByteBuffer data) {
    ByteBuf block = body;
    if (block == null || data.remaining() > block.writableBytes()) {
      return false;
    }
    block.writeBytes(data);
    return true;
  }

  private synchronized @Nullable ByteBuf complete() {
    ByteBuf block = body;
    if (block == null || block.isWritable()) {
      return null;
    }
    body = null;
    return block;
  }

  /** Wants nothing of the body. */
  private static final class Canceller implements Subscriber<ByteBuffer> {
    @Override
    public void onSubscribe(Subscription s) {
      s.cancel();
    }

    @Override
    public void onNext(ByteBuffer data) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onComplete() {}
  }

  private final class Filler implements Subscriber<ByteBuffer> {
    private final GetObjectResponse response;
    private @Nullable Subscription subscription;

    Filler(GetObjectResponse response, ByteBuf block) {
      this.response = response;
      own(block);
    }

    @Override
    public void onSubscribe(Subscription s) {
      subscription = s;
      s.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuffer data) {
      if (!append(data) && subscription != null) {
        subscription.cancel();
        exceptionOccurred(new IllegalStateException("more bytes than announced"));
      }
    }

    @Override
    public void onError(Throwable error) {
      exceptionOccurred(error);
    }

    @Override
    public void onComplete() {
      ByteBuf block = complete();
      if (block == null) {
        exceptionOccurred(new IllegalStateException("fewer bytes than announced"));
      } else if (!result.complete(new Fetched(response, block))) {
        block.release();
      }
    }
  }
}
