package app.seventv.core.sockets;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;

/** Where the bytes of direct buffers lie. */
final class Addresses {
  private Addresses() {}

  /** Whether the kernel can read the buffer where it lies. */
  static boolean isDirect(ByteBuf buffer) {
    return buffer.isDirect() && (buffer.hasMemoryAddress() || buffer.nioBufferCount() == 1);
  }

  /** Address of the first readable byte. */
  static long of(ByteBuf buffer) {
    return start(buffer) + buffer.readerIndex();
  }

  /** Address of the buffer's first byte. */
  static long start(ByteBuf buffer) {
    if (buffer.hasMemoryAddress()) {
      return buffer.memoryAddress();
    }
    // The NIO buffer may be shared and begin before this one.
    ByteBuffer nio = buffer.internalNioBuffer(0, buffer.capacity());
    return Buffer.memoryAddress(nio) + nio.position();
  }
}
