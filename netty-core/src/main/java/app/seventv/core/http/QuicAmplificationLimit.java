package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicheHandshake;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Keeps what goes to an address at three times what came from it, until it has shown that it
 * receives what is sent there (RFC 9000 §8.1). quiche counts too, but fills Initials up beyond its
 * count and says goodbye to a handshake that takes too long without looking at it. What is too much
 * is dropped, as a network would: who is really there answers what came before, which lifts the
 * limit, and quiche repeats the rest.
 *
 * <p>An address has shown it by a packet to the id that we have chosen, of which 72 bits are random
 * (RFC 9000 §8.1), or by the token of a Retry. So that the id proves something, packets of a
 * handshake are taken from one address only, which a client does not change before its end (RFC
 * 9000 §9).
 *
 * <p>Stands between {@link QuicSteering.Entry} and the codec: packets of connections whose
 * handshake is complete do not come by, but for those that are cases for Netty. Holds one entry per
 * handshake under way.
 */
final class QuicAmplificationLimit extends ChannelDuplexHandler {
  private static final int FACTOR = 3;

  private final Map<InetSocketAddress, Address> addresses = new HashMap<>();
  private final Map<ByteBuffer, Handshake> handshakes = new HashMap<>();

  /** Size of the datagram that is being read: the first one of a handshake that begins now. */
  private int readBytes;

  /** A client's address from which handshakes are under way. */
  private static final class Address {
    private int handshakes;
    private long leftBytes;
    private boolean validated;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    DatagramPacket packet = (DatagramPacket) message;
    readBytes = packet.content().readableBytes();
    if (addresses.isEmpty() || isCounted(packet.content(), packet.sender())) {
      ctx.fireChannelRead(packet);
    } else {
      packet.release();
    }
  }

  /** Whether the datagram may go on: it is no part of a handshake from elsewhere. */
  private boolean isCounted(ByteBuf packet, InetSocketAddress sender) {
    ByteBuffer id = QuicAdmission.destinationId(packet);
    Handshake handshake = id == null ? null : handshakes.get(id);
    if (handshake != null && !handshake.client.equals(sender)) {
      return false;
    }
    Address address = addresses.get(sender);
    if (address != null) {
      address.leftBytes += (long) FACTOR * readBytes;
      address.validated |= handshake != null && handshake.ownId.equals(id);
    }
    return true;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    DatagramPacket packet = (DatagramPacket) message;
    Address address = addresses.isEmpty() ? null : addresses.get(packet.recipient());
    if (address == null || address.validated || isLeft(address, packet)) {
      ctx.write(packet, promise);
    } else {
      ReferenceCountUtil.release(packet);
      promise.trySuccess();
    }
  }

  private static boolean isLeft(Address address, DatagramPacket packet) {
    int bytes = packet.content().readableBytes();
    if (bytes > address.leftBytes) {
      return false;
    }
    address.leftBytes -= bytes;
    return true;
  }

  /**
   * Watches over a handshake from its first datagram on; for the pipeline of its channel.
   *
   * @param validated whether its client has shown a token for its address
   */
  ChannelInboundHandlerAdapter watch(QuicChannel quic, boolean validated) {
    return new Handshake(quic, validated);
  }

  /** Under way until it leaves the pipeline: at its end, or at that of the channel. */
  private final class Handshake extends ChannelInboundHandlerAdapter {
    private final InetSocketAddress client;
    private final ByteBuffer ownId;
    private final List<ByteBuffer> ids;
    private final boolean validated;

    Handshake(QuicChannel quic, boolean validated) {
      this.client = (InetSocketAddress) Objects.requireNonNull(quic.remoteSocketAddress());
      this.ownId = QuicheHandshake.ownId(quic);
      this.ids = QuicheHandshake.ids(quic);
      this.validated = validated;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      ids.forEach(id -> handshakes.put(id, this));
      Address address = addresses.get(client);
      if (address == null) {
        address = new Address();
        address.leftBytes = (long) FACTOR * readBytes;
        addresses.put(client, address);
      }
      address.handshakes++;
      address.validated |= validated;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.fireChannelActive();
      ctx.pipeline().remove(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      ids.forEach(id -> handshakes.remove(id, this));
      Address address = addresses.get(client);
      if (address != null && --address.handshakes == 0) {
        addresses.remove(client);
      }
    }
  }
}
