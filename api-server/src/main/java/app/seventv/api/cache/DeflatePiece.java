package app.seventv.api.cache;

import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A text in deflate blocks that refer to nothing before them and are not the last (RFC 1951), so
 * that they may stand anywhere in a body: what is made of the same pieces over and over compresses
 * each of them once.
 */
public final class DeflatePiece {
  /** Texts up to this size are stored as they are: a table of codes would take as much. */
  private static final int MAX_STORED_BYTES = 64;

  private static final int STORED_HEAD_BYTES = 5;
  private static final int DIGEST_BYTES = 32;

  /** Effort: much less than the usual for a fifth more bytes; see {@link ResponseCache}. */
  private static final int LEVEL = 3;

  /** Coders that wait for work; each has a quarter of a megabyte of tables. */
  private static final ArrayBlockingQueue<Deflater> IDLE =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

  /** What stands between most pieces. */
  private static final DeflatePiece COMMA = new DeflatePiece(new byte[] {','}, 0, 1);

  private final byte[] bytes;
  private final int length;
  private final int crc;
  private final int shift;
  private final byte[] digest;

  private DeflatePiece(byte[] text, int from, int to) {
    this.length = to - from;
    CRC32 sum = new CRC32();
    sum.update(text, from, length);
    this.crc = (int) sum.getValue();
    this.shift = Crc32.shift(length);
    this.bytes = length <= MAX_STORED_BYTES ? stored(text, from, to) : deflated(text, from, to);
    this.digest = bytes.length < DIGEST_BYTES ? bytes : Tags.sha256().digest(bytes);
  }

  /** Compresses a part of an array. */
  public static DeflatePiece of(byte[] text, int from, int to) {
    return to - from == 1 && text[from] == ',' ? COMMA : new DeflatePiece(text, from, to);
  }

  /** Not the last block, of the stored kind: three zero bits up to the next byte, then lengths. */
  private static byte[] stored(byte[] text, int from, int to) {
    int length = to - from;
    byte[] coded = new byte[STORED_HEAD_BYTES + length];
    coded[1] = (byte) length;
    coded[3] = (byte) ~length;
    coded[4] = (byte) 0xFF;
    System.arraycopy(text, from, coded, STORED_HEAD_BYTES, length);
    return coded;
  }

  private static byte[] deflated(byte[] text, int from, int to) {
    Deflater idle = IDLE.poll();
    Deflater deflater = idle == null ? new Deflater(LEVEL, true) : idle;
    deflater.setInput(text, from, to - from);
    byte[] coded = new byte[64 + (to - from) / 8];
    int length = 0;
    while (true) {
      // A flush ends at a byte; it is complete once the room for it is not used up.
      length += deflater.deflate(coded, length, coded.length - length, Deflater.SYNC_FLUSH);
      if (length < coded.length) {
        break;
      }
      coded = Arrays.copyOf(coded, 2 * coded.length);
    }
    deflater.reset();
    if (!IDLE.offer(deflater)) {
      deflater.end();
    }
    return Arrays.copyOf(coded, length);
  }

  /** The blocks. */
  byte[] bytes() {
    return bytes;
  }

  /** Bytes of the text. */
  int length() {
    return length;
  }

  /** The checksum of a text and this one behind it (RFC 1952 §2.3.1). */
  int crcAfter(int before) {
    return Crc32.combine(before, crc, shift);
  }

  /** Equal for equal blocks alone. */
  byte[] digest() {
    return digest;
  }

  /** Bytes that this takes, roughly. */
  public int weight() {
    return 64 + bytes.length;
  }
}
