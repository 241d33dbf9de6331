package app.seventv.cdn;

import app.seventv.cdn.disk.Admission;
import app.seventv.cdn.disk.DiskObject;
import app.seventv.cdn.disk.DiskTier;
import app.seventv.core.http.HttpDate;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The local disk as a tier: objects keep their age by the wall clock, which outlives a process.
 *
 * <p>An earlier process wrote what is there, and purges may have come since it ended. Until the
 * disk knows that none is missing, the origin is asked about what it gives. Before the first
 * contact with the purges' server, when that could take for ever, the short life of all objects
 * must do.
 */
final class DiskCacheTier implements Tier {
  private final DiskTier disk;
  private final PurgeState purges;
  private final LongSupplier nanoClock;
  private final LongSupplier wallClockMs;

  DiskCacheTier(
      DiskTier disk, PurgeState purges, LongSupplier nanoClock, LongSupplier wallClockMs) {
    this.disk = disk;
    this.purges = purges;
    this.nanoClock = nanoClock;
    this.wallClockMs = wallClockMs;
  }

  @Override
  public String name() {
    return "disk";
  }

  @Override
  public CompletableFuture<@Nullable Copy> lookup(String key) {
    // Looked at before the read: what it finds may be forgotten while it reads.
    boolean certain = disk.isCertain() || purges.wanted() == null;
    return disk.read(key)
        .thenApply(object -> object == null ? null : new Copy(cached(object), certain));
  }

  private CachedObject cached(DiskObject object) {
    long ageMs = Math.max(0, wallClockMs.getAsLong() - object.storedAtMs());
    long modified = object.lastModifiedSeconds();
    ObjectHead head =
        new ObjectHead(
            object.contentType(),
            object.etag(),
            modified == DiskObject.UNKNOWN ? HttpDate.INVALID : modified,
            Duration.ofMillis(object.lifetimeMs()));
    return CachedObject.found(
        head, object.body(), nanoClock.getAsLong() - TimeUnit.MILLISECONDS.toNanos(ageMs));
  }

  @Override
  public void store(String key, CachedObject object, Generations.Ticket ticket) {
    ByteBuf body = object.retainBody();
    if (body == null) {
      return;
    }
    try {
      ObjectHead head = object.head();
      long ageMs = TimeUnit.SECONDS.toMillis(object.ageSeconds(nanoClock.getAsLong()));
      disk.write(
          key,
          new DiskObject(
              head.contentType(),
              head.etag(),
              head.lastModified() == HttpDate.INVALID ? DiskObject.UNKNOWN : head.lastModified(),
              wallClockMs.getAsLong() - ageMs,
              millis(head.lifetime()),
              body),
          new TicketAdmission(ticket));
    } finally {
      body.release();
    }
  }

  /** Milliseconds; more than a long holds are as many as it holds. */
  private static long millis(Duration lifetime) {
    return lifetime.toSeconds() > Long.MAX_VALUE / 1_000 ? Long.MAX_VALUE : lifetime.toMillis();
  }

  private record TicketAdmission(Generations.Ticket ticket) implements Admission {
    @Override
    public boolean isCurrent() {
      return ticket.isCurrent();
    }

    @Override
    public boolean commit(Runnable insert) {
      return ticket.commit(insert);
    }
  }

  @Override
  public void remove(String key) {
    disk.purge(key);
  }

  @Override
  public void removePrefix(String prefix) {
    disk.purgePrefix(prefix);
  }

  @Override
  public void close() {
    disk.close();
  }
}
