package app.seventv.core.sockets;

import app.seventv.core.clibrary.CLibrary;
import app.seventv.core.clibrary.Errno;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The system calls on sockets that cost less outside the ring: none of them waits. One instance
 * belongs to one thread.
 */
final class SocketCalls {
  private static final int MSG_DONTWAIT = 0x40;
  private static final int SHUT_WR = 1;

  private static final MethodHandle RECV =
      CLibrary.linkWithErrno(
          "recv",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final MethodHandle SHUTDOWN =
      CLibrary.link(
          "shutdown",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      CLibrary.link("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final Errno errno = new Errno();

  /** Bytes read, 0 at the end of the input, or a negative error number. */
  int receive(int descriptor, long address, int length) {
    try {
      long count =
          (long) RECV.invokeExact(errno.memory(), descriptor, address, (long) length, MSG_DONTWAIT);
      return (int) errno.orError(count);
    } catch (Throwable impossible) {
      throw CLibrary.uncallable("recv", impossible);
    }
  }

  /** Ends the own direction; whether the connection was still there. */
  boolean endOutput(int descriptor) {
    try {
      return (int) SHUTDOWN.invokeExact(descriptor, SHUT_WR) == 0;
    } catch (Throwable impossible) {
      throw CLibrary.uncallable("shutdown", impossible);
    }
  }

  void close(int descriptor) {
    try {
      int ignored = (int) CLOSE.invokeExact(descriptor);
    } catch (Throwable impossible) {
      throw CLibrary.uncallable("close", impossible);
    }
  }
}
