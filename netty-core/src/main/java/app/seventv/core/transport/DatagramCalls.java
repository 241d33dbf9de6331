package app.seventv.core.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Many datagrams per system call: recvmmsg(2) and sendmmsg(2), which never wait here. One instance
 * belongs to one thread.
 *
 * <p>Structures as on 64-bit Linux:
 *
 * <pre>
 * mmsghdr: 0 name | 8 namelen | 16 iov | 24 iovlen | 32 control | 40 controllen | 48 flags | 56 len
 * iovec:   0 base | 8 length
 * </pre>
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class DatagramCalls {
  static final int NAME_OFFSET = 0;
  static final int NAME_LENGTH_OFFSET = 8;
  static final int VECTOR_OFFSET = 16;
  static final int VECTOR_COUNT_OFFSET = 24;
  static final int CONTROL_OFFSET = 32;
  static final int CONTROL_LENGTH_OFFSET = 40;
  static final int FLAGS_OFFSET = 48;
  static final int DATAGRAM_LENGTH_OFFSET = 56;
  static final int HEADER_BYTES = 64;
  static final int VECTOR_BYTES = 16;

  static final int EINTR = 4;

  private static final int MSG_DONTWAIT = 0x40;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle RECVMMSG =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("recvmmsg"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG),
          Linker.Option.captureCallState("errno"));
  private static final MethodHandle SENDMMSG =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("sendmmsg"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT),
          Linker.Option.captureCallState("errno"));

  private final MemorySegment state = Arena.ofAuto().allocate(STATE);

  /** Datagrams read into the headers at an address, or a negative error number. */
  int receive(int descriptor, long headers, int count) {
    try {
      int received =
          (int) RECVMMSG.invokeExact(state, descriptor, headers, count, MSG_DONTWAIT, 0L);
      return received >= 0 ? received : -(int) ERRNO.get(state, 0L);
    } catch (Throwable impossible) {
      throw new IllegalStateException("recvmmsg cannot be called", impossible);
    }
  }

  /**
   * Messages sent of those at an address, at least one, or the negative error number of the first.
   */
  int send(int descriptor, long headers, int count) {
    try {
      int sent = (int) SENDMMSG.invokeExact(state, descriptor, headers, count, MSG_DONTWAIT);
      return sent >= 0 ? sent : -(int) ERRNO.get(state, 0L);
    } catch (Throwable impossible) {
      throw new IllegalStateException("sendmmsg cannot be called", impossible);
    }
  }
}
