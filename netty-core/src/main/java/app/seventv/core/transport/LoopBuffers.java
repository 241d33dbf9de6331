package app.seventv.core.transport;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledUnsafeDirectByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Gives a loop the buffer that it has freed last: its memory is in the processor's cache still.
 * Netty's allocators hand theirs out in turn, so that every record of TLS is written to memory that
 * has long left the cache, and read from there again.
 *
 * <p>There are two sizes, for what a connection sends: heads and batches of small frames, and
 * records of TLS. Everything else, and what is more than a loop keeps, is {@link
 * ByteBufAllocator#DEFAULT}'s.
 */
public final class LoopBuffers extends AbstractByteBufAllocator {
  /** The one of this process. */
  public static final LoopBuffers INSTANCE = new LoopBuffers();

  /** Less is quicker to have of an allocator than it is worth. */
  private static final int MIN_BYTES = 129;

  /** A head with all its fields and a small body; a batch of frames to begin with. */
  public static final int SMALL_BYTES = 5 << 10;

  /** A record of TLS, 2^14 bytes and what protects them (RFC 8446 §5.2); a full batch. */
  public static final int LARGE_BYTES = 20 << 10;

  /** Of each size, for each loop: more do not stay in the cache anyway. */
  private static final int MAX_KEPT = 64;

  private static final LongAdder KEPT_BYTES = new LongAdder();

  private static final FastThreadLocal<Stacks> OF_LOOP =
      new FastThreadLocal<>() {
        @Override
        protected Stacks initialValue() {
          return new Stacks();
        }

        @Override
        protected void onRemoval(Stacks stacks) {
          stacks.small.close();
          stacks.large.close();
        }
      };

  private LoopBuffers() {
    super(true);
  }

  /** Bytes that the loops keep or have given out. */
  public static long bytes() {
    return KEPT_BYTES.sum();
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return DEFAULT.heapBuffer(initialCapacity, maxCapacity);
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    if (initialCapacity >= MIN_BYTES
        && initialCapacity <= LARGE_BYTES
        && PlatformDependent.hasUnsafe()
        && Thread.currentThread() instanceof FastThreadLocalThread) {
      Stacks stacks = OF_LOOP.get();
      Stack stack = initialCapacity <= SMALL_BYTES ? stacks.small : stacks.large;
      Kept kept = stack.pop(initialCapacity, maxCapacity);
      if (kept != null) {
        return toLeakAwareBuffer(kept);
      }
    }
    return DEFAULT.directBuffer(initialCapacity, maxCapacity);
  }

  @Override
  public boolean isDirectBufferPooled() {
    return true;
  }

  private static final class Stacks {
    final Stack small = new Stack(SMALL_BYTES);
    final Stack large = new Stack(LARGE_BYTES);
  }

  /** The free buffers of one size of one loop. */
  private static final class Stack {
    private final Thread owner = Thread.currentThread();
    private final int size;
    private final @Nullable Kept[] free = new Kept[MAX_KEPT];
    private int count;
    private final AtomicInteger made = new AtomicInteger(); // others may free what they have
    private boolean closed;

    Stack(int size) {
      this.size = size;
    }

    @Nullable Kept pop(int initialCapacity, int maxCapacity) {
      if (maxCapacity < initialCapacity) {
        return null;
      }
      if (count > 0) {
        Kept last = free[--count];
        free[count] = null;
        if (last != null) {
          last.begin(initialCapacity, maxCapacity);
        }
        return last;
      }
      if (made.get() >= MAX_KEPT) {
        return null;
      }
      made.incrementAndGet();
      KEPT_BYTES.add(size);
      Kept fresh = new Kept(this, Math.max(size, maxCapacity));
      fresh.begin(initialCapacity, maxCapacity);
      return fresh;
    }

    /** Takes a buffer back; false if it is to be freed. */
    boolean push(Kept buffer) {
      if (closed || Thread.currentThread() != owner) {
        return false;
      }
      free[count++] = buffer;
      return true;
    }

    /** The loop has ended. */
    void close() {
      closed = true;
      while (count > 0) {
        Kept last = free[--count];
        free[count] = null;
        if (last != null) {
          last.free();
        }
      }
    }
  }

  /** A buffer that its loop gets back. It may have more room than it shows. */
  private static final class Kept extends UnpooledUnsafeDirectByteBuf {
    private final Stack stack;
    private int shown;

    Kept(Stack stack, int maxCapacity) {
      super(INSTANCE, stack.size, maxCapacity);
      this.stack = stack;
      this.shown = stack.size;
    }

    void begin(int initialCapacity, int maxCapacity) {
      maxCapacity(maxCapacity);
      shown = initialCapacity;
      setIndex(0, 0);
      markReaderIndex();
      markWriterIndex();
      resetRefCnt();
    }

    @Override
    public int capacity() {
      return shown;
    }

    @Override
    public ByteBuf capacity(int newCapacity) {
      checkNewCapacity(newCapacity);
      if (newCapacity > super.capacity()) {
        super.capacity(newCapacity);
      } else if (newCapacity < shown) {
        trimIndicesToCapacity(newCapacity);
      }
      shown = newCapacity;
      return this;
    }

    @Override
    protected void deallocate() {
      if (super.capacity() != stack.size || !stack.push(this)) {
        free();
      }
    }

    void free() {
      KEPT_BYTES.add(-stack.size);
      stack.made.decrementAndGet();
      super.deallocate();
    }
  }
}
