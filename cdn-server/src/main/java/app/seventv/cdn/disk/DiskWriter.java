package app.seventv.cdn.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns the log: opens it, appends what is queued, in order. Never interrupted,
 * since Java closes files under interrupted threads.
 */
final class DiskWriter {
  private static final Logger LOG = LoggerFactory.getLogger(DiskWriter.class);
  private static final Duration LOCK_RETRY = Duration.ofMillis(200);

  /** Operations that may wait besides purges. */
  private static final int MAX_QUEUED = 100_000;

  /** Purges that may wait; a disk that is so far behind is emptied instead. */
  private static final int MAX_QUEUED_PURGES = 1_000_000;

  private final DiskOptions options;
  private final FileOpener opener;
  private final RecordReader records;
  private final Predicate<String> worthKeeping;
  private final DiskFigures figures;
  private final LongSupplier nanoClock;
  private final BlockingQueue<Operation> queue = new LinkedBlockingQueue<>();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final List<CompletableFuture<Void>> unforced = new ArrayList<>();
  private final Object opening = new Object();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("disk-write").unstarted(this::run);
  private volatile @Nullable DiskLog log;
  private volatile boolean closing;
  private volatile boolean ended;
  private volatile boolean failing;

  /** Counts the times when purges may have been missed; the first one is the start. */
  private final AtomicInteger doubts = new AtomicInteger(1);

  /** The last one of them that is settled. */
  private volatile int settled;

  private volatile long suspendedUntilNs;
  private volatile CompletableFuture<Void> lastPurge = CompletableFuture.completedFuture(null);

  DiskWriter(
      DiskOptions options,
      FileOpener opener,
      RecordReader records,
      Predicate<String> worthKeeping,
      DiskFigures figures,
      LongSupplier nanoClock) {
    this.options = options;
    this.opener = opener;
    this.records = records;
    this.worthKeeping = worthKeeping;
    this.figures = figures;
    this.nanoClock = nanoClock;
  }

  /** One thing to do with the log. */
  private sealed interface Operation {}

  private record Put(String key, DiskObject object, Admission admission) implements Operation {}

  private record Rewrite(long hash, long location) implements Operation {}

  private record Purge(String key, boolean prefix, CompletableFuture<Void> done)
      implements Operation {}

  private record Sync(PurgeFeed feed, PurgePosition handled, int doubt) implements Operation {}

  private record Stop() implements Operation {}

  void start() {
    thread.start();
  }

  /** The log, or null before it is open and after the disk has failed for good. */
  @Nullable DiskLog log() {
    return log;
  }

  boolean isUp() {
    return log != null && !isSuspended();
  }

  /** Whether a failure was so short a time ago that nothing is tried. */
  private boolean isSuspended() {
    return failing && nanoClock.getAsLong() - suspendedUntilNs < 0;
  }

  long queuedBytes() {
    return queuedBytes.get();
  }

  void write(String key, DiskObject object, Admission admission) {
    int bytes = object.body().readableBytes();
    if (log == null
        || isSuspended()
        || bytes > options.maxBodyBytes()
        || queue.size() >= MAX_QUEUED
        || !reserve(bytes)) {
      figures.dropped.increment();
      return;
    }
    object.body().retain();
    add(new Put(key, object, admission));
  }

  private boolean reserve(int bytes) {
    if (queuedBytes.addAndGet(bytes) <= options.queueBytes()) {
      return true;
    }
    queuedBytes.addAndGet(-bytes);
    return false;
  }

  void rewrite(long hash, long location) {
    if (queue.size() < MAX_QUEUED && !isSuspended()) {
      add(new Rewrite(hash, location));
    }
  }

  private void add(Operation operation) {
    queue.add(operation);
    if (ended) {
      drop();
    }
  }

  CompletableFuture<Void> purge(String key) {
    return purge(new Purge(key, false, new CompletableFuture<>()));
  }

  CompletableFuture<Void> purgePrefix(String prefix) {
    return purge(new Purge(prefix, true, new CompletableFuture<>()));
  }

  /** Hides what is purged from readers, now or before the log opens for them. */
  private CompletableFuture<Void> purge(Purge purge) {
    if (log == null) {
      synchronized (opening) {
        if (log == null) {
          enqueue(purge);
          return purge.done;
        }
      }
    }
    DiskLog open = log;
    if (open != null && !hide(open, purge)) {
      return purgePrefix(""); // too many rules
    }
    enqueue(purge);
    return purge.done;
  }

  private static boolean hide(DiskLog open, Purge purge) {
    if (purge.prefix && !purge.key.isEmpty()) {
      return open.hidePrefix(purge.key);
    }
    if (purge.prefix) {
      open.hideAll();
    } else {
      open.hide(purge.key);
    }
    return true;
  }

  private void enqueue(Purge purge) {
    lastPurge = purge.done;
    if (queue.size() >= MAX_QUEUED + MAX_QUEUED_PURGES) {
      drop();
      add(new Purge("", true, purge.done));
    } else {
      add(purge);
    }
  }

  /** Completes as the purge called last does; those before it are on the disk by then. */
  CompletableFuture<Void> lastPurge() {
    return lastPurge;
  }

  void purgesArrive(PurgeFeed feed, PurgePosition handled) {
    add(new Sync(feed, handled, doubts.get()));
  }

  boolean isCertain() {
    return settled == doubts.get();
  }

  void distrust() {
    doubts.incrementAndGet();
  }

  private void run() {
    try (FileChannel lockFile = lock()) {
      if (lockFile != null) {
        try (DiskLog open = open()) {
          work(open);
        }
      }
    } catch (IOException | RuntimeException e) {
      figures.errors.increment();
      LOG.error("no disk cache: {}", e.toString());
      unforced.forEach(done -> done.completeExceptionally(e));
    } finally {
      log = null;
      ended = true;
      drop();
    }
  }

  /** Reads the files; nobody sees them before the purges that have come meanwhile are applied. */
  private DiskLog open() throws IOException {
    long startNs = nanoClock.getAsLong();
    DiskLog open = new DiskLog(options, opener, records, worthKeeping);
    LOG.info(
        "disk cache: {} objects, {} bytes, read in {} ms",
        open.entries(),
        open.bytes(),
        TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - startNs));
    applyQueued(open);
    synchronized (opening) {
      applyQueued(open);
      log = open;
    }
    return open;
  }

  private void applyQueued(DiskLog open) throws IOException {
    while (!queue.isEmpty() && !(queue.peek() instanceof Stop)) {
      step(open, queue.remove());
    }
  }

  /** Waits until nobody else uses the folder, as a predecessor does until it has drained. */
  private @Nullable FileChannel lock() throws IOException {
    Path directory = Files.createDirectories(options.directory());
    FileChannel file =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    while (!closing) {
      try {
        FileLock lock = file.tryLock();
        if (lock != null) {
          return file;
        }
      } catch (OverlappingFileLockException e) {
        // The predecessor is in this process.
      }
      try {
        TimeUnit.NANOSECONDS.sleep(LOCK_RETRY.toNanos());
      } catch (InterruptedException e) {
        break; // nobody does; the thread ends
      }
    }
    file.close();
    return null;
  }

  private void work(DiskLog open) throws IOException {
    try {
      Operation next = queue.take();
      while (!(next instanceof Stop)) {
        step(open, next);
        next = queue.take();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does; the thread ends
    }
  }

  private void step(DiskLog open, Operation operation) throws IOException {
    try {
      apply(open, operation);
      if (!unforced.isEmpty() && !(queue.peek() instanceof Purge)) {
        open.force();
        unforced.forEach(done -> done.complete(null));
        unforced.clear();
      }
    } catch (IOException e) {
      failed(open, operation, e);
    }
  }

  private void apply(DiskLog open, Operation operation) throws IOException {
    switch (operation) {
      case Put put -> put(open, put);
      case Rewrite rewrite -> open.rewrite(rewrite.hash, rewrite.location);
      case Purge purge -> {
        if (purge.prefix) {
          open.purgePrefix(purge.key);
        } else {
          open.purge(purge.key);
        }
        unforced.add(purge.done);
      }
      case Sync sync -> sync(open, sync);
      case Stop _ -> {
        // The caller ends.
      }
    }
  }

  private void put(DiskLog open, Put put) throws IOException {
    try {
      if (isSuspended()) {
        figures.dropped.increment();
      } else if (put.admission.isCurrent() && open.put(put.key, put.object, put.admission)) {
        figures.written.increment();
        failing = false;
      }
    } finally {
      queuedBytes.addAndGet(-put.object.body().readableBytes());
      put.object.body().release();
    }
  }

  private void sync(DiskLog open, Sync sync) throws IOException {
    if (open.entries() > 0 && !sync.feed.continues(open.lastSync())) {
      LOG.warn("purges may have been missed: the disk cache is emptied");
      open.removeAll();
    }
    settled = sync.doubt; // if it cannot be noted, the next process doubts again
    open.synced(sync.handled);
  }

  /**
   * The disk did not take something. An object is merely not there. A purge must not be lost: then
   * everything goes.
   */
  private void failed(DiskLog open, Operation operation, IOException e) throws IOException {
    figures.errors.increment();
    LOG.warn("writing to the disk cache failed: {}", e.toString());
    suspendedUntilNs = nanoClock.getAsLong() + DiskTier.RETRY_AFTER_ERROR.toNanos();
    failing = true;
    if (operation instanceof Purge purge) {
      unforced.add(purge.done);
    }
    if (unforced.isEmpty()) {
      open.shrink(); // in case the disk is full
      return;
    }
    open.removeAll();
    unforced.forEach(done -> done.complete(null));
    unforced.clear();
  }

  private void drop() {
    for (Operation left = queue.poll(); left != null; left = queue.poll()) {
      switch (left) {
        case Put put -> {
          queuedBytes.addAndGet(-put.object.body().readableBytes());
          put.object.body().release();
        }
        case Purge purge -> purge.done.complete(null);
        case Rewrite _, Sync _, Stop _ -> {
          // nothing is held
        }
      }
    }
  }

  void close(Duration limit) throws InterruptedException {
    closing = true;
    add(new Stop());
    if (!thread.join(limit)) {
      LOG.warn("the disk cache did not close within {}", limit);
    }
  }
}
