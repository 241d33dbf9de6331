package app.seventv.cdn.disk;

import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The head of a record; the body follows at once, and zeros up to the next multiple of {@link
 * Location#ALIGNMENT_BYTES}. Big-endian:
 *
 * <pre>
 *   0  int    kind (four letters)
 *   4  int    CRC32C of segment id, offset and all bytes of the head from 8 on
 *   8  int    bytes of the head
 *  12  int    bytes of the body
 *  16  long   sequence number
 *  24  long   when it was stored, ms since 1970; of a SYNC, the position's sequence number
 *  32  long   lifetime in ms
 *  40  long   last modification in s since 1970
 *  48  int    CRC32C of the body
 *  52  short  bytes of the key
 *  54  short  bytes of the content type, -1 for none
 *  56  short  bytes of the entity tag, -1 for none
 *  58  ...    key, content type, entity tag in UTF-8
 * </pre>
 *
 * <p>Segment and offset are part of the checksum: bytes that lie where they do not belong are no
 * record.
 *
 * @param kind what it says
 * @param sequence grows with every record of the log
 */
record RecordHead(
    Kind kind,
    long sequence,
    long storedAtMs,
    long lifetimeMs,
    long lastModifiedSeconds,
    int bodyBytes,
    int bodyChecksum,
    String key,
    @Nullable String contentType,
    @Nullable String etag) {
  /** Heads longer than this are not written. */
  static final int MAX_HEAD_BYTES = 4_096;

  private static final int FIXED_BYTES = 58;
  private static final int CHECKED_FROM = 8;

  /** What a record says. */
  enum Kind {
    /** An object. */
    OBJECT(0x4f424a31),
    /** Earlier records of the key are dead. */
    PURGE_KEY(0x50_4b_45_31),
    /** Earlier records of all keys with this prefix are dead. */
    PURGE_PREFIX(0x50_50_52_31),
    /** Every purge up to a {@link PurgePosition} is in the log. */
    SYNC(0x53_59_4e_32);

    private final int magic;

    Kind(int magic) {
      this.magic = magic;
    }

    int magic() {
      return magic;
    }

    static @Nullable Kind of(int magic) {
      for (Kind kind : values()) {
        if (kind.magic == magic) {
          return kind;
        }
      }
      return null;
    }
  }

  /** A record without a body, not numbered yet. */
  static RecordHead mark(Kind kind, String key) {
    return new RecordHead(kind, 0, 0, 0, DiskObject.UNKNOWN, 0, 0, key, null, null);
  }

  /** A {@link Kind#SYNC}: the position's sequence number is in the place of a time. */
  static RecordHead sync(PurgePosition at) {
    return new RecordHead(
        Kind.SYNC, 0, at.sequence(), 0, DiskObject.UNKNOWN, 0, 0, at.source(), null, null);
  }

  /** The same with another place in the log. */
  RecordHead withSequence(long next) {
    return new RecordHead(
        kind,
        next,
        storedAtMs,
        lifetimeMs,
        lastModifiedSeconds,
        bodyBytes,
        bodyChecksum,
        key,
        contentType,
        etag);
  }

  /** Bytes of this head. */
  int headBytes() {
    return FIXED_BYTES
        + ByteBufUtil.utf8Bytes(key)
        + (contentType == null ? 0 : ByteBufUtil.utf8Bytes(contentType))
        + (etag == null ? 0 : ByteBufUtil.utf8Bytes(etag));
  }

  /** Bytes of the whole record without the zeros behind it. */
  long recordBytes() {
    return (long) headBytes() + bodyBytes;
  }

  /** The head's bytes for this place. */
  byte[] encode(long segmentId, long offset) {
    byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
    byte[] type = bytes(contentType);
    byte[] tag = bytes(etag);
    int length = FIXED_BYTES + keyBytes.length + type.length + tag.length;
    ByteBuffer head =
        ByteBuffer.allocate(length)
            .putInt(kind.magic)
            .putInt(0)
            .putInt(length)
            .putInt(bodyBytes)
            .putLong(sequence)
            .putLong(storedAtMs)
            .putLong(lifetimeMs)
            .putLong(lastModifiedSeconds)
            .putInt(bodyChecksum)
            .putShort((short) keyBytes.length)
            .putShort(contentType == null ? -1 : (short) type.length)
            .putShort(etag == null ? -1 : (short) tag.length)
            .put(keyBytes)
            .put(type)
            .put(tag);
    head.putInt(4, checksum(head.flip(), length, segmentId, offset));
    return head.array();
  }

  private static byte[] bytes(@Nullable String text) {
    return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
  }

  /** Length of the head that begins here, or 0 if none does. */
  static int headBytes(ByteBuffer bytes) {
    int at = bytes.position();
    if (bytes.remaining() < FIXED_BYTES || Kind.of(bytes.getInt(at)) == null) {
      return 0;
    }
    int length = bytes.getInt(at + 8);
    return length < FIXED_BYTES || length > MAX_HEAD_BYTES ? 0 : length;
  }

  /** Reads the head that begins at the buffer's position, or null if it is damaged. */
  static @Nullable RecordHead decode(ByteBuffer bytes, long segmentId, long offset) {
    int length = headBytes(bytes);
    if (length == 0 || bytes.remaining() < length) {
      return null;
    }
    ByteBuffer head = bytes.slice(bytes.position(), length);
    Kind kind = Kind.of(head.getInt());
    if (kind == null || head.getInt() != checksum(head, length, segmentId, offset)) {
      return null;
    }
    head.getInt();
    int body = head.getInt();
    long sequence = head.getLong();
    long storedAt = head.getLong();
    long lifetime = head.getLong();
    long modified = head.getLong();
    int bodyChecksum = head.getInt();
    short keyLength = head.getShort();
    short typeLength = head.getShort();
    short tagLength = head.getShort();
    String key = text(head, keyLength);
    String type = text(head, typeLength);
    String tag = text(head, tagLength);
    return key == null
        ? null
        : new RecordHead(
            kind, sequence, storedAt, lifetime, modified, body, bodyChecksum, key, type, tag);
  }

  private static @Nullable String text(ByteBuffer head, short length) {
    if (length < 0) {
      return null;
    }
    byte[] bytes = new byte[length];
    head.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int checksum(ByteBuffer head, int length, long segmentId, long offset) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(16).putLong(segmentId).putLong(offset).flip());
    crc.update(head.slice(CHECKED_FROM, length - CHECKED_FROM));
    return (int) crc.getValue();
  }
}
