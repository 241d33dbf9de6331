package app.seventv.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads the datagrams that wait at a socket behind the first, which Netty's channel has read: all
 * by one system call, into memory that stays, without an object for each. For the loop of the
 * channel.
 */
public final class DatagramInput implements AutoCloseable {
  /** Most that one call reads. */
  public static final int MAX_DATAGRAMS = 32;

  /** Room for one datagram; QUIC packets are smaller, and what is longer is cut off. */
  static final int DATAGRAM_BYTES = 2_048;

  private static final int AF_INET = 2;
  private static final int PORT_OFFSET = 2;
  private static final int IPV4_OFFSET = 4;
  private static final int IPV6_OFFSET = 8;
  private static final int IPV6_SCOPE_OFFSET = 24;

  /** Of a {@code sockaddr_in6}, with the next one at a multiple of eight. */
  private static final int NAME_BYTES = 32;

  private static final ValueLayout.OfShort PORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt IPV4 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong IPV6 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final FileDescriptor descriptor;
  private final DatagramCalls calls = new DatagramCalls();
  private final ByteBuf data;
  private final MemorySegment headers;
  private final MemorySegment names;
  private boolean closed;

  private DatagramInput(FileDescriptor descriptor) {
    this.descriptor = descriptor;
    int bytes = MAX_DATAGRAMS * DATAGRAM_BYTES;
    data = Unpooled.directBuffer(bytes, bytes);
    long address = Buffer.memoryAddress(data.internalNioBuffer(0, bytes));
    Arena arena = Arena.ofAuto(); // lives as long as one of its segments is in reach
    headers = arena.allocate((long) MAX_DATAGRAMS * DatagramCalls.HEADER_BYTES, Long.BYTES);
    names = arena.allocate((long) MAX_DATAGRAMS * NAME_BYTES, Long.BYTES);
    MemorySegment vectors =
        arena.allocate((long) MAX_DATAGRAMS * DatagramCalls.VECTOR_BYTES, Long.BYTES);
    for (int i = 0; i < MAX_DATAGRAMS; i++) {
      long vector = (long) i * DatagramCalls.VECTOR_BYTES;
      vectors.set(ValueLayout.JAVA_LONG, vector, address + (long) i * DATAGRAM_BYTES);
      vectors.set(ValueLayout.JAVA_LONG, vector + Long.BYTES, DATAGRAM_BYTES);
      set(i, DatagramCalls.NAME_OFFSET, names.address() + (long) i * NAME_BYTES);
      set(i, DatagramCalls.VECTOR_OFFSET, vectors.address() + vector);
      set(i, DatagramCalls.VECTOR_COUNT_OFFSET, 1);
    }
  }

  /** For a channel of the system's own sockets (io_uring, epoll), else null. */
  public static @Nullable DatagramInput of(Channel channel) {
    return channel instanceof UnixChannel unix ? new DatagramInput(unix.fd()) : null;
  }

  private void set(int index, int offset, long value) {
    headers.set(ValueLayout.JAVA_LONG, (long) index * DatagramCalls.HEADER_BYTES + offset, value);
  }

  /** Reads what waits, and forgets what was read before; returns how many datagrams. */
  public int receive() {
    if (closed || !descriptor.isOpen()) {
      return 0;
    }
    for (int i = 0; i < MAX_DATAGRAMS; i++) {
      long at = (long) i * DatagramCalls.HEADER_BYTES + DatagramCalls.NAME_LENGTH_OFFSET;
      headers.set(ValueLayout.JAVA_INT, at, NAME_BYTES); // the kernel has written over it
    }
    int received = calls.receive(descriptor.intValue(), headers.address(), MAX_DATAGRAMS);
    return Math.max(received, 0); // errors are those of sends (ICMP): Netty's next read tells
  }

  /** A datagram of the last {@link #receive}: a view that the next call moves. */
  public ByteBuf content(int index) {
    int start = index * DATAGRAM_BYTES;
    long at = (long) index * DatagramCalls.HEADER_BYTES + DatagramCalls.DATAGRAM_LENGTH_OFFSET;
    return data.setIndex(start, start + headers.get(ValueLayout.JAVA_INT, at));
  }

  private long name(int index) {
    return (long) index * NAME_BYTES;
  }

  private boolean isIpv4(int index) {
    return names.get(ValueLayout.JAVA_SHORT, name(index)) == AF_INET;
  }

  /** Whether the sender of a datagram has this address and port. */
  public boolean isFrom(int index, DatagramPeer peer) {
    long name = name(index);
    if (Short.toUnsignedInt(names.get(PORT, name + PORT_OFFSET)) != peer.port()) {
      return false;
    }
    if (isIpv4(index)) {
      long mapped = DatagramPeer.mapped(names.get(IPV4, name + IPV4_OFFSET));
      return peer.high() == 0 && peer.low() == mapped;
    }
    return peer.high() == names.get(IPV6, name + IPV6_OFFSET)
        && peer.low() == names.get(IPV6, name + IPV6_OFFSET + Long.BYTES)
        && peer.scope() == names.get(ValueLayout.JAVA_INT, name + IPV6_SCOPE_OFFSET);
  }

  /** Sender of a datagram. */
  public InetSocketAddress sender(int index) {
    long name = name(index);
    int port = Short.toUnsignedInt(names.get(PORT, name + PORT_OFFSET));
    boolean four = isIpv4(index);
    byte[] octets =
        names
            .asSlice(name + (four ? IPV4_OFFSET : IPV6_OFFSET), four ? 4 : 16)
            .toArray(ValueLayout.JAVA_BYTE);
    int scope = four ? 0 : names.get(ValueLayout.JAVA_INT, name + IPV6_SCOPE_OFFSET);
    return DatagramPeer.toJava(octets, scope, port);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      data.release();
    }
  }
}
