package io.netty.handler.codec.quic;

import app.seventv.core.transport.DatagramInput;
import app.seventv.core.transport.DatagramOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors.NativeIoException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * Memory that the connections of one datagram socket share while they talk to quiche: where it puts
 * what it reads, and the addresses of the datagram at hand. For one loop.
 *
 * <p>quiche is given bare addresses, so nothing here is ever freed by hand: the memory is the
 * garbage collector's, and stays while a connection refers to this. Who passes an address on keeps
 * this in reach until the call is over ({@link java.lang.ref.Reference#reachabilityFence}). After
 * {@link #close} the connections, which ask {@link #isClosed}, are at their end besides.
 */
public final class QuicheSocket implements AutoCloseable {
  /** Most that is taken from a stream at once. */
  private static final int READ_BYTES = 16 << 10;

  /** Errors of Linux, as Netty tells them: negative. */
  private static final int EIO = -5;

  private static final int EINVAL = -22;
  private static final int EMSGSIZE = -90;

  private static final int ERROR_CODE_OFFSET = 8;
  private static final int RESULT_BYTES = 16;

  private final ByteBuf read = Unpooled.wrappedBuffer(collected(READ_BYTES));
  private final ByteBuffer result = collected(RESULT_BYTES);
  private final ByteBuffer receiveInfo =
      collected(Quiche.SIZEOF_QUICHE_RECV_INFO + 2 * Quiche.SIZEOF_SOCKADDR_STORAGE);
  private final ByteBuffer sendInfo = collected(Quiche.SIZEOF_QUICHE_SEND_INFO);
  private final long resultAddress = Quiche.memoryAddressWithPosition(result);
  private final long receiveInfoAddress = Quiche.memoryAddressWithPosition(receiveInfo);
  private final long sendInfoAddress = Quiche.memoryAddressWithPosition(sendInfo);
  private final long readAddress = Quiche.memoryAddress(read, 0, READ_BYTES);
  private @Nullable InetSocketAddress sender;
  private @Nullable InetSocketAddress recipient;

  private @Nullable DatagramInput input;
  private @Nullable DatagramOutput output;
  private ByteBuf sendBuffer = Unpooled.EMPTY_BUFFER;

  private final SendFailures failures;
  private final ChannelFutureListener sent = this::sent;
  private boolean refusesBursts;
  private boolean closed;

  /** Is told of sends that fail. QUIC repeats what is lost: nothing ends by them. */
  public interface SendFailures {
    /**
     * The kernel or a device has refused to cut a burst into packets (UDP_SEGMENT). They were sent
     * again one by one.
     *
     * @param forGood whether the socket sends none from now on, to nobody
     */
    void burstRefused(boolean forGood, Throwable cause);

    /** A packet or burst was lost: no buffers, no route, a firewall. */
    void sendFailed(Throwable cause);
  }

  /**
   * Allocates it.
   *
   * @param failures told on the loop
   */
  public QuicheSocket(SendFailures failures) {
    this.failures = failures;
  }

  /** Zeros outside the heap, in the byte order of C, that go with the last reference to them. */
  private static ByteBuffer collected(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * Has datagrams read and sent by system calls of our own where the channel allows.
   *
   * @param datagrams whose handler uses this
   */
  public void attach(Channel datagrams) {
    input = DatagramInput.of(datagrams);
    attach(DatagramOutput.of(datagrams));
  }

  /** Has packets sent by this, or by the channel. */
  void attach(@Nullable DatagramOutput datagrams) {
    output = datagrams;
    if (datagrams != null) {
      sendBuffer = Unpooled.wrappedBuffer(collected(QuichePackets.MAX_PASS_BYTES));
    }
  }

  /** What reads datagrams besides the channel, or null. */
  public @Nullable DatagramInput input() {
    return input;
  }

  /**
   * What sends past the channel, or null if there is nothing or somebody wants to see packets. Null
   * as well while something waits in the channel, a handshake perhaps: packets that overtake others
   * count as a loss of those (RFC 9002 §6.1.1).
   */
  @SuppressWarnings("ReferenceEquality") // it is this handler, or another one
  @Nullable DatagramOutput output(ChannelHandlerContext out) {
    return out.pipeline().firstContext() == out && nothingWaits(out.channel()) ? output : null;
  }

  /**
   * Whether nothing has been given to the channel of which it has not yet heard that it is sent.
   */
  public static boolean nothingWaits(Channel datagrams) {
    ChannelOutboundBuffer waiting = datagrams.unsafe().outboundBuffer();
    return waiting == null || waiting.totalPendingWriteBytes() == 0;
  }

  /** Where packets are put that leave at once. */
  ByteBuf sendBuffer() {
    return sendBuffer;
  }

  /** What the last read brought; overwritten by the next. */
  ByteBuf read() {
    return read;
  }

  long readAddress() {
    return readAddress;
  }

  /** Where quiche tells whether a stream has ended: one byte. */
  long finAddress() {
    return resultAddress;
  }

  /** Where quiche puts the code of a reset: eight bytes. */
  long errorCodeAddress() {
    return resultAddress + ERROR_CODE_OFFSET;
  }

  boolean fin() {
    return result.get(0) != 0;
  }

  /** Address of a {@code quiche_recv_info}; mostly as it was for the datagram before. */
  long receiveInfo(InetSocketAddress from, InetSocketAddress to) {
    if (!from.equals(sender) || !to.equals(recipient)) {
      QuicheRecvInfo.setRecvInfo(receiveInfo, from, to);
      sender = from;
      recipient = to;
    }
    return receiveInfoAddress;
  }

  long sendInfoAddress() {
    return sendInfoAddress;
  }

  ByteBuffer sendInfo() {
    return sendInfo;
  }

  /** Writes one packet; takes the reference. */
  void write(ChannelHandlerContext out, ByteBuf data, InetSocketAddress to) {
    out.write(new DatagramPacket(data, to)).addListener(sent);
  }

  private void sent(ChannelFuture future) {
    Throwable failure = future.cause();
    if (failure != null) {
      sendFailed(failure);
    }
  }

  void sendFailed(Throwable failure) {
    if (!(failure instanceof ClosedChannelException)) {
      failures.sendFailed(failure);
    }
  }

  /** Whether packets must leave one by one. */
  boolean refusesBursts() {
    return refusesBursts;
  }

  /**
   * EIO is a device that cannot do checksums (udp(7)), or a driver that says it can segment and
   * cannot; EINVAL and EMSGSIZE a path whose packets are smaller than ours, and other drivers.
   */
  static boolean isBurstRefused(Throwable failure) {
    return failure instanceof NativeIoException e
        && (e.expectedErr() == EIO || e.expectedErr() == EINVAL || e.expectedErr() == EMSGSIZE);
  }

  /**
   * Remembers a refusal: that of a device for all connections. A path is the connection's own
   * affair; its client can make it small (ICMP), and must not slow the others down.
   */
  void burstRefused(Throwable failure) {
    boolean forGood = failure instanceof NativeIoException e && e.expectedErr() == EIO;
    failures.burstRefused(forGood && !refusesBursts, failure);
    refusesBursts |= forGood;
  }

  /** Whether {@link #close} was called: the connections of this socket have ended. */
  boolean isClosed() {
    return closed;
  }

  /** The socket is gone: nothing is read or sent by this any more. */
  @Override
  public void close() {
    closed = true;
    input = null;
    output = null;
  }
}
