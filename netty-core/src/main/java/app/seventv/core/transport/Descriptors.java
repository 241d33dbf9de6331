package app.seventv.core.transport;

import app.seventv.core.clibrary.CLibrary;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The one system call on descriptors that neither Java nor Netty offers: fcntl(2). */
final class Descriptors {
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int O_NONBLOCK = 0x800;

  private static final MethodHandle FCNTL =
      CLibrary.link(
          "fcntl",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));

  private Descriptors() {}

  /**
   * Sets whether calls on a descriptor wait. systemd hands out blocking ones, on which an epoll
   * loop would stand still.
   */
  static void setNonBlocking(int descriptor, boolean wanted) {
    int flags = fcntl(descriptor, F_GETFL, 0);
    int next = wanted ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    if (flags < 0 || fcntl(descriptor, F_SETFL, next) < 0) {
      throw new IllegalArgumentException("no open descriptor: " + descriptor);
    }
  }

  private static int fcntl(int descriptor, int command, int argument) {
    try {
      return (int) FCNTL.invokeExact(descriptor, command, argument);
    } catch (Throwable impossible) {
      throw CLibrary.uncallable("fcntl", impossible);
    }
  }
}
