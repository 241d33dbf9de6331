package app.seventv.cdn;

import app.seventv.cdn.disk.DiskTier;
import app.seventv.cdn.disk.PurgeFeed;
import app.seventv.cdn.disk.PurgePosition;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Forgets in memory and on disk what purges name, wherever they come from. */
final class Purger {
  private final ObjectStore store;
  private final @Nullable DiskTier disk;

  Purger(ObjectStore store, @Nullable DiskTier disk) {
    this.store = store;
    this.disk = disk;
  }

  /**
   * Forgets; nothing named is served from here any more when this returns.
   *
   * @return completes when a restart cannot bring it back
   */
  CompletableFuture<Void> purge(PurgeMessage message) {
    message.keys().forEach(store::purge);
    message.prefixes().forEach(store::purgePrefix);
    return disk == null ? CompletableFuture.completedFuture(null) : disk.purgesKept();
  }

  /** See {@link DiskTier#purgesArrive}. */
  void purgesArrive(PurgeFeed feed, PurgePosition handled) {
    if (disk != null) {
      disk.purgesArrive(feed, handled);
    }
  }

  /**
   * Forgets everything in memory, after purges may have been missed. The disk is asked again what
   * it knows of them ({@link #purgesArrive}), and not relied upon until then.
   */
  void distrust() {
    if (disk != null) {
      disk.distrust(); // first: what is read of it from now on is not kept unasked
    }
    store.forgetMemory();
  }
}
