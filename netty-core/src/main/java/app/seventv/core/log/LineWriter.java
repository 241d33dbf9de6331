package app.seventv.core.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes lines on a thread of its own. A caller never waits: if the queue is full, the line is
 * dropped and counted.
 */
final class LineWriter extends UnsynchronizedAppenderBase<ILoggingEvent> {
  /** Lines written with one system call at most. */
  private static final int BATCH_LINES = 256;

  private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

  private final LineFormat format;
  private final OutputStream out;
  private final BlockingQueue<ILoggingEvent> queue;
  private final AtomicLong discarded = new AtomicLong();
  private final Thread thread;
  private volatile boolean stopping;

  LineWriter(LineFormat format, OutputStream out, int queueLines) {
    this.format = format;
    this.out = out;
    this.queue = new ArrayBlockingQueue<>(queueLines);
    this.thread = Thread.ofPlatform().daemon().name("log-writer").unstarted(this::run);
  }

  long discarded() {
    return discarded.get();
  }

  @Override
  public void start() {
    super.start();
    thread.start();
  }

  /** Writes what is queued, within a limit, then ends the thread. */
  @Override
  public void stop() {
    super.stop();
    stopping = true;
    thread.interrupt();
    try {
      thread.join(STOP_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  protected void append(ILoggingEvent event) {
    event.prepareForDeferredProcessing();
    if (!queue.offer(event)) {
      discarded.incrementAndGet();
    }
  }

  private void run() {
    List<ILoggingEvent> batch = new ArrayList<>(BATCH_LINES);
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    while (!stopping || !queue.isEmpty()) {
      takeBatch(batch);
      batch.forEach(event -> format.write(event, lines));
      try {
        lines.writeTo(out);
        out.flush();
      } catch (IOException e) {
        // Standard output is gone; there is nobody left to tell.
        discarded.addAndGet(batch.size());
      }
      batch.clear();
      lines.reset();
    }
  }

  private void takeBatch(List<ILoggingEvent> batch) {
    if (queue.drainTo(batch, BATCH_LINES) == 0) {
      try {
        batch.add(queue.take());
      } catch (InterruptedException e) {
        // stop() interrupts an idle wait; the loop then sees what it was told
      }
    }
  }
}
