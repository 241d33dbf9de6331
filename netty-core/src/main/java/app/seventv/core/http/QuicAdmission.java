package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Lets datagrams with long headers (RFC 8999 §5.1) through to the codec only where RFC 9000 allows
 * an answer: Initials in datagrams that are large enough, and the version that we speak.
 */
final class QuicAdmission extends ChannelInboundHandlerAdapter {
  /** What a client fills its first datagrams up to (RFC 9000 §14.1). */
  static final int MIN_INITIAL_BYTES = 1_200;

  private static final int LONG_HEADER = 0x80;

  /** Flags and version. */
  private static final int VERSION_END = 5;

  private static final int TYPE_MASK = 0x30;

  /** Index of the id in a short header (RFC 9000 §17.3). */
  private static final int SHORT_HEADER_ID = 1;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    DatagramPacket packet = (DatagramPacket) message;
    ByteBuf content = packet.content();
    int start = content.readerIndex();
    boolean large = content.readableBytes() >= MIN_INITIAL_BYTES;
    if (content.readableBytes() < VERSION_END || (content.getByte(start) & LONG_HEADER) == 0) {
      ctx.fireChannelRead(packet); // not one of these
      return;
    }
    int version = content.getInt(start + 1);
    boolean initial = (content.getByte(start) & TYPE_MASK) == 0;
    if (version == QuicVersions.ONE && (large || !initial)) {
      ctx.fireChannelRead(packet); // an Initial behind another packet opens no connection
      return;
    }
    if (version != QuicVersions.ONE && large) {
      offerVersions(ctx, packet);
    }
    packet.release();
  }

  private static void offerVersions(ChannelHandlerContext ctx, DatagramPacket packet) {
    ByteBuf offer = QuicVersions.negotiation(ctx.alloc(), packet.content());
    if (offer != null) {
      ctx.write(new DatagramPacket(offer, packet.sender())); // the entry flushes after a batch
    }
  }

  /** The destination connection id, or null if there is none. */
  static @Nullable ByteBuffer destinationId(ByteBuf packet) {
    int start = packet.readerIndex();
    int readable = packet.readableBytes();
    int at = SHORT_HEADER_ID;
    int length = QuicConnectionIds.LENGTH_BYTES;
    if (readable > VERSION_END && (packet.getByte(start) & LONG_HEADER) != 0) {
      at = VERSION_END + 1;
      length = packet.getUnsignedByte(start + VERSION_END);
    }
    return readable < at + length ? null : packet.nioBuffer(start + at, length);
  }
}
