package io.netty.handler.codec.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DatagramPacket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the packets of one connection: many in one buffer, and those of one size in one system call
 * where the kernel can (UDP_SEGMENT). Netty takes a buffer for each and joins them afterwards.
 */
final class QuichePackets {
  /** Largest buffer for packets: what a kernel takes at once. */
  private static final int MAX_PASS_BYTES = 64_000;

  /** Smallest one: an answer and an acknowledgement. */
  private static final int MIN_PASS_PACKETS = 2;

  /** What packet and frame headers add to the bytes of streams, as a fraction. */
  private static final int OVERHEAD_FRACTION = 16;

  /** Packets of one size that a kernel takes at once; Linux allows 64. */
  private static final int MAX_SEGMENTS = 48;

  private final QuicheQuicConnection connection;
  private final QuicheSocket socket;
  private final SegmentedDatagramPacketAllocator segments;
  private final int maxSegments;

  /** Where the last packet went; mostly the next one goes there too. */
  private @Nullable InetSocketAddress target;

  private long targetHigh;
  private long targetLow;
  private int targetPort;

  QuichePackets(
      QuicheQuicConnection connection,
      QuicheSocket socket,
      SegmentedDatagramPacketAllocator segments) {
    this.connection = connection;
    this.socket = socket;
    this.segments = segments;
    this.maxSegments = segments.maxNumSegments() > 0 ? MAX_SEGMENTS : 1;
  }

  /**
   * Writes what quiche has ready; the caller flushes.
   *
   * @param streamBytes given to quiche since the last call: so much is to be expected
   */
  void send(ChannelHandlerContext out, int streamBytes) {
    int packetBytes = Quiche.quiche_conn_max_send_udp_payload_size(connection.address());
    int room = MIN_PASS_PACKETS * packetBytes + streamBytes + streamBytes / OVERHEAD_FRACTION;
    room = Math.min(room, MAX_PASS_BYTES);
    while (out.channel().isWritable() && pass(out, room, packetBytes)) {
      room = Math.min(2 * room, MAX_PASS_BYTES);
    }
  }

  /** Fills one buffer with packets and sends it in as few pieces as it can; false at the end. */
  private boolean pass(ChannelHandlerContext out, int room, int packetBytes) {
    ByteBuf buffer = out.alloc().directBuffer(room, room);
    try {
      long address = Quiche.memoryAddress(buffer, 0, room);
      Burst burst = new Burst(out, buffer);
      int written = 0;
      while (room - written >= packetBytes) {
        int length =
            Quiche.quiche_conn_send(
                connection.address(), address + written, packetBytes, socket.sendInfoAddress());
        if (length <= 0) {
          burst.end(written);
          return false;
        }
        burst.add(written, length, target());
        written += length;
      }
      burst.end(written);
      return true;
    } finally {
      buffer.release();
    }
  }

  /** The address that quiche has chosen for a packet: another one while a path is tried. */
  private InetSocketAddress target() {
    ByteBuffer info = socket.sendInfo();
    int at = Quiche.QUICHE_SEND_INFO_OFFSETOF_TO;
    boolean four =
        info.getInt(Quiche.QUICHE_SEND_INFO_OFFSETOF_TO_LEN) == Quiche.SIZEOF_SOCKADDR_IN;
    int octetsAt =
        at
            + (four
                ? Quiche.SOCKADDR_IN_OFFSETOF_SIN_ADDR + Quiche.IN_ADDRESS_OFFSETOF_S_ADDR
                : Quiche.SOCKADDR_IN6_OFFSETOF_SIN6_ADDR + Quiche.IN6_ADDRESS_OFFSETOF_S6_ADDR);
    int portAt =
        at + (four ? Quiche.SOCKADDR_IN_OFFSETOF_SIN_PORT : Quiche.SOCKADDR_IN6_OFFSETOF_SIN6_PORT);
    long high = four ? info.getInt(octetsAt) : info.getLong(octetsAt);
    long low = four ? 0 : info.getLong(octetsAt + Long.BYTES);
    int port = info.getShort(portAt) & 0xFFFF; // Netty keeps the host's order, there and back
    InetSocketAddress same = target;
    if (same != null && port == targetPort && high == targetHigh && low == targetLow) {
      return same;
    }
    byte[] octets = new byte[four ? 4 : 16];
    info.get(octetsAt, octets);
    int scope = four ? 0 : info.getInt(at + Quiche.SOCKADDR_IN6_OFFSETOF_SIN6_SCOPE_ID);
    try {
      InetAddress address =
          four || scope == 0
              ? InetAddress.getByAddress(octets)
              : Inet6Address.getByAddress(null, octets, scope);
      InetSocketAddress changed = new InetSocketAddress(address, port);
      target = changed;
      targetHigh = high;
      targetLow = low;
      targetPort = port;
      return changed;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 octets", e);
    }
  }

  /** Packets of one size, of which the last may be shorter, to one address. */
  private final class Burst {
    private final ChannelHandlerContext out;
    private final ByteBuf buffer;
    private int start;
    private int size;
    private int count;
    private boolean complete;
    private @Nullable InetSocketAddress to;

    Burst(ChannelHandlerContext out, ByteBuf buffer) {
      this.out = out;
      this.buffer = buffer;
    }

    void add(int index, int length, InetSocketAddress recipient) {
      if (count > 0
          && (complete || length > size || count == maxSegments || !recipient.equals(to))) {
        end(index);
      }
      if (count == 0) {
        start = index;
        size = length;
        to = recipient;
        complete = false;
      }
      complete |= length < size;
      count++;
    }

    void end(int index) {
      InetSocketAddress recipient = to;
      if (count == 0 || recipient == null) {
        return;
      }
      ByteBuf data = buffer.retainedSlice(start, index - start);
      out.write(
          count == 1
              ? new DatagramPacket(data, recipient)
              : segments.newPacket(data, size, recipient));
      count = 0;
    }
  }
}
