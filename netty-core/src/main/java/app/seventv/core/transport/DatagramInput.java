package app.seventv.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Reads the datagrams that wait at a socket behind the first, which Netty's channel has read: all
 * by one system call, into memory that stays, without an object for each. For the loop of the
 * channel.
 *
 * <p>The kernel is given bare addresses of memory that is the garbage collector's: it stays while
 * this, a datagram's view, or a call is there.
 */
public final class DatagramInput {
  /** Most that one call reads. */
  public static final int MAX_DATAGRAMS = 32;

  /** Room for one datagram; QUIC packets are smaller, and what is longer is cut off. */
  static final int DATAGRAM_BYTES = 2_048;

  private final FileDescriptor descriptor;
  private final DatagramCalls calls = new DatagramCalls();
  private final ByteBuf data;
  private final MemorySegment headers;
  private final MemorySegment names;

  private DatagramInput(FileDescriptor descriptor) {
    this.descriptor = descriptor;
    Arena arena = Arena.ofAuto(); // lives as long as one of its segments is in reach
    MemorySegment room = arena.allocate((long) MAX_DATAGRAMS * DATAGRAM_BYTES, Long.BYTES);
    data = Unpooled.wrappedBuffer(room.asByteBuffer());
    headers = arena.allocate((long) MAX_DATAGRAMS * DatagramCalls.HEADER_BYTES, Long.BYTES);
    names = arena.allocate((long) MAX_DATAGRAMS * SocketNames.ROOM_BYTES, Long.BYTES);
    MemorySegment vectors =
        arena.allocate((long) MAX_DATAGRAMS * DatagramCalls.VECTOR_BYTES, Long.BYTES);
    for (int i = 0; i < MAX_DATAGRAMS; i++) {
      long vector = (long) i * DatagramCalls.VECTOR_BYTES;
      vectors.set(ValueLayout.JAVA_LONG, vector, room.address() + (long) i * DATAGRAM_BYTES);
      vectors.set(ValueLayout.JAVA_LONG, vector + Long.BYTES, DATAGRAM_BYTES);
      set(i, DatagramCalls.NAME_OFFSET, names.address() + (long) i * SocketNames.ROOM_BYTES);
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
    if (!descriptor.isOpen()) {
      return 0; // its number may be another's already
    }
    for (int i = 0; i < MAX_DATAGRAMS; i++) {
      long at = (long) i * DatagramCalls.HEADER_BYTES + DatagramCalls.NAME_LENGTH_OFFSET;
      headers.set(
          ValueLayout.JAVA_INT, at, SocketNames.ROOM_BYTES); // the kernel has written over it
    }
    int received = calls.receive(descriptor.intValue(), headers, MAX_DATAGRAMS);
    return Math.max(received, 0); // errors are those of sends (ICMP): Netty's next read tells
  }

  /** A datagram of the last {@link #receive}: a view that the next call moves. */
  public ByteBuf content(int index) {
    int start = index * DATAGRAM_BYTES;
    long at = (long) index * DatagramCalls.HEADER_BYTES + DatagramCalls.DATAGRAM_LENGTH_OFFSET;
    return data.setIndex(start, start + headers.get(ValueLayout.JAVA_INT, at));
  }

  private long name(int index) {
    return (long) index * SocketNames.ROOM_BYTES;
  }

  private boolean isIpv4(int index) {
    return names.get(ValueLayout.JAVA_SHORT, name(index)) == SocketNames.AF_INET;
  }

  /** Whether the sender of a datagram has this address and port. */
  public boolean isFrom(int index, DatagramPeer peer) {
    long name = name(index);
    if (Short.toUnsignedInt(names.get(SocketNames.PORT, name + SocketNames.PORT_OFFSET))
        != peer.port()) {
      return false;
    }
    if (isIpv4(index)) {
      long mapped =
          DatagramPeer.mapped(names.get(SocketNames.IPV4, name + SocketNames.IPV4_OFFSET));
      return peer.high() == 0 && peer.low() == mapped;
    }
    return peer.high() == names.get(SocketNames.IPV6, name + SocketNames.IPV6_OFFSET)
        && peer.low() == names.get(SocketNames.IPV6, name + SocketNames.IPV6_OFFSET + Long.BYTES)
        && peer.scope() == names.get(ValueLayout.JAVA_INT, name + SocketNames.IPV6_SCOPE_OFFSET);
  }

  /** Sender of a datagram. */
  public InetSocketAddress sender(int index) {
    long name = name(index);
    int port = Short.toUnsignedInt(names.get(SocketNames.PORT, name + SocketNames.PORT_OFFSET));
    boolean four = isIpv4(index);
    byte[] octets =
        names
            .asSlice(
                name + (four ? SocketNames.IPV4_OFFSET : SocketNames.IPV6_OFFSET), four ? 4 : 16)
            .toArray(ValueLayout.JAVA_BYTE);
    int scope = four ? 0 : names.get(ValueLayout.JAVA_INT, name + SocketNames.IPV6_SCOPE_OFFSET);
    return DatagramPeer.toJava(octets, scope, port);
  }
}
