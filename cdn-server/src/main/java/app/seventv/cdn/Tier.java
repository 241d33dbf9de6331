package app.seventv.cdn;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A slower store between the memory cache and the origin, e.g. the local disk or the other nodes.
 * {@link ObjectStore} asks its tiers in order before it asks the origin, and offers every object
 * that came from further away to the tiers before.
 *
 * <p>Methods are called from event loops and I/O threads: none may block. A tier that fails counts
 * as one that has nothing.
 */
interface Tier extends AutoCloseable {
  /** Short name for metrics and {@code Cache-Status}: a token, e.g. {@code disk}. */
  String name();

  /**
   * What a tier has.
   *
   * @param object its reference passes to the receiver
   * @param isCertain whether no purge of it can have been missed before the look-up began;
   *     otherwise the origin is asked first, however fresh it seems
   */
  record Copy(CachedObject object, boolean isCertain) {}

  /**
   * Looks an object up, whether it is fresh or not: the store judges by {@link
   * CachedObject#ageSeconds} and uses what is stale to ask the origin conditionally.
   *
   * @return completes with what there is, or with null. Must complete within a time of the tier's
   *     own choice; a late answer is as good as none
   */
  CompletableFuture<@Nullable Copy> lookup(String key);

  /** As {@link #lookup}; what it throws fails the future. */
  default CompletableFuture<@Nullable Copy> ask(String key) {
    try {
      return lookup(key);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Offers a complete object with status 200. The reference stays the caller's: a tier that reads
   * the body after returning takes its own by {@link CachedObject#retainBody} first.
   *
   * @param ticket what makes the entry visible to {@link #lookup} must run inside its {@link
   *     Generations.Ticket#commit commit}
   */
  void store(String key, CachedObject object, Generations.Ticket ticket);

  /**
   * Forgets a key. The generation has been raised before. Once this returns, no {@link #lookup}
   * that begins afterwards finds the entry, even if removing it for good takes longer.
   */
  void remove(String key);

  /** Forgets all keys that begin with the prefix; an empty one means all. */
  void removePrefix(String prefix);

  @Override
  void close();
}
