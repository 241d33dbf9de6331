package app.seventv.core.sockets;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory for the {@code msghdr} and {@code iovec}s of sends that gather several buffers. The kernel
 * copies them when a request is submitted; as the entries are used in turn and there are as many as
 * the submission queue has, the oldest one has always been submitted when it is used again.
 *
 * <pre>
 * msghdr: 0 name | 8 namelen | 16 iov | 24 iovlen | 32 control | 40 controllen | 48 flags
 * iovec:  0 base | 8 length
 * </pre>
 *
 * sendmsg(2), 64-bit Linux.
 */
final class MessageHeaders {
  /** Buffers that one send gathers. */
  static final int MAX_BUFFERS = 8;

  private static final int IOV_OFFSET = 16;
  private static final int IOV_COUNT_OFFSET = 24;
  private static final int HEADER_BYTES = 56;
  private static final int IOVEC_BYTES = 16;
  private static final int ENTRY_BYTES = 192;
  private static final int CACHE_LINE_BYTES = 64;

  private final MemorySegment memory;
  private final int entries;
  private int next;

  /**
   * @param entries size of the submission queue
   */
  MessageHeaders(int entries) {
    this.entries = entries;
    this.memory = Arena.ofAuto().allocate((long) entries * ENTRY_BYTES, CACHE_LINE_BYTES);
  }

  /** Writes the header for the first buffers of a queue and returns its address. */
  long gather(SendQueue queue, int buffers) {
    long entry = (long) next * ENTRY_BYTES;
    next = (next + 1) % entries;
    long vector = entry + HEADER_BYTES;
    memory.set(ValueLayout.JAVA_LONG, entry + IOV_OFFSET, memory.address() + vector);
    memory.set(ValueLayout.JAVA_LONG, entry + IOV_COUNT_OFFSET, buffers);
    for (int i = 0; i < buffers; i++) {
      var buffer = queue.buffer(i);
      memory.set(ValueLayout.JAVA_LONG, vector, Addresses.of(buffer));
      memory.set(ValueLayout.JAVA_LONG, vector + Long.BYTES, buffer.readableBytes());
      vector += IOVEC_BYTES;
    }
    return memory.address() + entry;
  }
}
