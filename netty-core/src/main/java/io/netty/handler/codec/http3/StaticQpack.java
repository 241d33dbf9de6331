package io.netty.handler.codec.http3;

import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * QPACK (RFC 9204) without a dynamic table. Netty's decoder and tables are package-private; hence
 * this class in its package. Keeps no state of a connection: one serves a whole loop.
 */
public final class StaticQpack {
  /** The section starts with a required insert count and a base of zero (RFC 9204 §4.5.1). */
  private static final int PREFIX = 0;

  private static final int DELETE = 0x7F;

  private static final byte INDEXED_STATIC = (byte) 0xC0;
  private static final byte NAME_STATIC = 0x50;
  private static final byte LITERAL_NAME = 0x20;

  private static final Map<String, Integer> NAMES = new HashMap<>();
  private static final Map<String, Map<String, Integer>> FIELDS = new HashMap<>();

  static {
    for (int i = 0; i < QpackStaticTable.length; i++) {
      QpackHeaderField field = QpackStaticTable.getField(i);
      String name = field.name.toString();
      NAMES.putIfAbsent(name, i);
      FIELDS.computeIfAbsent(name, _ -> new HashMap<>()).put(field.value.toString(), i);
    }
  }

  private final QpackDecoder decoder = new QpackDecoder(0, 0);
  private final QpackAttributes attributes;

  /** Makes a decoder. */
  @SuppressWarnings("NullAway") // the channel is for the streams of a dynamic table
  public StaticQpack() {
    attributes = new QpackAttributes(null, true);
  }

  /**
   * Decodes a section.
   *
   * @param section all of it
   * @return whether it was well formed; if not, fields before the fault have been given
   */
  public boolean decode(ByteBuf section, BiConsumer<CharSequence, CharSequence> fields) {
    try {
      return decoder.decode(attributes, 0, section, section.readableBytes(), fields, () -> {});
    } catch (QpackException | RuntimeException malformed) { // of numbers that are cut short, too
      return false;
    }
  }

  /** Begins a section. */
  public static void begin(ByteBuf out) {
    out.writeShort(PREFIX);
  }

  /**
   * Adds a field to a section.
   *
   * @param name in lower case
   * @param value of ISO 8859-1 characters
   */
  public static void add(ByteBuf out, String name, String value) {
    Map<String, Integer> values = FIELDS.get(name);
    Integer whole = values == null ? null : values.get(value);
    if (whole != null) {
      number(out, INDEXED_STATIC, 6, whole);
      return;
    }
    addName(out, name);
    number(out, (byte) 0, 7, value.length());
    text(out, value);
  }

  /** Begins a field with a name in lower case; the value has to follow. */
  public static void addName(ByteBuf out, String name) {
    @Nullable Integer index = NAMES.get(name);
    if (index != null) {
      number(out, NAME_STATIC, 4, index);
    } else {
      number(out, LITERAL_NAME, 3, name.length());
      text(out, name);
    }
  }

  private static void number(ByteBuf out, byte mask, int prefixBits, int value) {
    QpackUtil.encodePrefixedInteger(out, mask, prefixBits, value);
  }

  /**
   * Appends text. Control characters, which the low byte of another may be, become spaces: a line
   * end would be one again where a proxy speaks HTTP/1.1 behind us (RFC 9114 §10.3).
   */
  private static void text(ByteBuf out, String text) {
    int length = text.length();
    out.ensureWritable(length);
    for (int i = 0; i < length; i++) {
      int c = text.charAt(i) & 0xFF;
      out.writeByte((c < ' ' && c != '\t') || c == DELETE ? ' ' : c);
    }
  }
}
