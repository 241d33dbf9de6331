package app.seventv.core.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DomainDatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries datagrams from the process that reads the shared UDP sockets to its predecessor, which
 * still owns connections. Generations tell the processes apart; a connection id holds that of its
 * owner.
 *
 * <pre>
 * message:  sender address | recipient address | datagram
 * address:  length (1) 4 or 16 | octets | port (2)
 * </pre>
 */
public final class DatagramRelay {
  /** Generations are one octet and start again after the last. */
  static final int GENERATIONS = 256;

  private final int generation;
  private final Map<Integer, Consumer<DatagramPacket>> receivers = new ConcurrentHashMap<>();
  private volatile @Nullable Channel predecessor;

  DatagramRelay(int generation) {
    this.generation = generation;
  }

  /** Number of this process, 0 to 255; that of its successor is the next. */
  public int generation() {
    return generation;
  }

  /** Sets who takes datagrams that a successor has received for a UDP port of this process. */
  public void receive(int port, Consumer<DatagramPacket> receiver) {
    receivers.put(port, receiver);
  }

  /** Connected to the predecessor's socket. */
  void predecessor(Channel channel) {
    this.predecessor = channel;
  }

  /**
   * Sends a datagram to the predecessor; it is dropped if there is none any more or if it cannot
   * keep up, as the network might have dropped it.
   *
   * @param packet whose reference is taken
   */
  public void send(DatagramPacket packet) {
    Channel channel = predecessor;
    if (channel == null || !channel.isActive() || !channel.isWritable()) {
      packet.release();
      return;
    }
    ByteBuf datagram = packet.content();
    ByteBuf message = channel.alloc().directBuffer(64 + datagram.readableBytes());
    write(message, packet.sender());
    write(message, packet.recipient());
    message.writeBytes(datagram);
    packet.release();
    channel.writeAndFlush(message);
  }

  private static void write(ByteBuf out, InetSocketAddress address) {
    byte[] octets = address.getAddress().getAddress();
    out.writeByte(octets.length).writeBytes(octets).writeShort(address.getPort());
  }

  private static InetSocketAddress read(ByteBuf in) throws UnknownHostException {
    byte[] octets = new byte[in.readUnsignedByte()];
    in.readBytes(octets);
    return new InetSocketAddress(InetAddress.getByAddress(octets), in.readUnsignedShort());
  }

  /** Handler of the socket to which the successor sends. */
  SimpleChannelInboundHandler<DomainDatagramPacket> inbound() {
    return new SimpleChannelInboundHandler<>() {
      @Override
      protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket message)
          throws UnknownHostException {
        ByteBuf in = message.content();
        InetSocketAddress sender = read(in);
        InetSocketAddress recipient = read(in);
        Consumer<DatagramPacket> receiver = receivers.get(recipient.getPort());
        if (receiver != null) {
          ByteBuf datagram = ctx.alloc().directBuffer(in.readableBytes()).writeBytes(in);
          receiver.accept(new DatagramPacket(datagram, recipient, sender));
        }
      }

      @Override
      public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A message cut short: one datagram is lost.
      }
    };
  }
}
