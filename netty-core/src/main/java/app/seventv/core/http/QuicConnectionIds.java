package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.zip.CRC32C;

/**
 * Connection ids that say who owns the connection (RFC 9000 §5.1, after the plaintext scheme of
 * QUIC-LB), so that a datagram which arrives elsewhere finds its way:
 *
 * <pre>
 *  0           1        2        3              12           16
 *  generation | socket (2)      | random (9)   | checksum (4)
 * </pre>
 *
 * <p>The checksum is no secret. It tells our ids from those that clients choose for their first
 * packets; who forges one only has its own datagram dropped.
 */
final class QuicConnectionIds implements QuicConnectionIdGenerator {
  static final int LENGTH_BYTES = 16;

  private static final int CHECKED_BYTES = 12;
  private static final int RANDOM_BYTES = 9;
  private static final int SOCKET_OFFSET = 1;
  private static final int RANDOM_OFFSET = 3;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final int generation;
  private final int socket;
  private boolean made;

  /**
   * @param generation of this process
   * @param socket index of the socket whose codec owns the connections
   */
  QuicConnectionIds(int generation, int socket) {
    this.generation = generation;
    this.socket = socket;
  }

  @Override
  public ByteBuffer newId(int length) {
    if (length != LENGTH_BYTES) {
      throw new IllegalArgumentException("ids of " + length + " bytes are not ours");
    }
    made = true;
    byte[] random = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(random);
    byte[] id = new byte[LENGTH_BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(id);
    buffer.put((byte) generation).putShort((short) socket).put(random);
    CRC32C crc = new CRC32C();
    crc.update(id, 0, CHECKED_BYTES);
    return buffer.putInt((int) crc.getValue()).flip();
  }

  @Override
  public ByteBuffer newId(ByteBuffer input, int length) {
    return newId(length);
  }

  @Override
  public int maxConnectionIdLength() {
    return LENGTH_BYTES;
  }

  @Override
  public boolean isIdempotent() {
    return false;
  }

  /** Whether an id was made since this was last asked. */
  boolean takeMade() {
    boolean some = made;
    made = false;
    return some;
  }

  /** Whether there is an id of ours at the index; it must be readable. */
  static boolean isOurs(ByteBuf packet, int index) {
    CRC32C crc = new CRC32C();
    crc.update(packet.nioBuffer(index, CHECKED_BYTES));
    return packet.getInt(index + CHECKED_BYTES) == (int) crc.getValue();
  }

  /** Generation in the id at the index. */
  static int generation(ByteBuf packet, int index) {
    return packet.getUnsignedByte(index);
  }

  /** Socket in the id at the index. */
  static int socket(ByteBuf packet, int index) {
    return packet.getUnsignedShort(index + SOCKET_OFFSET);
  }

  /** What tells the id at the index from others of its socket. */
  static long key(ByteBuf packet, int index) {
    return packet.getLong(index + RANDOM_OFFSET);
  }

  /** The same of an id by itself. */
  static long key(ByteBuffer id) {
    return id.getLong(id.position() + RANDOM_OFFSET);
  }
}
