package app.seventv.core.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http3.StaticQpack;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes field sections of HTTP/3. Without a dynamic table a client sends the same field as the
 * same bytes again (RFC 9204 §4.5), and most fields of its requests are the same: so those that
 * have been decoded before give the texts that they gave then, for all clients of a loop, and
 * nobody reads their Huffman codes bit by bit. What is new is {@link StaticQpack}'s. Confined to
 * one thread.
 *
 * <p>A field is kept at one of a bounded number of places, which take two thirds of a megabyte at
 * most. Secrets are not kept: cookies, credentials, queries, and what a client asks never to index.
 */
final class Http3FieldLines {
  private static final int PLACES = 1 << 10;

  /** Longer ones are rarely the same. */
  private static final int MAX_LINE_BYTES = 192;

  /** Sections that are larger get room as they come, as far as they are read at all. */
  private static final int USUAL_SECTION_BYTES = 4 << 10;

  /** Required insert count and base, both zero, of a section that we make. */
  private static final int PREFIX_BYTES = 2;

  private static final int INSERT_COUNT_BITS = 8;

  /** After a bit for the sign. */
  private static final int BASE_BITS = 7;

  private static final int SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(PLACES);

  // RFC 9204 §4.5.2, §4.5.4 and §4.5.6.
  private static final int INDEXED = 0x80;
  private static final int INDEXED_STATIC = 0x40;
  private static final int INDEXED_BITS = 6;
  private static final int NAMED = 0x40;
  private static final int NAMED_STATIC = 0x10;
  private static final int NAMED_NEVER_INDEXED = 0x20;
  private static final int NAMED_BITS = 4;
  private static final int LITERAL = 0x20;
  private static final int LITERAL_NEVER_INDEXED = 0x10;
  private static final int LITERAL_NAME_BITS = 3;
  private static final int VALUE_BITS = 7;

  /** Bits of a number beyond its prefix, enough for 2 MB. */
  private static final int MAX_NUMBER_BITS = 21;

  /** A field and the section of it alone. */
  private static final class Line {
    final byte[] section;
    final String name;
    final String value;

    Line(byte[] section, String name, String value) {
      this.section = section;
      this.name = name;
      this.value = value;
    }
  }

  private final StaticQpack qpack = new StaticQpack();
  private final @Nullable Line[] places = new Line[PLACES];
  private byte[] bytes = new byte[USUAL_SECTION_BYTES];
  private int length;
  private int next;
  private @Nullable Line decoded;

  /**
   * Decodes a section.
   *
   * @param section all of it
   * @return whether it was well formed; if not, fields before the fault have been given
   */
  boolean decode(ByteBuf section, BiConsumer<CharSequence, CharSequence> fields) {
    length = section.readableBytes();
    if (length > bytes.length) {
      bytes = new byte[length];
    }
    section.readBytes(bytes, 0, length);
    int at = prefixEnd();
    if (at < 0) {
      return false;
    }
    while (at < length) {
      int end = lineEnd(at);
      Line line = end < 0 ? null : line(at, end);
      if (line == null) {
        return false;
      }
      fields.accept(line.name, line.value);
      at = end;
    }
    return true;
  }

  /**
   * Index after the prefix, or -1 if it asks for entries of a dynamic table or counts from before
   * its beginning (RFC 9204 §4.5.1).
   */
  private int prefixEnd() {
    if (number(0, INSERT_COUNT_BITS) != 0 || next >= length || bytes[next] < 0) {
      return -1;
    }
    return number(next, BASE_BITS) < 0 ? -1 : next;
  }

  /** A section of some of the lines. */
  private byte[] sectionOf(int from, int to) {
    byte[] section = new byte[PREFIX_BYTES + to - from];
    System.arraycopy(bytes, from, section, PREFIX_BYTES, to - from);
    return section;
  }

  /** The field of a line, or null if it is malformed. */
  private @Nullable Line line(int from, int to) {
    int place = (int) (RepeatedTexts.hash(bytes, from, to) >>> SHIFT);
    Line known = places[place];
    if (known != null
        && Arrays.equals(known.section, PREFIX_BYTES, known.section.length, bytes, from, to)) {
      return known;
    }
    byte[] section = sectionOf(from, to);
    decoded = null;
    boolean wellFormed =
        qpack.decode(
            Unpooled.wrappedBuffer(section),
            (name, value) -> decoded = new Line(section, name.toString(), value.toString()));
    Line made = wellFormed ? decoded : null;
    decoded = null;
    if (made != null && to - from <= MAX_LINE_BYTES && !isSecret(made)) {
      places[place] = made;
    }
    return made;
  }

  private static boolean isSecret(Line line) {
    int first = line.section[PREFIX_BYTES];
    boolean neverIndexed =
        (first & INDEXED) == 0
            && ((first & NAMED) != 0
                ? (first & NAMED_NEVER_INDEXED) != 0
                : (first & LITERAL_NEVER_INDEXED) != 0);
    return neverIndexed
        || switch (line.name) {
          case "cookie", "authorization" -> true;
          case ":path" -> line.value.indexOf('?') >= 0;
          default -> false;
        };
  }

  /** Index after a line that begins here, or -1 if it is cut short or refers to a dynamic table. */
  private int lineEnd(int from) {
    int first = bytes[from];
    if ((first & INDEXED) != 0) {
      return (first & INDEXED_STATIC) != 0 && number(from, INDEXED_BITS) >= 0 ? next : -1;
    }
    if ((first & NAMED) != 0) {
      return (first & NAMED_STATIC) != 0 && number(from, NAMED_BITS) >= 0
          ? textEnd(next, VALUE_BITS)
          : -1;
    }
    int nameEnd = (first & LITERAL) != 0 ? textEnd(from, LITERAL_NAME_BITS) : -1;
    return nameEnd < 0 ? -1 : textEnd(nameEnd, VALUE_BITS);
  }

  private int textEnd(int from, int lengthBits) {
    int octets = number(from, lengthBits);
    return octets < 0 || octets > length - next ? -1 : next + octets;
  }

  /** Reads a number (RFC 7541 §5.1) and goes on behind it; -1 if it is cut short or too large. */
  private int number(int from, int bits) {
    if (from >= length) {
      return -1;
    }
    int most = (1 << bits) - 1;
    int value = bytes[from] & most;
    next = from + 1;
    if (value < most) {
      return value;
    }
    for (int shift = 0; shift < MAX_NUMBER_BITS && next < length; shift += 7) {
      int more = bytes[next++];
      value += (more & 0x7F) << shift;
      if (more >= 0) {
        return value;
      }
    }
    return -1;
  }
}
