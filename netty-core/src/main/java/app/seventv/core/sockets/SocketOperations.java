package app.seventv.core.sockets;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoOps;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a page asks of the kernel. Sockets are told apart by the index in the user data: Netty keeps
 * what fits 16 bits in the operation itself; anything longer would cost 21 bytes and a hash table
 * per pending operation.
 */
final class SocketOperations {
  // include/uapi/linux/io_uring.h
  static final byte POLL_ADD = 6;
  static final byte SENDMSG = 9;
  static final byte SEND = 26;
  private static final byte ASYNC_CANCEL = 14;
  private static final int POLL_ADD_MULTI = 1;
  private static final int CQE_F_MORE = 2;

  static final int POLLERR = 0x8;
  static final int POLLHUP = 0x10;
  static final int POLLRDHUP = 0x2000;
  private static final int POLLIN = 0x1;
  private static final int MSG_NOSIGNAL = 0x4000;

  private @Nullable IoRegistration registration;

  /** What Netty puts before opcode and index in the user data of these operations. */
  private long ids;

  void start(IoRegistration registered) {
    registration = registered;
  }

  /** Whether an operation goes on after a completion with these flags. */
  static boolean goesOn(int flags) {
    return (flags & CQE_F_MORE) != 0;
  }

  /** Tells of all that arrives, and of the client's end, until it is cancelled. */
  void poll(int index, int descriptor) {
    long id = submit(index, POLL_ADD, descriptor, 0, POLL_ADD_MULTI, POLLIN | POLLRDHUP);
    ids = id & ~0xFFFFFFL;
  }

  /** Sends a buffer from where it lies. */
  void send(int index, int descriptor, ByteBuf bytes) {
    submit(index, SEND, descriptor, Addresses.of(bytes), bytes.readableBytes(), MSG_NOSIGNAL);
  }

  /** Sends the buffers that a header names. */
  void sendGathered(int index, int descriptor, long header) {
    submit(index, SENDMSG, descriptor, header, 1, MSG_NOSIGNAL);
  }

  /** Cancels an operation, whose own completion tells of its end. */
  void cancel(int index, byte opcode) {
    submit(index, ASYNC_CANCEL, -1, ids | opcode << Short.SIZE | index, 0, 0);
  }

  private long submit(
      int index, byte opcode, int descriptor, long address, int length, int opcodeFlags) {
    return Objects.requireNonNull(registration)
        .submit(
            new IoUringIoOps(
                opcode,
                (byte) 0,
                (short) 0,
                descriptor,
                0L,
                address,
                length,
                opcodeFlags,
                (long) index,
                (short) 0,
                (short) 0,
                0,
                0L));
  }
}
