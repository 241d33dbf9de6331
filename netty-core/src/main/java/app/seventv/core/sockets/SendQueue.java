package app.seventv.core.sockets;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one client, in order. A socket has one only while several buffers wait, or one
 * that is to be encrypted; its loop keeps a few empty ones for the next.
 */
final class SendQueue {
  private static final int INITIAL_BUFFERS = 4;

  /** Queues that have grown beyond this are not kept. */
  private static final int MAX_KEPT_BUFFERS = 64;

  private @Nullable ByteBuf[] ring = new ByteBuf[INITIAL_BUFFERS];
  private int head;
  private int size;
  private long bytes;
  private boolean gathered;

  /** Buffers at the front that are encrypted. */
  private int sealed;

  /** Whether the send under way gathers several buffers. */
  boolean isGathered() {
    return gathered;
  }

  void gathered(boolean several) {
    gathered = several;
  }

  /** Bytes that the kernel has not taken. */
  long bytes() {
    return bytes;
  }

  /** Number of buffers. */
  int size() {
    return size;
  }

  boolean isWorthKeeping() {
    return ring.length <= MAX_KEPT_BUFFERS;
  }

  /** Adds a buffer that is not empty; takes its reference. */
  void add(ByteBuf buffer) {
    if (size == ring.length) {
      grow();
    }
    ring[(head + size) & (ring.length - 1)] = buffer;
    size++;
    bytes += buffer.readableBytes();
  }

  /** Number of buffers at the front that are encrypted. */
  int sealed() {
    return sealed;
  }

  /** Adds a buffer that is encrypted, as all before it must be. */
  void addSealed(ByteBuf buffer) {
    add(buffer);
    sealed++;
  }

  /**
   * Puts one encrypted buffer before the others.
   *
   * @param plainBuffers number of buffers at the front that are in it as a whole
   * @param plainBytes what it holds of them, or of the first one if none is in it as a whole
   */
  void sealed(int plainBuffers, int plainBytes, ByteBuf buffer) {
    for (int i = 0; i < plainBuffers; i++) {
      remove().release();
    }
    bytes -= plainBytes;
    if (size == ring.length) {
      grow();
    }
    head = (head - 1) & (ring.length - 1);
    ring[head] = buffer;
    size++;
    bytes += buffer.readableBytes();
    sealed++;
  }

  /** Lets go of everything that is not encrypted. */
  void dropPlain() {
    while (size > sealed) {
      size--;
      int last = (head + size) & (ring.length - 1);
      ByteBuf dropped = Objects.requireNonNull(ring[last]);
      ring[last] = null;
      bytes -= dropped.readableBytes();
      dropped.release();
    }
  }

  /** The buffer at a position from 0 to {@link #size}. */
  ByteBuf buffer(int position) {
    return Objects.requireNonNull(ring[(head + position) & (ring.length - 1)]);
  }

  /** The kernel has taken so many bytes from the front. */
  void taken(int count) {
    bytes -= count;
    int left = count;
    while (left > 0) {
      ByteBuf first = buffer(0);
      int length = first.readableBytes();
      if (left < length) {
        first.skipBytes(left);
        return;
      }
      left -= length;
      remove().release();
      sealed = Math.max(0, sealed - 1);
    }
  }

  /** Lets go of everything. */
  void clear() {
    while (size > 0) {
      remove().release();
    }
    bytes = 0;
    sealed = 0;
    gathered = false;
  }

  private void grow() {
    ByteBuf[] larger = Arrays.copyOfRange(ring, head, head + ring.length * 2);
    System.arraycopy(ring, 0, larger, ring.length - head, head);
    ring = larger;
    head = 0;
  }

  private ByteBuf remove() {
    ByteBuf first = buffer(0);
    ring[head] = null;
    head = (head + 1) & (ring.length - 1);
    size--;
    return first;
  }
}
