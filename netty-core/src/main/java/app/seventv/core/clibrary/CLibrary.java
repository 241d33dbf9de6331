package app.seventv.core.clibrary;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Links functions of the C library. Handles are for {@code static final} fields, where the
 * optimising compiler turns a call into the jump itself.
 *
 * <p>A segment that is an argument stays until the function returns. Memory of which the function
 * gets a bare address is the caller's to keep ({@link java.lang.ref.Reference#reachabilityFence}).
 */
@SuppressWarnings("restricted") // native access is what this class is for
public final class CLibrary {
  private static final Linker LINKER = Linker.nativeLinker();

  private CLibrary() {}

  /**
   * A function whose error number nobody wants.
   *
   * @throws java.util.NoSuchElementException if there is none of that name
   */
  public static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
    MemorySegment function = LINKER.defaultLookup().findOrThrow(name);
    return LINKER.downcallHandle(function, type, options);
  }

  /**
   * A function that tells by {@code errno} why it has failed. The handle's first parameter is
   * {@link Errno#memory()}, before those of the function.
   *
   * @throws java.util.NoSuchElementException if there is none of that name
   */
  public static MethodHandle linkWithErrno(String name, FunctionDescriptor type) {
    return link(name, type, Linker.Option.captureCallState(Errno.NAME));
  }

  /**
   * What to throw when a handle's call has thrown, which says that it was given other types than it
   * was linked with.
   */
  public static IllegalStateException uncallable(String name, Throwable cause) {
    return new IllegalStateException(name + " cannot be called", cause);
  }
}
