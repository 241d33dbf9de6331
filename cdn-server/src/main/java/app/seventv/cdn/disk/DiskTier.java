package app.seventv.cdn.disk;

import app.seventv.core.metrics.Metrics;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects on local disk: filled as the origin answers, asked before the origin, warm after a
 * restart. No call blocks: reads and writes have threads of their own, with bounded queues in
 * front. A disk that is full, slow, broken or still being read at the start is a tier that misses.
 */
public final class DiskTier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskTier.class);
  private static final Duration THREAD_IDLE = Duration.ofSeconds(30);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /** How long a disk that failed is left alone. */
  static final Duration RETRY_AFTER_ERROR = Duration.ofSeconds(10);

  private final DiskFigures figures = new DiskFigures();
  private final RecordReader records;
  private final DiskWriter writer;
  private final ThreadPoolExecutor readers;
  private final LongSupplier nanoClock;
  private volatile long readsSuspendedUntilNs;
  private volatile boolean readsSuspended;

  /**
   * Opens the tier in the background.
   *
   * @param memory where bodies that are read go
   * @param worthKeeping whether an object that would have to make room on the disk should stay, by
   *     key; asked on the writing thread
   */
  public static DiskTier open(
      DiskOptions options, ByteBufAllocator memory, Predicate<String> worthKeeping) {
    return new DiskTier(options, FileOpener.SYSTEM, memory, worthKeeping, System::nanoTime);
  }

  DiskTier(
      DiskOptions options,
      FileOpener opener,
      ByteBufAllocator memory,
      Predicate<String> worthKeeping,
      LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    records = new RecordReader(memory);
    readers =
        new ThreadPoolExecutor(
            options.readers(),
            options.readers(),
            THREAD_IDLE.toSeconds(),
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(options.waitingReads()),
            Thread.ofPlatform().daemon().name("disk-read-", 0).factory());
    readers.allowCoreThreadTimeOut(true);
    writer = new DiskWriter(options, opener, records, worthKeeping, figures, nanoClock);
    writer.start();
  }

  /**
   * Looks an object up.
   *
   * @return completes, with null on a miss, at once or on a reading thread; never exceptionally
   */
  public CompletableFuture<@Nullable DiskObject> read(String key) {
    DiskLog log = writer.log();
    DiskLog.Place place = log == null || suspended() ? null : log.find(KeyHash.of(key));
    if (log == null || place == null) {
      figures.misses.increment();
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<@Nullable DiskObject> result = new CompletableFuture<>();
    try {
      readers.execute(() -> {
        try {
          result.complete(read(log, key, place));
        } finally {
          result.complete(null); // nobody waits for ever, whatever has gone wrong
        }
      });
    } catch (RejectedExecutionException e) {
      figures.busy.increment();
      result.complete(null);
    }
    return result;
  }

  private boolean suspended() {
    if (readsSuspended && nanoClock.getAsLong() - readsSuspendedUntilNs >= 0) {
      readsSuspended = false;
    }
    return readsSuspended;
  }

  private @Nullable DiskObject read(DiskLog log, String key, DiskLog.Place place) {
    RecordReader.Found found;
    try {
      found = records.record(place.segment(), Location.offset(place.location()));
    } catch (NoMemoryException e) {
      figures.misses.increment();
      return null;
    } catch (IOException e) {
      if (place.equals(log.find(KeyHash.of(key)))) {
        readFailed(e); // otherwise the segment made room meanwhile
      }
      figures.misses.increment();
      return null;
    }
    long hash = KeyHash.of(key);
    if (found == null) {
      figures.damaged.increment();
      log.forget(hash, place.location());
      return null;
    }
    RecordHead head = found.head();
    if (!log.isLive(head, key, hash, place.location())) {
      found.body().release();
      figures.misses.increment();
      return null;
    }
    if (log.isOld(place.segment())) {
      writer.rewrite(hash, place.location());
    }
    figures.hits.increment();
    return new DiskObject(
        head.contentType(),
        head.etag(),
        head.lastModifiedSeconds(),
        head.storedAtMs(),
        head.lifetimeMs(),
        found.body());
  }

  private void readFailed(IOException e) {
    figures.errors.increment();
    readsSuspendedUntilNs = nanoClock.getAsLong() + RETRY_AFTER_ERROR.toNanos();
    readsSuspended = true;
    LOG.warn("reading from the disk cache failed, it is left alone for a while: {}", e.toString());
  }

  /**
   * Writes an object later, if there is room in the queue; retains its body until then.
   *
   * @param admission ended by whoever purges before it calls {@link #purge}
   */
  public void write(String key, DiskObject object, Admission admission) {
    writer.write(key, object, admission);
  }

  /**
   * Forgets a key: reads miss from now on.
   *
   * @return completes when a restart cannot bring it back; exceptionally if the disk does not take
   *     it, in which case the tier is empty and off
   */
  public CompletableFuture<Void> purge(String key) {
    return writer.purge(key);
  }

  /** Forgets all keys with this prefix, as {@link #purge} does one; the empty prefix is all. */
  public CompletableFuture<Void> purgePrefix(String prefix) {
    return writer.purgePrefix(prefix);
  }

  /** Completes when a restart cannot bring back what was purged until now; see {@link #purge}. */
  public CompletableFuture<Void> purgesKept() {
    return writer.lastPurge();
  }

  /**
   * Says that all purges up to a position have been given to {@link #purge}. If the feed they came
   * from leaves a gap after the position said last, in this run or an earlier one, what is stored
   * cannot be trusted and is forgotten.
   */
  public void purgesArrive(PurgeFeed feed, PurgePosition handled) {
    writer.purgesArrive(feed, handled);
  }

  /**
   * Whether no purge is missing of those before the last {@link #purgesArrive}: until it has been
   * called, and has taken effect, what is read may have been purged meanwhile.
   */
  public boolean isCertain() {
    return writer.isCertain();
  }

  /** Purges may have been missed; {@link #purgesArrive} will tell. */
  public void distrust() {
    writer.distrust();
  }

  /** Whether the files have been read. */
  public boolean isOpen() {
    return writer.log() != null;
  }

  /** Objects. */
  public long entries() {
    DiskLog log = writer.log();
    return log == null ? 0 : log.entries();
  }

  /** Bytes of all files with objects. */
  public long bytes() {
    DiskLog log = writer.log();
    return log == null ? 0 : log.bytes();
  }

  DiskFigures figures() {
    return figures;
  }

  /** Registers the figures. */
  public void register(Metrics metrics) {
    metrics.gauge("cdn_disk_up", "1 if the disk cache is in use.", () -> writer.isUp() ? 1 : 0);
    metrics.gauge(
        "cdn_disk_certain",
        "1 if no purge can be missing on disk; otherwise the origin is asked about what it gives.",
        () -> isCertain() ? 1 : 0);
    metrics.gauge("cdn_disk_entries", "Objects on disk.", this::entries);
    metrics.gauge("cdn_disk_bytes", "Bytes of the disk cache.", this::bytes);
    metrics.gauge("cdn_disk_queue_bytes", "Bodies waiting for the disk.", writer::queuedBytes);
    metrics.counter("cdn_disk_hits_total", "Objects read from disk.", figures.hits::sum);
    metrics.counter("cdn_disk_misses_total", "Look-ups without result.", figures.misses::sum);
    metrics.counter("cdn_disk_writes_total", "Objects written.", figures.written::sum);
    metrics.counter(
        "cdn_disk_dropped_total",
        "Objects not written: queue full, disk off.",
        figures.dropped::sum);
    metrics.counter("cdn_disk_busy_total", "Reads turned away: too many.", figures.busy::sum);
    metrics.counter("cdn_disk_damaged_total", "Records with bad checksums.", figures.damaged::sum);
    metrics.counter("cdn_disk_errors_total", "Errors of the disk.", figures.errors::sum);
    metrics.counter("cdn_disk_evictions_total", "Objects that had to make room.", this::evicted);
  }

  private long evicted() {
    DiskLog log = writer.log();
    return log == null ? 0 : log.evicted();
  }

  /** Writes what waits, within a limit, and closes the files. */
  @Override
  public void close() {
    readers.shutdown();
    try {
      if (!readers.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("reads from the disk cache did not end within {}", CLOSE_LIMIT);
      }
      writer.close(CLOSE_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
