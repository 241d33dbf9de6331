package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Answers packets of unknown versions with the one that we speak (RFC 9000 §6.1). Of such packets
 * only the version and the connection ids have a meaning (RFC 8999 §5.1): Netty takes the bits of
 * the type for those of version 1, and ids for 20 bytes at most.
 */
final class QuicVersions {
  /** RFC 9000. */
  static final int ONE = 1;

  /** That of Version Negotiation, to which nobody answers. */
  private static final int NEGOTIATION = 0;

  /**
   * Long header, and the bit that all packets of version 1 have, for those who tell QUIC by it (RFC
   * 9000 §17.2.1).
   */
  private static final int FIRST_BYTE = 0xc0;

  /** Index of the first id's length. */
  private static final int IDS = 5;

  /** Reserved versions are {@code 0x?a?a?a?a} (RFC 9000 §15). */
  private static final int RESERVED = 0x0a0a0a0a;

  private static final int RESERVED_MASK = 0x0f0f0f0f;

  private QuicVersions() {}

  /**
   * The answer to a packet with a long header: smaller than the datagrams that are to be answered
   * (RFC 9000 §14.1), however long the ids are. Null if there is none.
   */
  static @Nullable ByteBuf negotiation(ByteBufAllocator allocator, ByteBuf packet) {
    int start = packet.readerIndex();
    int version = packet.getInt(start + 1);
    int destination = start + IDS;
    int destinationBytes = 1 + packet.getUnsignedByte(destination);
    int source = destination + destinationBytes;
    int sourceBytes = 1 + packet.getUnsignedByte(source);
    if (version == NEGOTIATION) {
      return null;
    }
    return allocator
        .directBuffer()
        .writeByte(FIRST_BYTE)
        .writeInt(NEGOTIATION)
        .writeBytes(packet, source, sourceBytes)
        .writeBytes(packet, destination, destinationBytes)
        .writeInt(ONE)
        .writeInt(reserved(version));
  }

  /**
   * One that nobody speaks and the client has not asked for, so that clients ignore unknown ones.
   */
  private static int reserved(int asked) {
    return (~asked & ~RESERVED_MASK) | RESERVED;
  }
}
