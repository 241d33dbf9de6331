package app.seventv.core.transport;

import app.seventv.core.clibrary.Errno;
import io.netty.channel.Channel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends many datagrams by one system call, without a buffer, a promise and an operation for each.
 * What the kernel has no room for is the caller's to send by the channel, which waits. For the loop
 * of the channel.
 */
public class DatagramOutput {
  /** Most messages of one call. */
  public static final int MAX_MESSAGES = 64;

  /** No room at the moment. */
  public static final int EAGAIN = -Errno.EAGAIN;

  private static final int EBADF = -9;

  /** cmsghdr: 0 length | 8 level | 12 type | 16 bytes of a segment (udp(7), UDP_SEGMENT). */
  private static final int CONTROL_BYTES = 24;

  private static final int CONTROL_LENGTH = 18;
  private static final int CONTROL_LEVEL_OFFSET = 8;
  private static final int CONTROL_TYPE_OFFSET = 12;
  private static final int CONTROL_DATA_OFFSET = 16;
  private static final int SOL_UDP = 17;
  private static final int UDP_SEGMENT = 103;

  private final FileDescriptor descriptor;
  private final DatagramCalls calls = new DatagramCalls();
  private final MemorySegment headers;
  private final MemorySegment vectors;
  private final MemorySegment controls;
  private final MemorySegment names;
  private final List<InetSocketAddress> recipients = new ArrayList<>(MAX_MESSAGES);
  private int count;

  /** Where the name of the last recipient stands, and its length. */
  private long nameAddress;

  private int nameBytes;

  /** For an open socket. */
  protected DatagramOutput(FileDescriptor descriptor) {
    this.descriptor = descriptor;
    Arena arena = Arena.ofAuto(); // lives as long as one of its segments is in reach
    headers = arena.allocate((long) MAX_MESSAGES * DatagramCalls.HEADER_BYTES, Long.BYTES);
    vectors = arena.allocate((long) MAX_MESSAGES * DatagramCalls.VECTOR_BYTES, Long.BYTES);
    controls = arena.allocate((long) MAX_MESSAGES * CONTROL_BYTES, Long.BYTES);
    names = arena.allocate((long) MAX_MESSAGES * SocketNames.ROOM_BYTES, Long.BYTES);
    for (int i = 0; i < MAX_MESSAGES; i++) {
      long control = (long) i * CONTROL_BYTES;
      controls.set(ValueLayout.JAVA_LONG, control, CONTROL_LENGTH);
      controls.set(ValueLayout.JAVA_INT, control + CONTROL_LEVEL_OFFSET, SOL_UDP);
      controls.set(ValueLayout.JAVA_INT, control + CONTROL_TYPE_OFFSET, UDP_SEGMENT);
      long header = (long) i * DatagramCalls.HEADER_BYTES;
      long vector = vectors.address() + (long) i * DatagramCalls.VECTOR_BYTES;
      headers.set(ValueLayout.JAVA_LONG, header + DatagramCalls.VECTOR_OFFSET, vector);
      headers.set(ValueLayout.JAVA_LONG, header + DatagramCalls.VECTOR_COUNT_OFFSET, 1);
    }
  }

  /** For a channel of the system's own sockets (io_uring, epoll), else null. */
  public static @Nullable DatagramOutput of(Channel channel) {
    return channel instanceof UnixChannel unix ? new DatagramOutput(unix.fd()) : null;
  }

  /** Messages added since {@link #clear}. */
  public int count() {
    return count;
  }

  /** Address of a message. */
  public long address(int index) {
    return vectors.get(ValueLayout.JAVA_LONG, (long) index * DatagramCalls.VECTOR_BYTES);
  }

  /** Length of a message. */
  public int length(int index) {
    long vector = (long) index * DatagramCalls.VECTOR_BYTES;
    return (int) vectors.get(ValueLayout.JAVA_LONG, vector + Long.BYTES);
  }

  /** Length of the datagrams that are made of a message, or 0. */
  public int segmentBytes(int index) {
    long header = (long) index * DatagramCalls.HEADER_BYTES;
    boolean cut =
        headers.get(ValueLayout.JAVA_LONG, header + DatagramCalls.CONTROL_LENGTH_OFFSET) > 0;
    long control = (long) index * CONTROL_BYTES + CONTROL_DATA_OFFSET;
    return cut ? Short.toUnsignedInt(controls.get(ValueLayout.JAVA_SHORT, control)) : 0;
  }

  /** Recipient of a message. */
  public InetSocketAddress recipient(int index) {
    return recipients.get(index);
  }

  /** Forgets the messages. */
  public void clear() {
    count = 0;
    recipients.clear();
  }

  /**
   * Adds a message, below {@link #MAX_MESSAGES}.
   *
   * @param address of its bytes, which stay there, and as they are, until it is sent
   * @param segmentBytes length of the datagrams that the kernel makes of it, or 0 for one
   */
  public void add(long address, int length, int segmentBytes, InetSocketAddress to) {
    if (count == 0 || !to.equals(recipients.getLast())) {
      nameBytes = writeName(to);
      nameAddress = names.address() + (long) count * SocketNames.ROOM_BYTES;
    }
    recipients.add(to);
    long vector = (long) count * DatagramCalls.VECTOR_BYTES;
    vectors.set(ValueLayout.JAVA_LONG, vector, address);
    vectors.set(ValueLayout.JAVA_LONG, vector + Long.BYTES, length);
    long control = (long) count * CONTROL_BYTES;
    controls.set(ValueLayout.JAVA_SHORT, control + CONTROL_DATA_OFFSET, (short) segmentBytes);
    long header = (long) count * DatagramCalls.HEADER_BYTES;
    boolean cut = segmentBytes > 0;
    headers.set(ValueLayout.JAVA_LONG, header + DatagramCalls.NAME_OFFSET, nameAddress);
    headers.set(ValueLayout.JAVA_INT, header + DatagramCalls.NAME_LENGTH_OFFSET, nameBytes);
    headers.set(
        ValueLayout.JAVA_LONG,
        header + DatagramCalls.CONTROL_OFFSET,
        cut ? controls.address() + control : 0);
    headers.set(
        ValueLayout.JAVA_LONG,
        header + DatagramCalls.CONTROL_LENGTH_OFFSET,
        cut ? CONTROL_BYTES : 0);
    count++;
  }

  /** An IPv4 address in its own form, which sockets of both families take (udpv6_sendmsg). */
  private int writeName(InetSocketAddress to) {
    DatagramPeer peer = DatagramPeer.of(to);
    long name = (long) count * SocketNames.ROOM_BYTES;
    names.asSlice(name, SocketNames.ROOM_BYTES).fill((byte) 0);
    boolean four = peer.isIpv4();
    names.set(ValueLayout.JAVA_SHORT, name, four ? SocketNames.AF_INET : SocketNames.AF_INET6);
    names.set(SocketNames.PORT, name + SocketNames.PORT_OFFSET, (short) peer.port());
    if (four) {
      names.set(SocketNames.IPV4, name + SocketNames.IPV4_OFFSET, (int) peer.low());
      return SocketNames.IPV4_BYTES;
    }
    names.set(SocketNames.IPV6, name + SocketNames.IPV6_OFFSET, peer.high());
    names.set(SocketNames.IPV6, name + SocketNames.IPV6_OFFSET + Long.BYTES, peer.low());
    names.set(ValueLayout.JAVA_INT, name + SocketNames.IPV6_SCOPE_OFFSET, peer.scope());
    return SocketNames.IPV6_BYTES;
  }

  /**
   * Sends the messages from one on.
   *
   * @return how many the kernel has taken, at least one, or the negative error number with which it
   *     has refused the first
   */
  public int send(int first) {
    if (!descriptor.isOpen()) {
      return EBADF;
    }
    MemorySegment start =
        first == 0 ? headers : headers.asSlice((long) first * DatagramCalls.HEADER_BYTES);
    int sent;
    do {
      sent = calls.send(descriptor.intValue(), start, count - first);
    } while (sent == -Errno.EINTR);
    return sent;
  }
}
