package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives a QUIC stream the flush that it lacks: Netty's stream channels hand every write to quiche
 * and send packets at once, so that head, body and end of a small response would leave in three of
 * them. Here they wait for the flush and go out as one. Sits next to the transport.
 */
final class Http3WriteMerger extends ChannelOutboundHandlerAdapter {
  /** Up to this many bytes are copied together; more is worth a call of its own. */
  private static final int MERGE_BYTES = 16 << 10;

  private final int lowWatermarkBytes;
  private final int highWatermarkBytes;
  private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>(4);

  private @Nullable ChannelHandlerContext context;
  private @Nullable Listener listener;
  private int queuedBytes;
  private int pendingBytes;
  private boolean overHigh;
  private boolean endWanted;
  private boolean discarding;

  Http3WriteMerger(HttpLimits limits) {
    this.lowWatermarkBytes = limits.writeLowWatermarkBytes();
    this.highWatermarkBytes = limits.writeHighWatermarkBytes();
  }

  /** Learns what becomes of the writes. */
  interface Listener {
    /** Fewer bytes than the low watermark wait again. */
    void drained();

    /** The client has stopped reading, or the stream is gone. */
    void writeFailed();
  }

  void listener(Listener who) {
    this.listener = who;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    discard();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!(message instanceof ByteBuf data)) {
      flush(ctx);
      ctx.write(message, promise);
      return;
    }
    if (discarding) {
      data.release();
    } else {
      queue.add(data);
      queuedBytes += data.readableBytes();
      pendingBytes += data.readableBytes();
      overHigh |= pendingBytes >= highWatermarkBytes;
      if (queuedBytes >= MERGE_BYTES) {
        flush();
      }
    }
    promise.trySuccess();
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    flush();
  }

  /** Sends what waits. */
  void flush() {
    ChannelHandlerContext ctx = Objects.requireNonNull(context, "not in a pipeline");
    if (queuedBytes <= MERGE_BYTES && queue.size() > 1) {
      ByteBuf merged = ctx.alloc().directBuffer(queuedBytes);
      for (ByteBuf part = queue.poll(); part != null; part = queue.poll()) {
        merged.writeBytes(part);
        part.release();
      }
      queue.add(merged);
    }
    queuedBytes = 0;
    boolean end = endWanted;
    endWanted = false;
    for (ByteBuf part = queue.poll(); part != null; part = queue.poll()) {
      int bytes = part.readableBytes();
      boolean last = end && queue.isEmpty();
      end &= !last;
      ctx.write(last ? new DefaultQuicStreamFrame(part, true) : part)
          .addListener((ChannelFuture done) -> written(done, bytes));
    }
    if (end) {
      ctx.write(new DefaultQuicStreamFrame(Unpooled.EMPTY_BUFFER, true))
          .addListener((ChannelFuture done) -> written(done, 0));
    }
    ctx.flush();
  }

  private void written(ChannelFuture done, int bytes) {
    pendingBytes -= bytes;
    Listener told = listener;
    if (told == null || discarding) {
      return;
    }
    if (!done.isSuccess()) {
      told.writeFailed();
    } else if (overHigh && pendingBytes <= lowWatermarkBytes) {
      overHigh = false;
      told.drained();
    }
  }

  /** The next flush ends the stream. */
  void end() {
    endWanted = true;
  }

  /** Bytes that quiche has not taken yet. */
  int pendingBytes() {
    return pendingBytes;
  }

  /** Whether less than the high watermark waits, or has fallen below the low one since. */
  boolean isWritable() {
    return !overHigh;
  }

  /** Throws away what waits; nothing is sent any more. */
  void discard() {
    discarding = true;
    for (ByteBuf part = queue.poll(); part != null; part = queue.poll()) {
      part.release();
    }
  }
}
