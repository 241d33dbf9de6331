package app.seventv.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

/**
 * A document as it came from the database, in whose bytes fields are looked up without anything
 * being made of the others (bsonspec.org, version 1.1):
 *
 * <pre>
 *  document: | length, int32 | element … | 0 |
 *  element:  | type | name, UTF-8 | 0 | value |
 * </pre>
 *
 * Readers ask for fields in the order in which writers put them, so the search goes on where the
 * last one ended and begins again only once. For one thread.
 */
final class StoredBytes {
  /** Fields whose use is noted; no document that is read strictly knows as many. */
  private static final int MAX_NOTED = Long.SIZE;

  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  /** What {@link #find} says of a field that is not there. */
  static final int ABSENT = -1;

  private final byte[] bytes;
  private final ByteBuffer numbers;
  private final int start;
  private final int end; // of the last element, where the closing zero is

  private int next; // where the search goes on
  private int ordinal; // which field that is
  private long asked; // bits of the fields that somebody asked for

  // What was found or visited last; asking whether a field is there and then for it is common.
  private @Nullable String name;
  private int value;
  private byte type;

  private StoredBytes(byte[] bytes, ByteBuffer numbers, int start) {
    this.bytes = bytes;
    this.numbers = numbers;
    this.start = start;
    int length = start + Integer.BYTES <= bytes.length ? numbers.getInt(start) : 0;
    if (length < Integer.BYTES + 1 || length > bytes.length - start) {
      throw malformed();
    }
    this.end = start + length - 1;
    this.next = start + Integer.BYTES;
  }

  /** The bytes of a document that the driver has not decoded. */
  static StoredBytes of(RawBsonDocument document) {
    ByteBuffer given = document.getByteBuffer().asNIO();
    byte[] bytes = given.array();
    return new StoredBytes(
        bytes,
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN),
        given.arrayOffset() + given.position());
  }

  /** The document or list that lies at {@code value}. */
  StoredBytes nested(int value) {
    return new StoredBytes(bytes, numbers, value);
  }

  /** The same document as a tree. */
  BsonDocument decode() {
    return new RawBsonDocument(bytes, start, end + 1 - start).decode(CODEC);
  }

  /**
   * Where a field's value begins, or {@link #ABSENT}; {@link #is} tells its type then.
   *
   * @param notes whether the field counts as asked for
   */
  int find(String field, boolean notes) {
    if (!field.equals(name) && !searchAround(field)) {
      return ABSENT;
    }
    if (notes && ordinal <= MAX_NOTED) {
      asked |= 1L << (ordinal - 1);
    }
    return value;
  }

  private boolean searchAround(String field) {
    int from = next;
    int fromOrdinal = ordinal;
    if (search(field, end)) {
      return true;
    }
    next = start + Integer.BYTES;
    ordinal = 0;
    if (search(field, from)) {
      return true;
    }
    next = from; // what is asked for next is most likely where this would have been
    ordinal = fromOrdinal;
    return false;
  }

  private boolean search(String field, int until) {
    while (next < until) {
      int element = next;
      if (isNamed(field, element + 1, visit() - 1)) {
        name = field;
        return true;
      }
    }
    return false;
  }

  /** Goes to the next element; its value, or {@link #ABSENT} after the last one. */
  int advance() {
    return next < end ? visit() : ABSENT;
  }

  private int visit() {
    name = null;
    type = bytes[next];
    value = valueAfterName(next);
    next = skip(type, value);
    ordinal++;
    return value;
  }

  /** Whether the value that was found or visited last is of a type. */
  boolean is(BsonType wanted) {
    return type == (byte) wanted.getValue();
  }

  /** The first field that nobody has asked for, or null. */
  @Nullable String firstUnasked() {
    int number = 0;
    for (int at = start + Integer.BYTES; at < end; number++) {
      int value = valueAfterName(at);
      if (number >= MAX_NOTED || (asked & 1L << number) == 0) {
        return new String(bytes, at + 1, value - 1 - (at + 1), StandardCharsets.UTF_8);
      }
      at = skip(bytes[at], value);
    }
    return null;
  }

  /** Names in documents of ours are ASCII; any other name equals none of them. */
  private boolean isNamed(String name, int from, int to) {
    int length = name.length();
    if (to - from != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (bytes[from + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private int valueAfterName(int element) {
    int at = element + 1;
    while (at < end && bytes[at] != 0) {
      at++;
    }
    if (at >= end) {
      throw malformed();
    }
    return at + 1;
  }

  /** Where the element after a value begins. */
  private int skip(byte type, int value) {
    BsonType known = BsonType.findByValue(type & 0xFF);
    if (known == null) {
      throw malformed();
    }
    long after =
        switch (known) {
          case NULL, UNDEFINED, MIN_KEY, MAX_KEY -> value;
          case BOOLEAN -> value + 1L;
          case INT32 -> value + 4L;
          case DOUBLE, INT64, DATE_TIME, TIMESTAMP -> value + 8L;
          case OBJECT_ID -> value + 12L;
          case DECIMAL128 -> value + 16L;
          case STRING, JAVASCRIPT, SYMBOL -> value + 4L + length(value, 1);
          case BINARY -> value + 5L + length(value, 0);
          case DB_POINTER -> value + 16L + length(value, 1);
          case DOCUMENT, ARRAY, JAVASCRIPT_WITH_SCOPE -> value + (long) length(value, 5);
          case REGULAR_EXPRESSION -> valueAfterName(valueAfterName(value - 1) - 1);
          case END_OF_DOCUMENT -> throw malformed();
        };
    if (after > end) {
      throw malformed();
    }
    return (int) after;
  }

  private int length(int at, int least) {
    int length = end - at < Integer.BYTES ? -1 : numbers.getInt(at);
    if (length < least) {
      throw malformed();
    }
    return length;
  }

  private static DocumentException malformed() {
    return new DocumentException("malformed BSON");
  }

  /** Whether a binary value is an id (data-model.md §2.2). */
  boolean isId(int value) {
    return numbers.getInt(value) == Id.BYTES
        && bytes[value + 4] == BsonBinarySubType.UUID_STANDARD.getValue();
  }

  /** An id, big-endian as everywhere but in BSON's own numbers. */
  Id id(int value) {
    return new Id(
        Long.reverseBytes(numbers.getLong(value + 5)),
        Long.reverseBytes(numbers.getLong(value + 13)));
  }

  String string(int value) {
    return new String(bytes, value + 4, numbers.getInt(value) - 1, StandardCharsets.UTF_8);
  }

  int int32(int value) {
    return numbers.getInt(value);
  }

  long int64(int value) {
    return numbers.getLong(value);
  }

  double float64(int value) {
    return numbers.getDouble(value);
  }

  boolean bool(int value) {
    return bytes[value] != 0;
  }
}
