package app.seventv.core.clibrary;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The error number (errno(3)) of the last call that was given this memory. One instance belongs to
 * one thread.
 */
public final class Errno {
  /** A signal came first: the call is to be made again. */
  public static final int EINTR = 4;

  /** Nothing to be had, or no room, at the moment. */
  public static final int EAGAIN = 11;

  static final String NAME = "errno";

  private static final MemoryLayout LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle VALUE =
      LAYOUT.varHandle(MemoryLayout.PathElement.groupElement(NAME));

  private final MemorySegment memory = Arena.ofAuto().allocate(LAYOUT);

  /** First argument of handles that {@link CLibrary#linkWithErrno} has made. */
  public MemorySegment memory() {
    return memory;
  }

  /** What such a call has given, or the negative error number if it has given less than 0. */
  public long orError(long result) {
    return result >= 0 ? result : -(int) VALUE.get(memory, 0L);
  }
}
