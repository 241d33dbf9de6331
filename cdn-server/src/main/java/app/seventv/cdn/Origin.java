package app.seventv.cdn;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where objects come from. */
interface Origin extends AutoCloseable {
  /**
   * Asks for an object.
   *
   * @param etag entity tag of the copy at hand, or null: asks for news only
   * @return completes when the head of the answer is there, exceptionally with {@link
   *     OriginFailure}, on any thread. Cancelling it gives up the request. The receiver of an
   *     answer must take its body or {@link OriginAnswer#discard} it
   */
  CompletableFuture<OriginAnswer> get(String key, @Nullable String etag);

  /** As {@link #get}; what it throws fails the future, so that nobody who counts has to catch. */
  default CompletableFuture<OriginAnswer> ask(String key, @Nullable String etag) {
    try {
      return get(key, etag);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  void close();
}
