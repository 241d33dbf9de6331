package app.seventv.cdn;

import app.seventv.core.http.Exchange;
import app.seventv.core.http.ResponseStream;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends an object to one client while it arrives. Bytes are slices of the block that is being
 * filled; a slow client takes longer and holds nobody up.
 *
 * <p>The last byte is sent when the whole object is known to be right: whoever gets a broken
 * transfer can tell. The head waits for the first byte: until then there can be another answer.
 */
final class FillStream {
  /** Written in one go, so that a fast origin does not grow a slow client's queue. */
  private static final int MAX_PIECE_BYTES = 64 << 10;

  private final Exchange exchange;
  private final Fill fill;
  private final ByteBuf block;
  private final HttpHeaders headers;
  private final AtomicBoolean scheduled = new AtomicBoolean();

  // On the loop only.
  private @Nullable ResponseStream stream;
  private int sent;
  private boolean over;

  /**
   * Begins as soon as there are bytes.
   *
   * @param block the body's whole block; takes its reference
   */
  FillStream(Exchange exchange, Fill fill, ByteBuf block, HttpHeaders headers) {
    this.exchange = exchange;
    this.fill = fill;
    this.block = block;
    this.headers = headers;
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

  /**
   * The rest will not come: a client that has begun to read is cut off. Any thread.
   *
   * @param then told on the loop whether there can be another answer, since nothing was sent
   */
  void breakOff(Consumer<Boolean> then) {
    exchange
        .executor()
        .execute(() -> {
          ResponseStream begun = stream;
          boolean unanswered = !over && begun == null;
          if (!over) {
            close();
            if (begun != null) {
              begun.abort();
            }
          }
          then.accept(unanswered);
        });
  }

  private void pump() {
    ResponseStream out = stream;
    if (!over && out == null && (fill.sendable() > 0 || fill.isComplete())) {
      out = exchange.start(200, headers);
      stream = out;
      out.onWritable(this::pump);
    }
    if (!over && out != null) {
      pump(out);
    }
  }

  private void pump(ResponseStream out) {
    boolean wrote = false;
    int sendable = fill.sendable();
    while (sent < sendable && out.isWritable()) {
      int size = Math.min(sendable - sent, MAX_PIECE_BYTES);
      out.write(block.retainedSlice(sent, size));
      sent += size;
      wrote = true;
      sendable = fill.sendable();
    }
    if (sent == block.capacity() && fill.isComplete()) {
      close();
      out.end();
    } else if (wrote) {
      out.flush();
    }
  }

  private void close() {
    if (!over) {
      over = true;
      block.release();
    }
  }
}
