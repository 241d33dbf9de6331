package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.FileRegion;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends a part of a file as fast as the client takes it: by regions that the kernel copies, where
 * the transport can, else by pieces read on another thread, one ahead of the socket at most.
 */
public final class FilePump {
  /** Small enough that a slow client shows progress, large enough to cost few system calls. */
  static final int PIECE_BYTES = 64 << 10;

  private final Exchange exchange;
  private final ResponseStream out;
  private final Predicate<FileRegion> kernelCopy;
  private final FileBody file;
  private final Executor reader;
  private final Runnable sent;
  private long position;
  private long left;
  private boolean reading;
  private boolean copies;
  private boolean over;

  private FilePump(
      Exchange exchange,
      ResponseStream out,
      Predicate<FileRegion> kernelCopy,
      FileBody file,
      long position,
      long count,
      Executor reader,
      Runnable sent) {
    this.exchange = exchange;
    this.out = out;
    this.kernelCopy = kernelCopy;
    this.file = file;
    this.position = position;
    this.left = count;
    this.reader = reader;
    this.sent = sent;
  }

  /** Sends by reading only; for streams that change what passes through them. On the loop. */
  public static void read(
      Exchange exchange,
      ResponseStream out,
      FileBody file,
      long position,
      long count,
      Executor reader,
      Runnable sent) {
    start(exchange, out, region -> false, file, position, count, reader, sent);
  }

  /**
   * Sends, on the loop.
   *
   * @param kernelCopy queues a region, or says that it cannot
   * @param file whose reference it takes
   */
  static void start(
      Exchange exchange,
      ResponseStream out,
      Predicate<FileRegion> kernelCopy,
      FileBody file,
      long position,
      long count,
      Executor reader,
      Runnable sent) {
    FilePump pump = new FilePump(exchange, out, kernelCopy, file, position, count, reader, sent);
    out.onWritable(pump::pump);
    exchange.onEnd(pump::finish);
    pump.pump();
  }

  private void pump() {
    boolean queued = false;
    while (!over && left > 0 && !reading && out.isWritable()) {
      int piece = (int) Math.min(left, PIECE_BYTES);
      if (!copies && sendRegion(piece)) {
        position += piece;
        left -= piece;
        queued = true;
      } else {
        copies = true;
        read(piece);
      }
    }
    if (queued) {
      out.flush();
    }
    if (!over && left == 0) {
      finish();
      sent.run();
    }
  }

  private boolean sendRegion(int count) {
    FileRegion region = file.region(position, count);
    if (kernelCopy.test(region)) {
      return true;
    }
    region.release();
    return false;
  }

  private void read(int count) {
    reading = true;
    file.retain();
    try {
      reader.execute(() -> readBlocking(position, count));
    } catch (RejectedExecutionException e) {
      file.release();
      out.abort();
    }
  }

  /** On the reader's thread; {@link #position} does not change meanwhile. */
  private void readBlocking(long from, int count) {
    ByteBuf piece = readPiece(from, count);
    if (piece == null) {
      out.abort(); // the length has been announced: only a broken response is honest now
      return;
    }
    try {
      exchange.executor().execute(() -> deliver(piece));
    } catch (RejectedExecutionException e) {
      piece.release();
    }
  }

  /** Null if the file, or the memory for a piece of it, is not to be had. */
  private @Nullable ByteBuf readPiece(long from, int count) {
    ByteBuf piece = null;
    try {
      piece = ByteBufAllocator.DEFAULT.directBuffer(count, count);
      file.read(from, count, piece);
      return piece;
    } catch (Throwable e) { // lack of direct memory is an Error
      if (piece != null) {
        piece.release();
      }
      return null;
    } finally {
      file.release();
    }
  }

  private void deliver(ByteBuf piece) {
    reading = false;
    if (over) {
      piece.release();
      return;
    }
    position += piece.readableBytes();
    left -= piece.readableBytes();
    out.writeAndFlush(piece);
    pump();
  }

  private void finish() {
    if (!over) {
      over = true;
      file.release();
    }
  }
}
