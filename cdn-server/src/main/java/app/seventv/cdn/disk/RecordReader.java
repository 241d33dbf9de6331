package app.seventv.cdn.disk;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads whole records and believes none whose checksums do not match. */
final class RecordReader {
  /** A first read of this size has the head of nearly every record. */
  private static final int FIRST_READ_BYTES = 512;

  private final ByteBufAllocator memory;

  /**
   * A reader.
   *
   * @param memory where bodies go
   */
  RecordReader(ByteBufAllocator memory) {
    this.memory = memory;
  }

  /**
   * A record.
   *
   * @param body its body; the receiver owns the reference
   */
  record Found(RecordHead head, ByteBuf body) {}

  /** The head at this offset, or null if there is no valid one. */
  static @Nullable RecordHead head(SegmentFile segment, long offset) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(FIRST_READ_BYTES);
    segment.read(bytes, offset);
    int length = RecordHead.headBytes(bytes.flip());
    if (length > bytes.remaining()) {
      bytes = ByteBuffer.allocate(length);
      segment.read(bytes, offset);
      bytes.flip();
    }
    return RecordHead.decode(bytes, segment.id(), offset);
  }

  /**
   * The record at this offset, or null if it is damaged.
   *
   * @throws NoMemoryException if there is no room for the body now
   */
  @Nullable Found record(SegmentFile segment, long offset) throws IOException {
    RecordHead head = head(segment, offset);
    if (head == null || head.bodyBytes() < 0) {
      return null;
    }
    ByteBuf body = allocate(head.bodyBytes());
    try {
      if (segment.read(body, offset + head.headBytes(), head.bodyBytes())
          && checksum(body) == head.bodyChecksum()) {
        return new Found(head, body.retain());
      }
      return null;
    } finally {
      body.release();
    }
  }

  /** A limit of memory is no reason to lose a thread. */
  private ByteBuf allocate(int bytes) throws NoMemoryException {
    try {
      return memory.directBuffer(bytes, Math.max(1, bytes));
    } catch (OutOfMemoryError e) {
      throw new NoMemoryException(bytes, e);
    }
  }

  /** CRC32C of the readable bytes. */
  static int checksum(ByteBuf bytes) {
    CRC32C crc = new CRC32C();
    for (ByteBuffer part : bytes.nioBuffers()) {
      crc.update(part);
    }
    return (int) crc.getValue();
  }
}
