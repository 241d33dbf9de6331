package app.seventv.core.sockets;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The system calls on sockets that cost less outside the ring: none of them waits. One instance
 * belongs to one thread.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class SocketCalls {
  static final int EAGAIN = 11;
  static final int EINTR = 4;

  private static final int MSG_DONTWAIT = 0x40;
  private static final int SHUT_WR = 1;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle RECV =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("recv"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT),
          Linker.Option.captureCallState("errno"));
  private static final MethodHandle SHUTDOWN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("shutdown"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("close"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final MemorySegment state = Arena.ofAuto().allocate(STATE);

  /** Bytes read, 0 at the end of the input, or a negative error number. */
  int receive(int descriptor, long address, int length) {
    try {
      long count = (long) RECV.invokeExact(state, descriptor, address, (long) length, MSG_DONTWAIT);
      return count >= 0 ? (int) count : -(int) ERRNO.get(state, 0L);
    } catch (Throwable impossible) {
      throw new IllegalStateException("recv cannot be called", impossible);
    }
  }

  /** Ends the own direction; whether the connection was still there. */
  boolean endOutput(int descriptor) {
    try {
      return (int) SHUTDOWN.invokeExact(descriptor, SHUT_WR) == 0;
    } catch (Throwable impossible) {
      throw new IllegalStateException("shutdown cannot be called", impossible);
    }
  }

  void close(int descriptor) {
    try {
      int ignored = (int) CLOSE.invokeExact(descriptor);
    } catch (Throwable impossible) {
      throw new IllegalStateException("close cannot be called", impossible);
    }
  }
}
