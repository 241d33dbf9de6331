package io.netty.handler.codec.quic;

import app.seventv.core.transport.DatagramOutput;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.unix.Errors;
import java.lang.ref.Reference;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the packets of one connection: many in one buffer, and those of one size in one system call
 * where the kernel can (UDP_SEGMENT). Netty takes a buffer for each and joins them afterwards.
 *
 * <p>A send that fails ends nothing: QUIC repeats what is lost. Where the kernel refuses to cut a
 * burst into packets they are sent again at once, one by one, and so are all later ones.
 */
final class QuichePackets {
  /** Largest buffer for packets: what a kernel takes at once. */
  static final int MAX_PASS_BYTES = 64_000;

  /** Smallest one: an answer and an acknowledgement. */
  private static final int MIN_PASS_PACKETS = 2;

  /** What packet and frame headers add to the bytes of streams, as a fraction. */
  private static final int OVERHEAD_FRACTION = 16;

  /** Packets of one size that a kernel takes at once; Linux allows 64. */
  private static final int MAX_SEGMENTS = 48;

  /** Where packets come from: quiche. */
  interface Source {
    /** Largest packet that the path takes, as far as it is known. */
    int packetBytes();

    /**
     * Puts the next packet at an address, and its recipient where {@link QuicheSocket#sendInfo} is.
     *
     * @return its length; negative if there is none: {@link Quiche#QUICHE_ERR_DONE}, or an error
     */
    int next(long address, int room);

    /** Where a packet for an address of quiche's must go. */
    InetSocketAddress actual(InetSocketAddress recipient);
  }

  private final Source source;
  private final QuicheSocket socket;
  private final SegmentedDatagramPacketAllocator segments;

  /** Whether the path of this connection takes no bursts, whatever the socket does. */
  private boolean pathRefusesBursts;

  /** Where the last packet went; mostly the next one goes there too. */
  private @Nullable InetSocketAddress target;

  private long targetHigh;
  private long targetLow;
  private int targetPort;

  QuichePackets(Source source, QuicheSocket socket, SegmentedDatagramPacketAllocator segments) {
    this.source = source;
    this.socket = socket;
    this.segments = segments;
  }

  private int maxSegments() {
    boolean bursts = segments.maxNumSegments() > 0 && !pathRefusesBursts && !socket.refusesBursts();
    return bursts ? MAX_SEGMENTS : 1;
  }

  /**
   * Writes what quiche has ready; the caller flushes.
   *
   * @param streamBytes given to quiche since the last call: so much is to be expected
   * @return 0, or the negative number with which quiche says that it cannot go on
   */
  int send(ChannelHandlerContext out, int streamBytes) {
    int packetBytes = source.packetBytes();
    DatagramOutput direct = socket.output(out);
    if (direct != null) {
      return sendDirectly(out, direct, packetBytes);
    }
    int room = MIN_PASS_PACKETS * packetBytes + streamBytes + streamBytes / OVERHEAD_FRACTION;
    room = Math.min(room, MAX_PASS_BYTES);
    while (out.channel().isWritable()) {
      int result = pass(out, room, packetBytes);
      if (result <= 0) {
        return result == Quiche.QUICHE_ERR_DONE ? 0 : result;
      }
      room = Math.min(2 * room, MAX_PASS_BYTES);
    }
    return 0;
  }

  private int sendDirectly(ChannelHandlerContext out, DatagramOutput direct, int packetBytes) {
    ByteBuf buffer = socket.sendBuffer();
    long address = Quiche.memoryAddress(buffer, 0, buffer.capacity());
    Sink sink =
        (start, length, size, to) -> {
          direct.add(address + start, length, size, to);
          if (direct.count() == DatagramOutput.MAX_MESSAGES) {
            flush(out, direct, address);
          }
        };
    int result = 1;
    try {
      while (result > 0 && out.channel().isWritable()) {
        result = fill(buffer.capacity(), packetBytes, address, new Burst(sink));
        flush(out, direct, address);
      }
    } finally {
      Reference.reachabilityFence(buffer); // only its address was passed on
    }
    return result == Quiche.QUICHE_ERR_DONE ? 0 : Math.min(result, 0);
  }

  /** Sends what was added, now, but for what the kernel has no room for. */
  private void flush(ChannelHandlerContext out, DatagramOutput direct, long bufferAddress) {
    int next = 0;
    boolean full = false;
    while (next < direct.count()) {
      int sent = full ? DatagramOutput.EAGAIN : direct.send(next);
      if (sent > 0) {
        next += sent;
        continue;
      }
      full = sent == DatagramOutput.EAGAIN; // the channel waits for room, and keeps the order
      int start = (int) (direct.address(next) - bufferAddress);
      int length = direct.length(next);
      int size = direct.segmentBytes(next);
      InetSocketAddress to = direct.recipient(next);
      ByteBuf data =
          out.alloc().directBuffer(length).writeBytes(socket.sendBuffer(), start, length);
      if (full) {
        write(out, data, size, to);
      } else {
        failed(out, data, size, to, Errors.newIOException("sendmmsg", sent));
      }
      next++;
    }
    direct.clear();
  }

  /**
   * Fills one buffer with packets and sends it in as few pieces as it can.
   *
   * @return what quiche has said when it had no packet, or a positive number
   */
  private int pass(ChannelHandlerContext out, int room, int packetBytes) {
    ByteBuf buffer = out.alloc().directBuffer(room, room);
    try {
      long address = Quiche.memoryAddress(buffer, 0, room);
      return fill(
          room,
          packetBytes,
          address,
          new Burst((start, length, size, to) ->
              write(out, buffer.retainedSlice(start, length), size, to)));
    } finally {
      buffer.release();
    }
  }

  private int fill(int room, int packetBytes, long address, Burst burst) {
    int written = 0;
    while (room - written >= packetBytes) {
      int length = source.next(address + written, packetBytes);
      if (length <= 0) {
        burst.end(written);
        return length;
      }
      burst.add(written, length, source.actual(target()));
      written += length;
    }
    burst.end(written);
    return written;
  }

  /**
   * Writes a burst or a packet to the channel.
   *
   * @param size of the packets of a burst, or 0 if it is one packet
   */
  private void write(ChannelHandlerContext out, ByteBuf data, int size, InetSocketAddress to) {
    if (size == 0) {
      socket.write(out, data, to);
    } else {
      out.write(segments.newPacket(data.retain(), size, to))
          .addListener(new SentBurst(this, out, data, size, to));
    }
  }

  /** A send that ended nothing; takes the reference. */
  private void failed(
      ChannelHandlerContext out, ByteBuf data, int size, InetSocketAddress to, Throwable failure) {
    if (size > 0 && QuicheSocket.isBurstRefused(failure)) {
      pathRefusesBursts = true;
      socket.burstRefused(failure);
      // Not within the channel's own loop over its writes.
      out.executor().execute(() -> repeat(out, data, size, to));
    } else {
      data.release();
      socket.sendFailed(failure);
    }
  }

  private void repeat(ChannelHandlerContext out, ByteBuf data, int size, InetSocketAddress to) {
    for (int at = 0; at < data.readableBytes(); at += size) {
      int length = Math.min(size, data.readableBytes() - at);
      socket.write(out, data.retainedSlice(at, length), to);
    }
    data.release();
    out.flush();
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

  /** Where bursts go. */
  private interface Sink {
    /**
     * Takes packets that lie one behind the other.
     *
     * @param size of each but the last, which may be shorter; 0 if there is only one
     */
    void take(int start, int length, int size, InetSocketAddress to);
  }

  /** Packets of one size, of which the last may be shorter, to one address. */
  private final class Burst {
    private final Sink sink;
    private final int maxPackets = maxSegments();
    private int start;
    private int size;
    private int count;
    private boolean complete;
    private @Nullable InetSocketAddress to;

    Burst(Sink sink) {
      this.sink = sink;
    }

    void add(int index, int length, InetSocketAddress recipient) {
      if (count > 0
          && (complete || length > size || count == maxPackets || !recipient.equals(to))) {
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
      if (count > 0 && recipient != null) {
        sink.take(start, index - start, count == 1 ? 0 : size, recipient);
        count = 0;
      }
    }
  }

  /** Keeps the packets of a burst until the kernel has taken them. */
  private record SentBurst(
      QuichePackets packets,
      ChannelHandlerContext out,
      ByteBuf data,
      int size,
      InetSocketAddress recipient)
      implements ChannelFutureListener {
    @Override
    public void operationComplete(ChannelFuture sent) {
      Throwable failure = sent.cause();
      if (failure == null) {
        data.release();
      } else {
        packets.failed(out, data, size, recipient, failure);
      }
    }
  }
}
