package app.seventv.core.transport;

import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * How many datagrams a socket asks the kernel for at once: few while it is quiet, more while as
 * many arrive. For io_uring, where Netty 4.2.18 otherwise reads one datagram per turn of the loop
 * however many wait: it takes a completion without {@code IORING_CQE_F_SOCK_NONEMPTY} for an empty
 * socket, and Linux sets that flag for TCP only. See docs/decisions/0014.
 *
 * <p>Each datagram asked for is an operation of its own, and those that find none cost about a
 * microsecond; hence not always the most.
 */
final class DatagramReads extends DefaultMaxMessagesRecvByteBufAllocator {
  /** Room for one datagram; QUIC packets are smaller. */
  static final int DATAGRAM_BYTES = 2_048;

  static final int MIN_DATAGRAMS = 4;
  static final int MAX_DATAGRAMS = 32;

  /** By which it grows when as many have come as were asked for. */
  private static final int GROWTH = 4;

  /** When so small a part has come, half of them will do. */
  private static final int SHRINK_FRACTION = 8;

  @Override
  public RecvByteBufAllocator.ExtendedHandle newHandle() {
    return new Reads();
  }

  private final class Reads extends MaxMessageHandle {
    private int datagrams = MIN_DATAGRAMS;
    private int received;

    @Override
    public int guess() {
      return datagrams * DATAGRAM_BYTES;
    }

    @Override
    public void lastBytesRead(int bytes) {
      super.lastBytesRead(bytes);
      if (bytes > 0) {
        received++;
      }
    }

    @Override
    public void readComplete() {
      super.readComplete();
      if (received >= datagrams) {
        datagrams = Math.min(GROWTH * datagrams, MAX_DATAGRAMS);
      } else if (received <= datagrams / SHRINK_FRACTION) {
        datagrams = Math.max(datagrams / 2, MIN_DATAGRAMS);
      }
      received = 0;
    }
  }
}
