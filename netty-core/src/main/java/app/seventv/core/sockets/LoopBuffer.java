package app.seventv.core.sockets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** A buffer that all sockets of a loop use in turn. */
final class LoopBuffer {
  private final int bytes;
  private @Nullable ByteBuf buffer;

  LoopBuffer(int bytes) {
    this.bytes = bytes;
  }

  /** The buffer, empty; another one if somebody has kept a slice of the last. */
  ByteBuf get() {
    ByteBuf current = buffer;
    if (current != null && current.refCnt() > 1) {
      current.release();
      current = null;
    }
    if (current == null) {
      buffer = current = PooledByteBufAllocator.DEFAULT.directBuffer(bytes, bytes);
    }
    return current.clear();
  }

  /** Gives the buffer back. */
  void free() {
    if (buffer != null) {
      buffer.release();
      buffer = null;
    }
  }
}
