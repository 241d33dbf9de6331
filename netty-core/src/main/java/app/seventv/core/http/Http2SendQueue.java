package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * Parts of a response body that wait for their turn or for the client's windows. Confined to the
 * loop, but for {@link #isWritable} and {@link #size}.
 */
final class Http2SendQueue {
  private final int lowBytes;
  private final int highBytes;
  private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>(4);
  private volatile int size;
  private volatile boolean writable = true;

  Http2SendQueue(HttpLimits limits) {
    lowBytes = limits.writeLowWatermarkBytes();
    highBytes = limits.writeHighWatermarkBytes();
  }

  /** Bytes that wait. */
  int size() {
    return size;
  }

  /** False from above the high watermark until below the low one. */
  boolean isWritable() {
    return writable;
  }

  /** Appends a part, whose reference it takes. */
  void add(ByteBuf part, int length) {
    parts.add(part);
    int all = size + length;
    size = all;
    if (all > highBytes) {
      writable = false;
    }
  }

  /** Removes up to this many bytes, as they lie together; the caller owns the reference. */
  ByteBuf take(int limit) {
    ByteBuf head = parts.element();
    int length = Math.min(head.readableBytes(), limit);
    ByteBuf taken;
    if (length == head.readableBytes()) {
      taken = head;
      parts.remove();
    } else {
      taken = head.readRetainedSlice(length);
    }
    int left = size - length;
    size = left;
    return taken;
  }

  /** Notes that the queue has fallen below its low watermark; true if it was unwritable before. */
  boolean becameWritable() {
    if (!writable && size < lowBytes) {
      writable = true;
      return true;
    }
    return false;
  }

  /** Frees everything; nothing may be added any more. */
  void close() {
    writable = false;
    size = 0;
    for (ByteBuf part : parts) {
      part.release();
    }
    parts.clear();
  }
}
