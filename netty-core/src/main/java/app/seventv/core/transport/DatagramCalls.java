package app.seventv.core.transport;

import app.seventv.core.clibrary.CLibrary;
import app.seventv.core.clibrary.Errno;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

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

  private static final int MSG_DONTWAIT = 0x40;

  private static final MethodHandle RECVMMSG =
      CLibrary.linkWithErrno(
          "recvmmsg",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle SENDMMSG =
      CLibrary.linkWithErrno(
          "sendmmsg",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT));

  private final Errno errno = new Errno();

  /**
   * Datagrams read into some headers, or a negative error number.
   *
   * @param headers whose arena holds all that they point at, and lives until the call is over
   */
  int receive(int descriptor, MemorySegment headers, int count) {
    try {
      int received =
          (int) RECVMMSG.invokeExact(errno.memory(), descriptor, headers, count, MSG_DONTWAIT, 0L);
      return (int) errno.orError(received);
    } catch (Throwable impossible) {
      throw CLibrary.uncallable("recvmmsg", impossible);
    }
  }

  /**
   * Messages sent, at least one, or the negative error number of the first.
   *
   * @param headers whose arena holds all that they point at but the bytes to be sent, which the
   *     caller keeps
   */
  int send(int descriptor, MemorySegment headers, int count) {
    try {
      int sent =
          (int) SENDMMSG.invokeExact(errno.memory(), descriptor, headers, count, MSG_DONTWAIT);
      return (int) errno.orError(sent);
    } catch (Throwable impossible) {
      throw CLibrary.uncallable("sendmmsg", impossible);
    }
  }
}
