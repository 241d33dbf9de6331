package io.netty.handler.codec.quic;

import app.seventv.core.transport.DatagramInput;
import app.seventv.core.transport.DatagramPeer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DatagramPacket;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one QUIC connection without a channel, a pipeline and promises for each, and its
 * packets without a buffer for each. Netty's {@link QuicChannel} stays in charge of the handshake,
 * of connection ids, new paths, timers and the end; it must not read ({@code AUTO_READ} off), so
 * that it makes no channels for streams. What quiche offers is package-private in Netty; hence this
 * class in its package. See docs/decisions/0014.
 *
 * <p>Confined to the channel's loop. Every method may be called after the connection has ended, or
 * after its socket was closed, which is the same here: then there is nothing to read, and what is
 * sent is refused. quiche is not called any more, whose connection may have been freed.
 */
public final class QuicheStreams {
  /** Nothing to be had, or no room, for the time being. */
  public static final int DONE = Quiche.QUICHE_ERR_DONE;

  /** The connection has ended. */
  public static final int CLOSED = Integer.MIN_VALUE;

  /**
   * Nothing can be sent any more, not even a CONNECTION_CLOSE: the client has taken back the
   * connection id that its path has with us (RFC 9000 §19.16), and quiche has forgotten the id
   * before it found that this is forbidden.
   */
  public static final int ID_RETIRED = Quiche.QUICHE_ERR_INVALID_STATE;

  private static final long NS_PER_MS = 1_000_000;
  private static final long MAX_TIMEOUT_MS = 3_600_000;
  private static final int LONG_HEADER = 0x80;
  private static final int BATCH_IDS = 16;

  private final QuicheQuicChannel channel;
  private final QuicheQuicConnection connection;
  private final QuicheSocket socket;
  private final QuichePackets packets;

  private final QuichePeer peer = new QuichePeer();
  private final long[] batch = new long[BATCH_IDS];
  private long[] ids = new long[BATCH_IDS];
  private boolean idsWanted;

  /** Bytes given to quiche since packets were last sent, and ever. */
  private int given;

  private long writtenBytes;

  /**
   * @param quic connection whose handshake is complete
   * @param socket of its datagram channel
   * @param segments how packets of one size leave together
   */
  public QuicheStreams(
      QuicChannel quic, QuicheSocket socket, SegmentedDatagramPacketAllocator segments) {
    this.channel = (QuicheQuicChannel) quic;
    this.socket = socket;
    QuicheQuicSslEngine engine =
        (QuicheQuicSslEngine) Objects.requireNonNull(channel.sslEngine(), "no handshake yet");
    this.connection = engine.connection;
    this.packets = new QuichePackets(new Packets(), socket, segments);
  }

  /** Whether a handshake over QUIC went on from an earlier session. */
  public static boolean isResumed(SSLEngine engine) {
    return engine instanceof QuicheQuicSslEngine quiche && quiche.isSessionReused();
  }

  /** Whether the connection has ended, by itself or together with its socket. */
  public boolean isClosed() {
    return connection.isFreed() || socket.isClosed();
  }

  /** Connection ids under which the client may send to us now. */
  public Collection<ByteBuffer> sourceIds() {
    return channel.sourceConnectionIds();
  }

  // Reading.

  /**
   * Takes a datagram, unless it is a case for Netty's channel: the handshake, a client that has
   * moved, or connection ids to replace.
   *
   * @param id names the connection id that it was sent to
   * @return whether it was taken; if not, Netty is to get it as {@link #forNetty} has it
   */
  public boolean receive(DatagramPacket packet, long id) {
    InetSocketAddress sender = packet.sender();
    ByteBuf data = packet.content();
    peer.update((InetSocketAddress) channel.remoteSocketAddress());
    if (data.isDirect() && !data.isReadOnly() && isForStreams(data)) {
      if (peer.isHere(sender)) {
        peer.used(id);
        receive(data, packet.recipient());
        return true;
      }
      if (peer.isOtherPort(sender, id)) {
        receiveFromOtherPort(data, sender, packet.recipient());
        return true;
      }
    }
    idsWanted = false;
    return false;
  }

  /** Who sends what quiche can open is the client, wherever it is. */
  private void receiveFromOtherPort(
      ByteBuf data, InetSocketAddress sender, InetSocketAddress local) {
    long before = packetsReceived();
    receive(data, local);
    if (packetsReceived() > before) {
      peer.moved(sender, System.nanoTime());
    }
  }

  /** Packets that quiche could open, ever. */
  private long packetsReceived() {
    long[] statistics = isClosed() ? null : Quiche.quiche_conn_stats(connection.address());
    return statistics == null ? 0 : statistics[0];
  }

  /** A datagram that was not taken, from where Netty and quiche believe the client to be. */
  public DatagramPacket forNetty(DatagramPacket packet) {
    return peer.isRebound() && peer.isHere(packet.sender())
        ? new DatagramPacket(packet.content(), packet.recipient(), peer.known())
        : packet;
  }

  /**
   * Where Netty's packets for the client go astray, because a NAT has given it another port, or
   * null.
   */
  public @Nullable InetSocketAddress leftAddress() {
    return peer.isRebound() ? peer.known() : null;
  }

  /** Where a packet of Netty's must go. */
  public InetSocketAddress actual(InetSocketAddress recipient) {
    return peer.actual(recipient);
  }

  /**
   * Takes a datagram from where the kernel has put it; as {@link #receive(DatagramPacket, long)}.
   *
   * @param local address of our socket
   */
  public boolean receive(DatagramInput input, int index, InetSocketAddress local, long id) {
    ByteBuf data = input.content(index);
    peer.update((InetSocketAddress) channel.remoteSocketAddress());
    DatagramPeer here = peer.numbers();
    if (!isForStreams(data) || here == null || !input.isFrom(index, here)) {
      return false;
    }
    peer.used(id);
    receive(data, local);
    return true;
  }

  /** Whether it is no case for Netty's channel; of the sender that has to be known besides. */
  private boolean isForStreams(ByteBuf data) {
    return !idsWanted
        && !isClosed()
        && data.isReadable()
        && (data.getByte(data.readerIndex()) & LONG_HEADER) == 0;
  }

  /** quiche ends the connection by itself if what it finds inside is wrong. */
  private void receive(ByteBuf data, InetSocketAddress to) {
    try {
      Quiche.quiche_conn_recv(
          connection.address(),
          Quiche.readerMemoryAddress(data),
          data.readableBytes(),
          socket.receiveInfo(peer.known(), to));
    } finally {
      Reference.reachabilityFence(socket);
    }
  }

  /** Looks which streams have something to read; returns how many, for {@link #id}. */
  public int readable() {
    return isClosed() ? 0 : take(Quiche.quiche_conn_readable(connection.address()));
  }

  /** Looks which streams can send or were stopped, the most urgent first; see {@link #id}. */
  public int writable() {
    return isClosed() ? 0 : take(Quiche.quiche_conn_writable(connection.address()));
  }

  private int take(long iterator) {
    int count = 0;
    if (iterator != -1) {
      try {
        int read;
        do {
          read = Quiche.quiche_stream_iter_next(iterator, batch);
          if (count + read > ids.length) {
            ids = Arrays.copyOf(ids, 2 * ids.length + read);
          }
          System.arraycopy(batch, 0, ids, count, read);
          count += read;
        } while (read == batch.length);
      } finally {
        Quiche.quiche_stream_iter_free(iterator);
      }
    }
    return count;
  }

  /** One of the ids that the last look has found. */
  public long id(int index) {
    return ids[index];
  }

  /**
   * Reads from a stream. What was read stands in the buffer of {@link #data} until the next read.
   *
   * @return number of bytes, {@link #DONE}, or another negative number if the client has reset the
   *     stream
   */
  public int read(long id) {
    if (isClosed()) {
      return CLOSED;
    }
    ByteBuf into = socket.read();
    int length;
    try {
      length =
          Quiche.quiche_conn_stream_recv(
              connection.address(),
              id,
              socket.readAddress(),
              into.capacity(),
              socket.finAddress(),
              socket.errorCodeAddress());
    } finally {
      Reference.reachabilityFence(socket);
    }
    into.setIndex(0, Math.max(length, 0));
    return length;
  }

  /** What the last read brought. */
  public ByteBuf data() {
    return socket.read();
  }

  /** Whether the last read has come to the end of the stream. */
  public boolean isEnd() {
    return socket.fin();
  }

  // Writing.

  /**
   * Gives quiche a part of a stream, as much as the client's windows and the network allow.
   *
   * @param data in one piece outside the heap; read from, but its indexes stay
   * @param last whether the stream ends behind it
   * @return bytes taken, {@link #DONE} if none, or another negative number if the client does not
   *     want more
   */
  public int write(long id, ByteBuf data, boolean last) {
    if (isClosed()) {
      return CLOSED;
    }
    int length = data.readableBytes();
    long address = 0;
    if (length > 0) {
      address =
          data.hasMemoryAddress()
              ? data.memoryAddress() + data.readerIndex()
              : Quiche.memoryAddressWithPosition(data.nioBuffer());
    }
    int taken = Quiche.quiche_conn_stream_send(connection.address(), id, address, length, last);
    if (taken > 0) {
      given += taken;
      writtenBytes += taken;
    }
    return taken;
  }

  /** Bytes that quiche has taken from {@link #write}, of all streams. */
  public long writtenBytes() {
    return writtenBytes;
  }

  /** Bytes that a stream would take; negative if its client has asked to stop. */
  public long capacity(long id) {
    return isClosed() ? CLOSED : Quiche.quiche_conn_stream_capacity(connection.address(), id);
  }

  /** Orders the stream among those that wait (RFC 9218). */
  public void priority(long id, int urgency, boolean incremental) {
    if (!isClosed()) {
      Quiche.quiche_conn_stream_priority(connection.address(), id, (byte) urgency, incremental);
    }
  }

  /** Asks the client to send no more. */
  public void stop(long id, int code) {
    shutdown(id, Quiche.QUICHE_SHUTDOWN_READ, code);
  }

  /** Takes back what was not sent and tells the client so. */
  public void reset(long id, int code) {
    shutdown(id, Quiche.QUICHE_SHUTDOWN_WRITE, code);
  }

  private void shutdown(long id, int direction, int code) {
    if (!isClosed()) {
      Quiche.quiche_conn_stream_shutdown(connection.address(), id, direction, code);
    }
  }

  // Packets.

  /**
   * Sends the packets that quiche has ready and, if the connection has ended, closes the channel.
   * What is written must be flushed by the caller, who then asks for {@link #timeoutMs}.
   *
   * @param out next to the datagram channel
   * @return 0, or a negative number if quiche cannot go on: then the connection is to be closed
   */
  public int send(ChannelHandlerContext out) {
    if (isClosed()) {
      return 0;
    }
    int result = packets.send(out, given);
    given = 0;
    if (!channel.freeIfClosed() && Quiche.quiche_conn_scids_left(connection.address()) > 0) {
      idsWanted = true; // Netty makes new ones when it receives a datagram
    }
    return result;
  }

  /**
   * Time until {@link #timedOut} must be called, in milliseconds; negative for never. Netty's timer
   * goes on beside it and does no harm: quiche looks at the clock itself.
   */
  public long timeoutMs() {
    if (isClosed()) {
      return -1;
    }
    long delayNs = Quiche.quiche_conn_timeout_as_nanos(connection.address());
    // Rounded up: nothing is done before its time.
    return delayNs < 0 ? -1 : Math.min(delayNs / NS_PER_MS, MAX_TIMEOUT_MS) + 1;
  }

  /** Repeats what was lost, or ends a connection whose client is gone; then {@link #send}. */
  public void timedOut() {
    if (!isClosed()) {
      Quiche.quiche_conn_on_timeout(connection.address());
    }
  }

  private final class Packets implements QuichePackets.Source {
    @Override
    public InetSocketAddress actual(InetSocketAddress recipient) {
      return peer.actual(recipient);
    }

    @Override
    public int packetBytes() {
      return Quiche.quiche_conn_max_send_udp_payload_size(connection.address());
    }

    /**
     * What is written between two packets may free the connection: when the channel has become
     * writable again, Netty's codec closes those of its connections that have ended.
     */
    @Override
    public int next(long address, int room) {
      if (isClosed()) {
        return DONE;
      }
      try {
        return Quiche.quiche_conn_send(
            connection.address(), address, room, socket.sendInfoAddress());
      } finally {
        Reference.reachabilityFence(socket);
      }
    }
  }
}
