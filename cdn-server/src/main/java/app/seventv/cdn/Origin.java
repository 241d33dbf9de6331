package app.seventv.cdn;

import java.util.concurrent.CompletableFuture;

/** Where objects come from. */
interface Origin extends AutoCloseable {
  /**
   * Fetches an object; completes with it or with "not found", exceptionally with {@link
   * OriginFailure}. Any thread.
   */
  CompletableFuture<CachedObject> fetch(String key);

  @Override
  void close();
}
