package app.seventv.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * Identifier of every stored entity: a ULID, 48 bits of Unix time in milliseconds followed by 80
 * random bits (data-model.md §2).
 *
 * <pre>
 *  high: | time in ms, 48 bits | random, upper 16 bits |
 *  low:  | random, lower 64 bits                       |
 * </pre>
 *
 * Ids order as unsigned 128-bit numbers, which is the order of creation to the millisecond and the
 * order in which MongoDB sorts {@code _id}.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record Id(long high, long low) implements Comparable<Id> {

  /** The all-zero id: never stored, means "anonymous" or "none". */
  public static final Id NIL = new Id(0, 0);

  /** Length of the canonical text form, in characters. */
  public static final int TEXT_LENGTH = 26;

  /** Length of the binary form, in bytes. */
  public static final int BYTES = 16;

  /** The largest time an id can carry, in milliseconds since 1970. */
  public static final long MAX_TIME_MS = (1L << 48) - 1;

  private static final int UUID_LENGTH = 36;
  private static final int HEX_LENGTH = 32;
  private static final int OBJECT_ID_LENGTH = 24;
  private static final int MAX_SHOWN_INPUT_CHARS = 40;

  private static final byte[] ALPHABET =
      "0123456789ABCDEFGHJKMNPQRSTVWXYZ".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] DIGITS = digits();

  private static byte[] digits() {
    byte[] digits = new byte[128];
    Arrays.fill(digits, (byte) -1);
    for (int value = 0; value < ALPHABET.length; value++) {
      digits[ALPHABET[value]] = (byte) value;
      digits[Character.toLowerCase((char) ALPHABET[value])] = (byte) value;
    }
    return digits;
  }

  /**
   * Makes a new id.
   *
   * @param timeMs creation time in milliseconds since 1970
   * @param random source of the 80 random bits; cryptographically strong where ids are secrets
   * @throws IllegalArgumentException if the time does not fit 48 bits
   */
  public static Id generate(long timeMs, RandomGenerator random) {
    return of(timeMs, random.nextInt() & 0xFFFF, random.nextLong());
  }

  private static Id of(long timeMs, int randomHigh16, long randomLow64) {
    if (timeMs < 0 || timeMs > MAX_TIME_MS) {
      throw new IllegalArgumentException("id time out of range: " + timeMs + " ms");
    }
    return new Id(timeMs << 16 | randomHigh16, randomLow64);
  }

  /**
   * Parses any accepted text form: ULID (26 characters), UUID with hyphens (36), 32 hexadecimal
   * digits, or a legacy 24-digit ObjectId (data-model.md §2.3).
   *
   * @throws IllegalArgumentException if the text is none of these
   */
  public static Id parse(String text) {
    Id id = parseOrNull(text);
    if (id == null) {
      String shown =
          text.length() > MAX_SHOWN_INPUT_CHARS
              ? text.substring(0, MAX_SHOWN_INPUT_CHARS) + "…"
              : text;
      throw new IllegalArgumentException(
          "not an id (expected a ULID, UUID or ObjectId): \"" + shown + "\"");
    }
    return id;
  }

  /** Like {@link #parse}, but answers null for text that is not an id. */
  public static @Nullable Id parseOrNull(String text) {
    return switch (text.length()) {
      case TEXT_LENGTH -> parseUlid(text);
      case UUID_LENGTH -> parseUuid(text);
      case HEX_LENGTH -> parseHex(text);
      case OBJECT_ID_LENGTH -> parseObjectId(text);
      default -> null;
    };
  }

  private static @Nullable Id parseUlid(String text) {
    if (text.charAt(0) > '7') {
      return null; // more than 128 bits
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < TEXT_LENGTH; i++) {
      char c = text.charAt(i);
      int digit = c < 128 ? DIGITS[c] : -1;
      if (digit < 0) {
        return null;
      }
      high = high << 5 | low >>> 59;
      low = low << 5 | digit;
    }
    return new Id(high, low);
  }

  private static @Nullable Id parseUuid(String text) {
    for (int i = 8; i <= 23; i += 5) {
      if (text.charAt(i) != '-') {
        return null;
      }
    }
    return parseHex(text.replace("-", ""));
  }

  private static @Nullable Id parseHex(String text) {
    if (text.length() != HEX_LENGTH || !isHex(text)) {
      return null;
    }
    return new Id(
        Long.parseUnsignedLong(text, 0, 16, 16), Long.parseUnsignedLong(text, 16, 32, 16));
  }

  private static @Nullable Id parseObjectId(String text) {
    if (!isHex(text)) {
      return null;
    }
    return fromLegacy(
        Long.parseUnsignedLong(text, 0, 8, 16), Long.parseUnsignedLong(text, 8, 24, 16));
  }

  private static boolean isHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.digit(c, 16) < 0 || c > 'f') {
        return false;
      }
    }
    return true;
  }

  /** Maps a legacy ObjectId: its seconds become the time, its last 8 bytes the random part. */
  public static Id fromObjectId(ObjectId legacy) {
    ByteBuffer bytes = ByteBuffer.wrap(legacy.toByteArray());
    return fromLegacy(Integer.toUnsignedLong(bytes.getInt()), bytes.getLong());
  }

  private static Id fromLegacy(long seconds, long rest) {
    return of(seconds * 1000, 0, rest);
  }

  /** The ObjectId this id was mapped from, or null if no ObjectId maps to it. */
  public @Nullable ObjectId toObjectId() {
    long timeMs = timeMs();
    boolean compatible =
        timeMs % 1000 == 0 && (high & 0xFFFF) == 0 && timeMs / 1000 <= 0xFFFF_FFFFL;
    if (!compatible) {
      return null;
    }
    byte[] bytes = ByteBuffer.allocate(12).putInt((int) (timeMs / 1000)).putLong(low).array();
    return new ObjectId(bytes);
  }

  /**
   * Reads the binary form.
   *
   * @throws IllegalArgumentException unless there are exactly 16 bytes
   */
  public static Id fromBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("an id has 16 bytes, got " + bytes.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new Id(buffer.getLong(), buffer.getLong());
  }

  /** The 16 bytes, most significant first. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  /** The UUID with the same 16 bytes. */
  public static Id fromUuid(UUID uuid) {
    return new Id(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
  }

  /** The UUID with the same 16 bytes (ClickHouse stores ids so). */
  public UUID toUuid() {
    return new UUID(high, low);
  }

  /** The stored form: Binary subtype 4, 16 bytes, no byte shuffling (data-model.md §2.2). */
  public BsonBinary toBson() {
    return new BsonBinary(BsonBinarySubType.UUID_STANDARD, toBytes());
  }

  /** Creation time in milliseconds since 1970. */
  public long timeMs() {
    return high >>> 16;
  }

  /** True for {@link #NIL}. */
  public boolean isNil() {
    return (high | low) == 0;
  }

  @Override
  public int compareTo(Id other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  /** The canonical text: 26 upper-case Crockford base32 characters. */
  @Override
  public String toString() {
    byte[] text = new byte[TEXT_LENGTH];
    writeText(text, 0);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /** Puts the {@link #TEXT_LENGTH} characters of the canonical text into an array. */
  public void writeText(byte[] into, int offset) {
    long high = this.high;
    long low = this.low;
    for (int i = offset + TEXT_LENGTH - 1; i >= offset; i--) {
      into[i] = ALPHABET[(int) low & 31];
      low = low >>> 5 | high << 59;
      high >>>= 5;
    }
  }

  /** By hand, as ids are the keys of everything: a record's own goes through method handles. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Id id && id.high == high && id.low == low;
  }

  /** The random bits tell ids apart best. */
  @Override
  public int hashCode() {
    return Long.hashCode(low ^ high);
  }
}
