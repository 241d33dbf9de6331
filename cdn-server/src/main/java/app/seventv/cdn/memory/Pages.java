package app.seventv.cdn.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Pages of the kernel, which Java does not offer by themselves: mmap(2), munmap(2) and madvise(2)
 * of Linux.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class Pages {
  private static final int PROT_READ_WRITE = 0x3;

  /** Private, anonymous, and nothing set aside for it: a page is memory once it is written. */
  private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x4022;

  private static final int MADV_DONTNEED = 4;
  private static final int MADV_NOHUGEPAGE = 15;
  private static final long FAILED = -1;

  private static final Linker LINKER = Linker.nativeLinker();

  private static final MethodHandle MMAP =
      call(
          "mmap",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle MUNMAP =
      call(
          "munmap",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  private static final MethodHandle MADVISE =
      call(
          "madvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  /** Bytes of a page: 4096, or more on some processors. */
  static final int BYTES = pageBytes();

  private Pages() {}

  private static MethodHandle call(String name, FunctionDescriptor types) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), types);
  }

  private static int pageBytes() {
    MethodHandle size = call("getpagesize", FunctionDescriptor.of(ValueLayout.JAVA_INT));
    try {
      return (int) size.invokeExact();
    } catch (Throwable impossible) {
      throw new IllegalStateException("getpagesize cannot be called", impossible);
    }
  }

  /**
   * Addresses without memory behind them, given back when nobody can reach them any more; null if
   * the kernel has none.
   */
  static @Nullable MemorySegment reserve(long bytes) {
    try {
      long address =
          (long)
              MMAP.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
      if (address == FAILED) {
        return null;
      }
      // Or two bytes might cost two megabytes. Fails where there are no such pages at all.
      int ignored = (int) MADVISE.invokeExact(address, bytes, MADV_NOHUGEPAGE);
      return MemorySegment.ofAddress(address)
          .reinterpret(bytes, Arena.ofAuto(), segment -> unmap(segment.address(), bytes));
    } catch (Throwable impossible) {
      throw new IllegalStateException("mmap cannot be called", impossible);
    }
  }

  private static void unmap(long address, long bytes) {
    try {
      int ignored = (int) MUNMAP.invokeExact(address, bytes);
    } catch (Throwable impossible) {
      throw new IllegalStateException("munmap cannot be called", impossible);
    }
  }

  /** Gives the memory of whole pages back; they read as zeros, and may be written again. */
  static void release(long address, long bytes) {
    try {
      // Fails for locked memory only, which stays resident then: so its owner wants it.
      int ignored = (int) MADVISE.invokeExact(address, bytes, MADV_DONTNEED);
    } catch (Throwable impossible) {
      throw new IllegalStateException("madvise cannot be called", impossible);
    }
  }
}
