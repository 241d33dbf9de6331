package app.seventv.cdn;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.ResponseStream;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends an object to one client while it arrives. Bytes are slices of the block that is being
 * filled; a slow client takes longer and holds nobody up.
 *
 * <p>The last byte is sent when the whole object is known to be right: whoever gets a broken
 * transfer can tell.
 */
final class FillStream {
  /** Written in one go, so that a fast origin does not grow a slow client's queue. */
  private static final int MAX_PIECE_BYTES = 64 << 10;

  private final Exchange exchange;
  private final Fill fill;
  private final ByteBuf block;
  private final ResponseStream stream;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile boolean broken;

  // On the loop only.
  private int sent;
  private boolean over;

  /**
   * Sends the head.
   *
   * @param block the body's whole block; takes its reference
   */
  FillStream(Exchange exchange, Fill fill, ByteBuf block, HttpHeaders headers) {
    this.exchange = exchange;
    this.fill = fill;
    this.block = block;
    this.stream = exchange.start(200, headers);
    stream.onWritable(this::pump);
    exchange.onEnd(this::close);
    advanced();
  }

  /** There may be more to send. Any thread. */
  void advanced() {
    if (scheduled.compareAndSet(false, true)) {
      exchange
          .executor()
          .execute(() -> {
            scheduled.set(false);
            pump();
          });
    }
  }

  /** The rest will not come. Any thread. */
  void breakOff() {
    broken = true;
    advanced();
  }

  private void pump() {
    if (over) {
      return;
    }
    boolean wrote = false;
    int sendable = fill.sendable();
    while (sent < sendable && stream.isWritable()) {
      int size = Math.min(sendable - sent, MAX_PIECE_BYTES);
      stream.write(block.retainedSlice(sent, size));
      sent += size;
      wrote = true;
      sendable = fill.sendable();
    }
    if (sent == block.capacity() && fill.isComplete()) {
      close();
      stream.end();
    } else if (broken) {
      close();
      stream.abort();
    } else if (wrote) {
      stream.flush();
    }
  }

  private void close() {
    if (!over) {
      over = true;
      block.release();
    }
  }
}
