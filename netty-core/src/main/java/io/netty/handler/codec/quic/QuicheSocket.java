package io.netty.handler.codec.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Memory that the connections of one datagram socket share while they talk to quiche: where it puts
 * what it reads, and the addresses of the datagram at hand. For one loop.
 */
public final class QuicheSocket implements AutoCloseable {
  /** Most that is taken from a stream at once. */
  private static final int READ_BYTES = 16 << 10;

  private static final int ERROR_CODE_OFFSET = 8;
  private static final int RESULT_BYTES = 16;

  private final ByteBuf read = Unpooled.directBuffer(READ_BYTES, READ_BYTES);
  private final ByteBuf result = Quiche.allocateNativeOrder(RESULT_BYTES);
  private final ByteBuf receiveInfo =
      Quiche.allocateNativeOrder(
          Quiche.SIZEOF_QUICHE_RECV_INFO + 2 * Quiche.SIZEOF_SOCKADDR_STORAGE);
  private final ByteBuf sendInfo = Quiche.allocateNativeOrder(Quiche.SIZEOF_QUICHE_SEND_INFO);
  private final ByteBuffer receiveInfoView;
  private final ByteBuffer sendInfoView;
  private final long resultAddress;
  private final long receiveInfoAddress;
  private final long sendInfoAddress;
  private final long readAddress;
  private @Nullable InetSocketAddress sender;
  private @Nullable InetSocketAddress recipient;

  /** Allocates it. */
  public QuicheSocket() {
    receiveInfo.setZero(0, receiveInfo.capacity());
    sendInfo.setZero(0, sendInfo.capacity());
    receiveInfoView = receiveInfo.nioBuffer(0, receiveInfo.capacity());
    sendInfoView = sendInfo.nioBuffer(0, sendInfo.capacity());
    resultAddress = Quiche.memoryAddress(result, 0, RESULT_BYTES);
    receiveInfoAddress = Quiche.memoryAddressWithPosition(receiveInfoView);
    sendInfoAddress = Quiche.memoryAddressWithPosition(sendInfoView);
    readAddress = Quiche.memoryAddress(read, 0, READ_BYTES);
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
    return result.getByte(0) != 0;
  }

  /** Address of a {@code quiche_recv_info}; mostly as it was for the datagram before. */
  long receiveInfo(InetSocketAddress from, InetSocketAddress to) {
    if (!from.equals(sender) || !to.equals(recipient)) {
      QuicheRecvInfo.setRecvInfo(receiveInfoView, from, to);
      sender = from;
      recipient = to;
    }
    return receiveInfoAddress;
  }

  long sendInfoAddress() {
    return sendInfoAddress;
  }

  ByteBuffer sendInfo() {
    return sendInfoView;
  }

  @Override
  public void close() {
    read.release();
    result.release();
    receiveInfo.release();
    sendInfo.release();
  }
}
